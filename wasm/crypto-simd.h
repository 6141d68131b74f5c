#ifndef CRYPTO_SIMD_H
#define CRYPTO_SIMD_H
#include <stdint.h>

/* The compiler's vectors of 16 bytes become SIMD of WebAssembly, in functions
   that are marked so, or of the processor in a native build. */
#ifdef __wasm__
#define SIMD __attribute__((target("simd128")))
#else
#define SIMD
#endif

typedef uint8_t octets __attribute__((vector_size(16)));
typedef int8_t signed_octets __attribute__((vector_size(16)));

/* The bytes of a vector in another order. A swizzle with a constant mask: in
   engines one instruction, while a shuffle may take several. */
#ifdef __wasm__
#define REORDER(x, ...) \
    ((octets)__builtin_wasm_swizzle_i8x16((signed_octets)(x), \
                                          (signed_octets){ __VA_ARGS__ }))
#else
#define REORDER(x, ...) \
    __builtin_shufflevector((octets)(x), (octets)(x), __VA_ARGS__)
#endif

#endif
