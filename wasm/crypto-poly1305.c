/* Poly1305 by itself; crypto-chachapoly-packet.c has the same in its loop. */
#include "crypto-poly1305.h"

#define WHOLE ((uint64_t)1 << 24) /* 2^128: after each whole block */

static void keep(uint64_t to[5], uint64_t h0, uint64_t h1, uint64_t h2,
                 uint64_t h3, uint64_t h4)
{
    to[0] = h0;
    to[1] = h1;
    to[2] = h2;
    to[3] = h3;
    to[4] = h4;
}

static void five_times(uint64_t to[5], const uint64_t from[5])
{
    int i;
    for(i = 0; i < 5; i++)
        to[i] = 5 * from[i];
}

/* h = (h + m) r */
static void one(struct poly1305 *poly, uint64_t low, uint64_t high,
                uint64_t top)
{
    const uint64_t *r = poly->r, *five = poly->r_five, *h = poly->h;
    POLY1305_LIMBS(a, low, high, top);
    uint64_t d0, d1, d2, d3, d4;
    a0 += h[0];
    a1 += h[1];
    a2 += h[2];
    a3 += h[3];
    a4 += h[4];
    d0 = POLY1305_PRODUCT0(a, r, five);
    d1 = POLY1305_PRODUCT1(a, r, five);
    d2 = POLY1305_PRODUCT2(a, r, five);
    d3 = POLY1305_PRODUCT3(a, r, five);
    d4 = POLY1305_PRODUCT4(a, r, five);
    POLY1305_CARRY(a, d);
    keep(poly->h, a0, a1, a2, a3, a4);
}

void poly1305_init(struct poly1305 *poly, const unsigned char key[POLY1305_KEY])
{
    uint64_t low = poly1305_load(key) & 0x0ffffffc0fffffffu;
    uint64_t high = poly1305_load(key + 8) & 0x0ffffffc0ffffffcu;
    POLY1305_LIMBS(r, low, high, 0);
    keep(poly->r, r0, r1, r2, r3, r4);
    five_times(poly->r_five, poly->r);
    /* r^2 = (0 + r) r */
    memset(poly->h, 0, sizeof(poly->h));
    one(poly, low, high, 0);
    memcpy(poly->r2, poly->h, sizeof(poly->r2));
    five_times(poly->r2_five, poly->r2);
    memset(poly->h, 0, sizeof(poly->h));
    memcpy(poly->pad, key + 16, sizeof(poly->pad));
}

void poly1305_blocks(struct poly1305 *poly, const unsigned char *data,
                    size_t blocks)
{
    for(; blocks; blocks--, data += POLY1305_BLOCK)
        one(poly, poly1305_load(data), poly1305_load(data + 8), WHOLE);
}

static void store(unsigned char *p, uint64_t v)
{
    memcpy(p, &v, sizeof(v));
}

void poly1305_final(struct poly1305 *poly, const unsigned char *data,
                    size_t length, unsigned char tag[POLY1305_TAG])
{
    uint64_t h0, h1, h2, h3, h4, g0, g1, g2, g3, g4, mask, low, high, pad;
    poly1305_blocks(poly, data, length / POLY1305_BLOCK);
    if(length % POLY1305_BLOCK) {
        unsigned char last[POLY1305_BLOCK] = { 0 };
        size_t rest = length % POLY1305_BLOCK;
        memcpy(last, data + length - rest, rest);
        last[rest] = 1;
        one(poly, poly1305_load(last), poly1305_load(last + 8), 0);
    }
    h0 = poly->h[0];
    h1 = poly->h[1];
    h2 = poly->h[2] + (h1 >> 26);
    h3 = poly->h[3] + (h2 >> 26);
    h4 = poly->h[4] + (h3 >> 26);
    h0 += (h4 >> 26) * 5;
    h1 = (h1 & POLY1305_LIMB) + (h0 >> 26);
    h0 &= POLY1305_LIMB;
    h2 &= POLY1305_LIMB;
    h3 &= POLY1305_LIMB;
    h4 &= POLY1305_LIMB;

    /* h - p, which is the result unless it is negative: 2^130 - 5 is p. */
    g0 = h0 + 5;
    g1 = h1 + (g0 >> 26);
    g2 = h2 + (g1 >> 26);
    g3 = h3 + (g2 >> 26);
    g4 = h4 + (g3 >> 26) - (1u << 26);
    mask = (g4 >> 63) - 1;
    h0 ^= (h0 ^ (g0 & POLY1305_LIMB)) & mask;
    h1 ^= (h1 ^ (g1 & POLY1305_LIMB)) & mask;
    h2 ^= (h2 ^ (g2 & POLY1305_LIMB)) & mask;
    h3 ^= (h3 ^ (g3 & POLY1305_LIMB)) & mask;
    h4 ^= (h4 ^ g4) & mask;

    /* Converts to two words of 64 bits, and adds the pad modulo 2^128. */
    low = h0 + (h1 << 26) + (h2 << 52);
    high = (h2 >> 12) + (h3 << 14) + (h4 << 40);
    high += low < h0 + (h1 << 26);
    pad = poly1305_load(poly->pad);
    low += pad;
    high += poly1305_load(poly->pad + 8) + (low < pad);
    store(tag, low);
    store(tag + 8, high);
}
