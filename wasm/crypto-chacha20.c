/* ChaCha20, four blocks at a time: lane i of each vector belongs to block i.
   The compiler's vectors become SIMD of WebAssembly, or of the processor in
   a native build. It is twice as fast as libsodium's portable code, which
   works on one block. Long data goes through crypto-chachapoly-packet.c. */
#include "crypto-chacha20-rounds.h"
#include <mbedtls/platform_util.h>
#include <string.h>

#define LANES CHACHA20_LANES

typedef chacha20_vector vector;

static uint32_t load(const unsigned char *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof(v));
    return v;
}

SIMD void chacha20_set_up(vector state[16], const unsigned char *key,
                          const unsigned char *nonce)
{
    static const uint32_t sigma[4] = {
        0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
    int i;
    for(i = 0; i < 16; i++) {
        uint32_t word = i < 4 ? sigma[i] : i < 12 ? load(key + 4 * (i - 4)) :
            i < 14 ? 0 : load(nonce + 4 * (i - 14));
        state[i] = (vector){ word, word, word, word };
    }
}

SIMD void chacha20_count(vector state[16], uint64_t counter)
{
    int i;
    for(i = 0; i < LANES; i++) {
        state[12][i] = (uint32_t)(counter + i);
        state[13][i] = (uint32_t)((counter + i) >> 32);
    }
}

SIMD void chacha20_blocks(const vector state[16], vector x[16])
{
    LOAD_STATE(state);
    int round;
    for(round = 0; round < 20; round += 2) {
        COLUMNS;
        DIAGONALS;
    }
    ADD_STATE(x, state);
}

/* Words i to i + 3 of block j are in lane j of x[i] to x[i + 3]: transposed,
   they are 16 bytes of the stream. */
SIMD void chacha20_apply(const vector x[16], unsigned char *data)
{
    int i, j;
    for(i = 0; i < 16; i += 4) {
        vector a = x[i], b = x[i + 1], c = x[i + 2], d = x[i + 3];
        vector ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
        vector cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
        vector ef = __builtin_shufflevector(a, b, 2, 6, 3, 7);
        vector gh = __builtin_shufflevector(c, d, 2, 6, 3, 7);
        vector row[LANES] = {
            __builtin_shufflevector(ab, cd, 0, 1, 4, 5),
            __builtin_shufflevector(ab, cd, 2, 3, 6, 7),
            __builtin_shufflevector(ef, gh, 0, 1, 4, 5),
            __builtin_shufflevector(ef, gh, 2, 3, 6, 7) };
        for(j = 0; j < LANES; j++) {
            vector text;
            unsigned char *at = data + CHACHA20_BLOCK * j + 4 * i;
            memcpy(&text, at, sizeof(text));
            text ^= row[j];
            memcpy(at, &text, sizeof(text));
        }
    }
}

SIMD void chacha20_apply_some(const vector x[16], unsigned char *data,
                              size_t length)
{
    unsigned char last[CHACHA20_BATCH];
    memcpy(last, data, length);
    memset(last + length, 0, sizeof(last) - length);
    chacha20_apply(x, last);
    memcpy(data, last, length);
    mbedtls_platform_zeroize(last, sizeof(last));
}

SIMD void chacha20_xor(const unsigned char key[CHACHA20_KEY],
                       const unsigned char nonce[CHACHA20_NONCE],
                       uint64_t counter, unsigned char *data, size_t length)
{
    vector state[16], x[16];
    chacha20_set_up(state, key, nonce);
    while(length) {
        size_t part = length < CHACHA20_BATCH ? length : CHACHA20_BATCH;
        chacha20_count(state, counter);
        chacha20_blocks(state, x);
        chacha20_apply_some(x, data, part);
        data += part;
        length -= part;
        counter += LANES;
    }
    mbedtls_platform_zeroize(x, sizeof(x));
    mbedtls_platform_zeroize(state, sizeof(state));
}
