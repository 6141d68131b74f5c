/* AES in counter mode, eight blocks at a time, in bit slices (Kaesper and
   Schwabe, "Faster and timing-attack resistant AES-GCM", CHES 2009): vector
   b has bit b of all 128 bytes, and bit j of its byte i belongs to byte i of
   block j. There are no tables and no branches, so the time reveals nothing
   about key and text. In WebAssembly it is half as fast again as mbedTLS's
   tables. */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include "crypto-aes.h"
#include "crypto-big-endian.h"
#include "crypto-simd.h"
#include <mbedtls/platform_util.h>
#include <stdint.h>
#include <string.h>

#define LANES AES_STEP
#define AFFINE 0x63 /* the constant of SubBytes */

typedef uint64_t vector __attribute__((vector_size(16)));

#define SHUFFLE(x, ...) ((vector)REORDER(x, __VA_ARGS__))
#define SHIFT_ROWS(x) \
    SHUFFLE(x, 0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11)
/* Each column rotated by one byte, and by two. */
#define TURN1(x) SHUFFLE(x, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12)
#define TURN2(x) SHUFFLE(x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)

/* Eight blocks to eight slices and back: transposes an 8 x 8 matrix of bits
   at each byte. */
#define EXCHANGE(a, b, n, mask) do { \
    const vector m = { mask, mask }; \
    vector t = ((a) >> n ^ (b)) & m; \
    (b) ^= t; \
    (a) ^= t << n; \
} while(0)

SIMD static inline void transpose(vector q[LANES])
{
    int i;
    for(i = 0; i < LANES; i += 2)
        EXCHANGE(q[i], q[i + 1], 1, 0x5555555555555555u);
    for(i = 0; i < LANES; i++)
        if(!(i & 2))
            EXCHANGE(q[i], q[i + 2], 2, 0x3333333333333333u);
    for(i = 0; i < LANES / 2; i++)
        EXCHANGE(q[i], q[i + 4], 4, 0x0f0f0f0f0f0f0f0fu);
}

/* SubBytes without its constant, which is in the round keys: the circuit of
   Boyar and Peralta, "A depth-16 circuit for the AES S-box" (2011), with
   their names; x0 is the highest bit. */
SIMD static inline void substitute(vector q[LANES])
{
    vector x0 = q[7], x1 = q[6], x2 = q[5], x3 = q[4],
           x4 = q[3], x5 = q[2], x6 = q[1], x7 = q[0];
    vector y14 = x3 ^ x5, y13 = x0 ^ x6, y9 = x0 ^ x3, y8 = x0 ^ x5;
    vector t0 = x1 ^ x2, y1 = t0 ^ x7, y4 = y1 ^ x3, y12 = y13 ^ y14;
    vector y2 = y1 ^ x0, y5 = y1 ^ x6, y3 = y5 ^ y8, t1 = x4 ^ y12;
    vector y15 = t1 ^ x5, y20 = t1 ^ x1, y6 = y15 ^ x7, y10 = y15 ^ t0;
    vector y11 = y20 ^ y9, y7 = x7 ^ y11, y17 = y10 ^ y11, y19 = y10 ^ y8;
    vector y16 = t0 ^ y11, y21 = y13 ^ y16, y18 = x0 ^ y16;
    vector t2 = y12 & y15, t4 = (y3 & y6) ^ t2, t6 = (y4 & x7) ^ t2;
    vector t7 = y13 & y16, t9 = (y5 & y1) ^ t7, t11 = (y2 & y7) ^ t7;
    vector t12 = y9 & y11, t14 = (y14 & y17) ^ t12, t16 = (y8 & y10) ^ t12;
    vector t21 = t4 ^ t14 ^ y20, t22 = t6 ^ t16 ^ y19;
    vector t23 = t9 ^ t14 ^ y21, t24 = t11 ^ t16 ^ y18;
    vector t25 = t21 ^ t22, t26 = t21 & t23, t27 = t24 ^ t26;
    vector t29 = (t25 & t27) ^ t22, t30 = t23 ^ t24, t31 = t22 ^ t26;
    vector t33 = (t31 & t30) ^ t24, t34 = t23 ^ t33, t35 = t27 ^ t33;
    vector t36 = t24 & t35, t37 = t36 ^ t34, t38 = t27 ^ t36;
    vector t40 = t25 ^ (t29 & t38), t41 = t40 ^ t37, t42 = t29 ^ t33;
    vector t43 = t29 ^ t40, t44 = t33 ^ t37, t45 = t42 ^ t41;
    vector z0 = t44 & y15, z1 = t37 & y6, z2 = t33 & x7, z3 = t43 & y16;
    vector z4 = t40 & y1, z5 = t29 & y7, z6 = t42 & y11, z7 = t45 & y17;
    vector z8 = t41 & y10, z9 = t44 & y12, z10 = t37 & y3, z11 = t33 & y4;
    vector z12 = t43 & y13, z13 = t40 & y5, z14 = t29 & y2, z15 = t42 & y9;
    vector z16 = t45 & y14, z17 = t41 & y8;
    vector t46 = z15 ^ z16, t48 = z5 ^ z13, t53 = z0 ^ z3, t54 = z6 ^ z7;
    vector t57 = z2 ^ z12 ^ t53, t58 = z4 ^ t46, t59 = z3 ^ t54;
    vector t62 = z7 ^ z8 ^ t58, t63 = z9 ^ z10 ^ t58, t64 = z4 ^ t59;
    vector t65 = z14 ^ t57 ^ t62, t66 = z1 ^ t63, t67 = t64 ^ t65;
    vector s3 = t53 ^ t66;
    q[7] = t59 ^ t63;
    q[6] = t64 ^ s3;
    q[5] = z16 ^ z17 ^ t67;
    q[4] = s3;
    q[3] = z2 ^ z5 ^ t66;
    q[2] = z10 ^ z11 ^ t65;
    q[1] = z12 ^ t48 ^ t62;
    q[0] = t48 ^ t46 ^ t57;
}

