/* GHASH (NIST SP 800-38D section 6.4) in constant time and without tables:
   carry-less products from ordinary 64-bit multiplications, of operands in
   which only every fourth bit is kept, so that no carry reaches a used bit.
   WebAssembly has no carry-less multiplication, and the tables of mbedTLS's
   gcm.c were five times slower there. */
#include "crypto-ghash.h"
#include "crypto-big-endian.h"

static uint64_t reverse(uint64_t x)
{
    x = ((x >> 1) & 0x5555555555555555u) | ((x & 0x5555555555555555u) << 1);
    x = ((x >> 2) & 0x3333333333333333u) | ((x & 0x3333333333333333u) << 2);
    x = ((x >> 4) & 0x0f0f0f0f0f0f0f0fu) | ((x & 0x0f0f0f0f0f0f0f0fu) << 4);
    return __builtin_bswap64(x);
}

/* The low 64 bits of the carry-less product. Bit 4k of a partial product
   sums at most k + 1 ones, which fit in four bits below the topmost nibble. */
static uint64_t multiply(uint64_t x, uint64_t y)
{
    const uint64_t m0 = 0x1111111111111111u, m1 = m0 << 1, m2 = m0 << 2,
                   m3 = m0 << 3;
    uint64_t x0 = x & m0, x1 = x & m1, x2 = x & m2, x3 = x & m3;
    uint64_t y0 = y & m0, y1 = y & m1, y2 = y & m2, y3 = y & m3;
    return (((x0 * y0) ^ (x1 * y3) ^ (x2 * y2) ^ (x3 * y1)) & m0) |
           (((x0 * y1) ^ (x1 * y0) ^ (x2 * y3) ^ (x3 * y2)) & m1) |
           (((x0 * y2) ^ (x1 * y1) ^ (x2 * y0) ^ (x3 * y3)) & m2) |
           (((x0 * y3) ^ (x1 * y2) ^ (x2 * y1) ^ (x3 * y0)) & m3);
}

void ghash_init(struct ghash *g, const unsigned char h[16])
{
    g->h_high = load_be64(h);
    g->h_low = load_be64(h + 8);
    g->r_high = reverse(g->h_high);
    g->r_low = reverse(g->h_low);
}

void ghash_start(struct ghash *g)
{
    g->high = g->low = 0;
}

/* One step: (y ^ block) * H mod x^128 + x^7 + x^2 + x + 1, with the bits in
   GCM's mirrored order. Karatsuba over the two halves; the high half of each
   product is the low half of the product of the mirrored operands, mirrored
   back. */
static void step(struct ghash *g, uint64_t high, uint64_t low)
{
    uint64_t y1 = g->high ^ high, y0 = g->low ^ low;
    uint64_t r1 = reverse(y1), r0 = reverse(y0);
    uint64_t low_low = multiply(y0, g->h_low);
    uint64_t low_high = multiply(y1, g->h_high);
    uint64_t low_mid = multiply(y0 ^ y1, g->h_low ^ g->h_high) ^ low_low ^
                       low_high;
    uint64_t top_low = multiply(r0, g->r_low);
    uint64_t top_high = multiply(r1, g->r_high);
    uint64_t top_mid = multiply(r0 ^ r1, g->r_low ^ g->r_high) ^ top_low ^
                       top_high;
    uint64_t v0 = low_low;
    uint64_t v1 = (reverse(top_low) >> 1) ^ low_mid;
    uint64_t v2 = low_high ^ (reverse(top_mid) >> 1);
    uint64_t v3 = reverse(top_high) >> 1;

    /* The product of two mirrored numbers is one bit short. */
    v3 = v3 << 1 | v2 >> 63;
    v2 = v2 << 1 | v1 >> 63;
    v1 = v1 << 1 | v0 >> 63;
    v0 <<= 1;

    v2 ^= v0 ^ v0 >> 1 ^ v0 >> 2 ^ v0 >> 7;
    v1 ^= v0 << 63 ^ v0 << 62 ^ v0 << 57;
    g->high = v3 ^ v1 ^ v1 >> 1 ^ v1 >> 2 ^ v1 >> 7;
    g->low = v2 ^ v1 << 63 ^ v1 << 62 ^ v1 << 57;
}

void ghash_update(struct ghash *g, const unsigned char *data, size_t length)
{
    for(; length >= 16; data += 16, length -= 16)
        step(g, load_be64(data), load_be64(data + 8));
    if(length) {
        unsigned char last[16] = { 0 };
        memcpy(last, data, length);
        step(g, load_be64(last), load_be64(last + 8));
    }
}

void ghash_final(struct ghash *g, size_t aad_length, size_t length,
                 unsigned char hash[16])
{
    step(g, (uint64_t)aad_length * 8, (uint64_t)length * 8);
    store_be64(hash, g->high);
    store_be64(hash + 8, g->low);
}
