#ifndef CRYPTO_CHACHA20_ROUNDS_H
#define CRYPTO_CHACHA20_ROUNDS_H
/* The rounds of ChaCha20 on vectors x0 to x15, for the including file. */
#include "crypto-chacha20.h"
#include "crypto-simd.h"

#define ROTATE(x, n) (((x) << (n)) | ((x) >> (32 - (n))))
/* Moving whole bytes is faster than moving bits. */
#define BYTES(x, ...) ((chacha20_vector)REORDER(x, __VA_ARGS__))
#define ROTATE16(x) \
    BYTES(x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)
#define ROTATE8(x) \
    BYTES(x, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14)

#define QUARTER(a, b, c, d) \
    a += b; d = ROTATE16(d ^ a); \
    c += d; b = ROTATE(b ^ c, 12); \
    a += b; d = ROTATE8(d ^ a); \
    c += d; b = ROTATE(b ^ c, 7)

#define COLUMNS \
    QUARTER(x0, x4, x8, x12); \
    QUARTER(x1, x5, x9, x13); \
    QUARTER(x2, x6, x10, x14); \
    QUARTER(x3, x7, x11, x15)
#define DIAGONALS \
    QUARTER(x0, x5, x10, x15); \
    QUARTER(x1, x6, x11, x12); \
    QUARTER(x2, x7, x8, x13); \
    QUARTER(x3, x4, x9, x14)

#define LOAD_STATE(state) \
    chacha20_vector x0 = state[0], x1 = state[1], x2 = state[2], \
        x3 = state[3], x4 = state[4], x5 = state[5], x6 = state[6], \
        x7 = state[7], x8 = state[8], x9 = state[9], x10 = state[10], \
        x11 = state[11], x12 = state[12], x13 = state[13], x14 = state[14], \
        x15 = state[15]
#define ADD_STATE(x, state) do { \
    x[0] = x0 + state[0]; x[1] = x1 + state[1]; \
    x[2] = x2 + state[2]; x[3] = x3 + state[3]; \
    x[4] = x4 + state[4]; x[5] = x5 + state[5]; \
    x[6] = x6 + state[6]; x[7] = x7 + state[7]; \
    x[8] = x8 + state[8]; x[9] = x9 + state[9]; \
    x[10] = x10 + state[10]; x[11] = x11 + state[11]; \
    x[12] = x12 + state[12]; x[13] = x13 + state[13]; \
    x[14] = x14 + state[14]; x[15] = x15 + state[15]; \
} while(0)

#endif