SIMD static inline void shift_rows(vector q[LANES])
{
    int i;
    for(i = 0; i < LANES; i++)
        q[i] = SHIFT_ROWS(q[i]);
}

/* Twice (a + its neighbour) + the neighbour + the other two. */
SIMD static inline void mix_columns(vector q[LANES])
{
    vector sum[LANES], top;
    int i;
    for(i = 0; i < LANES; i++) {
        vector next = TURN1(q[i]);
        sum[i] = q[i] ^ next;
        q[i] = next ^ TURN2(sum[i]);
    }
    top = sum[LANES - 1];
    q[0] ^= top;
    for(i = 1; i < LANES; i++)
        q[i] ^= sum[i - 1];
    q[1] ^= top;
    q[3] ^= top;
    q[4] ^= top;
}

SIMD static inline void add_key(vector q[LANES],
                                const unsigned char key[LANES][AES_BLOCK])
{
    vector k;
    int i;
    for(i = 0; i < LANES; i++) {
        memcpy(&k, key[i], sizeof(k));
        q[i] ^= k;
    }
}

SIMD static void encrypt(const struct aes_stream *stream, vector q[LANES])
{
    int round;
    transpose(q);
    add_key(q, stream->keys[0]);
    for(round = 1; round < stream->rounds; round++) {
        substitute(q);
        shift_rows(q);
        mix_columns(q);
        add_key(q, stream->keys[round]);
    }
    substitute(q);
    shift_rows(q);
    add_key(q, stream->keys[round]);
    transpose(q);
}

int aes_stream_init(struct aes_stream *stream, const unsigned char *key,
                    size_t length)
{
    mbedtls_aes_context aes;
    int rc, round, bit, i;
    mbedtls_aes_init(&aes);
    rc = mbedtls_aes_setkey_enc(&aes, key, (unsigned int)length * 8);
    stream->rounds = aes.nr;
    for(round = 0; !rc && round <= stream->rounds; round++)
        for(bit = 0; bit < LANES; bit++)
            for(i = 0; i < AES_BLOCK; i++) {
                uint32_t word = aes.buf[aes.rk_offset + 4 * round + i / 4];
                unsigned int byte = word >> 8 * (i % 4);
                if(round)
                    byte ^= AFFINE;
                stream->keys[round][bit][i] =
                    (unsigned char)-(byte >> bit & 1);
            }
    mbedtls_aes_free(&aes);
    return rc;
}

SIMD void aes_stream_xor(const struct aes_stream *stream,
                         unsigned char counter[AES_BLOCK], unsigned char *data,
                         size_t length)
{
    uint64_t high = load_be64(counter), low = load_be64(counter + 8);
    vector q[LANES], text;
    size_t i, part;
    while(length) {
        size_t blocks = (length + AES_BLOCK - 1) / AES_BLOCK;
        if(blocks > LANES)
            blocks = LANES;
        for(i = 0; i < LANES; i++) {
            uint64_t at = low + i;
            q[i] = (vector){ __builtin_bswap64(high + (at < low)),
                             __builtin_bswap64(at) };
        }
        high += low + blocks < low;
        low += blocks;
        encrypt(stream, q);
        if(length >= sizeof(q)) {
            for(i = 0; i < LANES; i++) {
                memcpy(&text, data + AES_BLOCK * i, AES_BLOCK);
                text ^= q[i];
                memcpy(data + AES_BLOCK * i, &text, AES_BLOCK);
            }
            part = sizeof(q);
        }
        else {
            const unsigned char *key_stream = (const unsigned char *)q;
            for(i = 0; i < length; i++)
                data[i] ^= key_stream[i];
            part = length;
        }
        data += part;
        length -= part;
    }
    store_be64(counter, high);
    store_be64(counter + 8, low);
    mbedtls_platform_zeroize(q, sizeof(q));
}
