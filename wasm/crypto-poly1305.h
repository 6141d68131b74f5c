#ifndef CRYPTO_POLY1305_H
#define CRYPTO_POLY1305_H
/* Poly1305 (RFC 8439 section 2.5) on five limbs of 26 bits, for which 64-bit
   multiplications are enough: the representation of Andrew Moon's
   poly1305-donna-32. Two blocks at a time, h = (h + a) r^2 + b r, so that
   both share one round of carries. No branch and no address depends on key
   or text. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define POLY1305_BLOCK 16
#define POLY1305_KEY 32
#define POLY1305_TAG 16
#define POLY1305_LIMB 0x3ffffffu

struct poly1305 {
    uint64_t h[5];
    uint64_t r[5], r_five[5];   /* and five times it */
    uint64_t r2[5], r2_five[5]; /* r squared */
    unsigned char pad[16];
};

static inline uint64_t poly1305_load(const unsigned char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof(v));
    return v;
}

#define POLY1305_LIMBS(v, low, high, top) \
    uint64_t v##0 = (low) & POLY1305_LIMB, \
        v##1 = (low) >> 26 & POLY1305_LIMB, \
        v##2 = ((low) >> 52 | (high) << 12) & POLY1305_LIMB, \
        v##3 = (high) >> 14 & POLY1305_LIMB, v##4 = (high) >> 40 | (top)

/* Limb i of a * m; `five` is five times m: 2^130 is 5. */
#define POLY1305_PRODUCT0(a, m, five) \
    (a##0 * m[0] + a##1 * five[4] + a##2 * five[3] + a##3 * five[2] + \
     a##4 * five[1])
#define POLY1305_PRODUCT1(a, m, five) \
    (a##0 * m[1] + a##1 * m[0] + a##2 * five[4] + a##3 * five[3] + \
     a##4 * five[2])
#define POLY1305_PRODUCT2(a, m, five) \
    (a##0 * m[2] + a##1 * m[1] + a##2 * m[0] + a##3 * five[4] + \
     a##4 * five[3])
#define POLY1305_PRODUCT3(a, m, five) \
    (a##0 * m[3] + a##1 * m[2] + a##2 * m[1] + a##3 * m[0] + a##4 * five[4])
#define POLY1305_PRODUCT4(a, m, five) \
    (a##0 * m[4] + a##1 * m[3] + a##2 * m[2] + a##3 * m[1] + a##4 * m[0])

/* Carries d0 to d4, each below 2^60, into h0 to h4 of 26 bits; h1 may have a
   little more. */
#define POLY1305_CARRY(h, d) do { \
    d##1 += d##0 >> 26; \
    d##2 += d##1 >> 26; \
    d##3 += d##2 >> 26; \
    d##4 += d##3 >> 26; \
    h##0 = (d##0 & POLY1305_LIMB) + (d##4 >> 26) * 5; \
    h##1 = (d##1 & POLY1305_LIMB) + (h##0 >> 26); \
    h##0 &= POLY1305_LIMB; \
    h##2 = d##2 & POLY1305_LIMB; \
    h##3 = d##3 & POLY1305_LIMB; \
    h##4 = d##4 & POLY1305_LIMB; \
} while(0)

void poly1305_init(struct poly1305 *poly, const unsigned char key[POLY1305_KEY]);
/* Whole blocks. */
void poly1305_blocks(struct poly1305 *poly, const unsigned char *data,
                    size_t blocks);
/* The rest of the text, any length, and the tag. */
void poly1305_final(struct poly1305 *poly, const unsigned char *data,
                    size_t length, unsigned char tag[POLY1305_TAG]);

#endif
