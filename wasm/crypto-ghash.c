/* GHASH (NIST SP 800-38D section 6.4) in constant time: no address depends on
   the key or the text. WebAssembly has no carry-less multiplication.

   Single blocks: products from ordinary 64-bit multiplications, of operands
   in which only every fourth bit is kept, so that no carry reaches a used
   bit.

   Many blocks: 16 of them side by side, each the next one of its own lane,
   multiplied by H^16. A product is a sum over the half bytes of the lane's
   value, and a swizzle looks up one byte of such a share for all lanes at
   once, from 16 bytes that are in a register. */
#include "crypto-ghash.h"
#include "crypto-big-endian.h"
#include "crypto-simd.h"
#include <mbedtls/platform_util.h>

#ifdef __wasm__
#define LOOK_UP(table, at) \
    ((octets)__builtin_wasm_swizzle_i8x16((signed_octets)(table), \
                                          (signed_octets)(at)))
#else
#define LOOK_UP(table, at) look_up(table, at)
#endif
/* Unrolled, the loops would be four times as large and no faster. */
#ifdef __clang__
#define AS_LOOP _Pragma("clang loop unroll(disable)")
#else
#define AS_LOOP
#endif
#define LANES GHASH_LANES
#define BLOCK GHASH_BLOCK
#define HELD 4

#ifndef __wasm__
static inline octets look_up(octets table, octets at)
{
#ifdef __clang__
    octets found;
    int i;
    for(i = 0; i < BLOCK; i++)
        found[i] = table[at[i]];
    return found;
#else
    return __builtin_shuffle(table, at);
#endif
}
#endif

__attribute__((noinline)) static uint64_t reverse(uint64_t x)
{
    x = ((x >> 1) & 0x5555555555555555u) | ((x & 0x5555555555555555u) << 1);
    x = ((x >> 2) & 0x3333333333333333u) | ((x & 0x3333333333333333u) << 2);
    x = ((x >> 4) & 0x0f0f0f0f0f0f0f0fu) | ((x & 0x0f0f0f0f0f0f0f0fu) << 4);
    return __builtin_bswap64(x);
}

/* The low 64 bits of the carry-less product. Bit 4k of a partial product
   sums at most k + 1 ones, which fit in four bits below the topmost nibble. */
__attribute__((noinline)) static uint64_t multiply(uint64_t x, uint64_t y)
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

/* One step: (y ^ block) * H mod x^128 + x^7 + x^2 + x + 1, with the bits in
   GCM's mirrored order. Karatsuba over the two halves; the high half of each
   product is the low half of the product of the mirrored operands, mirrored
   back. */
__attribute__((noinline)) static void step(struct ghash *g, uint64_t high,
                                           uint64_t low)
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

/* Row by row to column by column and back: the 8 bits of a byte's place (row,
   column) turn by one in each round. */
__attribute__((noinline)) SIMD static void transpose(octets rows[LANES])
{
    octets old[LANES];
    int round, i;
    AS_LOOP
    for(round = 0; round < 4; round++) {
        memcpy(old, rows, sizeof(old));
        for(i = 0; i < LANES / 2; i++) {
            octets a = old[i], b = old[i + LANES / 2];
            rows[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18,
                                                  3, 19, 4, 20, 5, 21, 6, 22,
                                                  7, 23);
            rows[2 * i + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10,
                                                      26, 11, 27, 12, 28, 13,
                                                      29, 14, 30, 15, 31);
        }
    }
}

/* The shares of H^16 * x^k, for each bit k of a factor. */
SIMD static void make_shares(struct ghash *g, uint64_t high, uint64_t low)
{
    const octets values = { 0, 1, 2, 3, 4, 5, 6, 7,
                            8, 9, 10, 11, 12, 13, 14, 15 };
    int k, byte;
    memset(g->shares, 0, sizeof(g->shares));
    for(k = 0; k < 8 * BLOCK; k++) {
        octets with_bit = (octets)((values & (uint8_t)(8 >> k % 4)) != 0);
        uint64_t carry = -(low & 1);
        unsigned char product[BLOCK];
        store_be64(product, high);
        store_be64(product + 8, low);
        for(byte = 0; byte < BLOCK; byte++) {
            octets share;
            memcpy(&share, g->shares[byte][k / 4], BLOCK);
            share ^= with_bit & product[byte];
            memcpy(g->shares[byte][k / 4], &share, BLOCK);
        }
        low = low >> 1 | high << 63;
        high = high >> 1 ^ (carry & (uint64_t)0xe1 << 56);
        mbedtls_platform_zeroize(product, sizeof(product));
    }
}

/* Each lane * H^16; column `i` has byte i of all lanes. The half bytes of some
   columns stay in registers while the shares go by. */
SIMD static void multiply_lanes(const struct ghash *g, octets columns[BLOCK])
{
    octets sums[BLOCK] = { 0 };
    int first, byte, i;
    AS_LOOP
    for(first = 0; first < BLOCK; first += HELD) {
        octets halves[2 * HELD];
        for(i = 0; i < HELD; i++) {
            halves[2 * i] = columns[first + i] >> 4;
            halves[2 * i + 1] = columns[first + i] & 15;
        }
        AS_LOOP
        for(byte = 0; byte < BLOCK; byte++) {
            octets sum = sums[byte], share;
            for(i = 0; i < 2 * HELD; i++) {
                memcpy(&share, g->shares[byte][2 * first + i], sizeof(share));
                sum ^= LOOK_UP(share, halves[i]);
            }
            sums[byte] = sum;
        }
    }
    memcpy(columns, sums, sizeof(sums));
}

/* `count` times 16 blocks, of which the first also takes the value so far. The
   lanes' values are then the last 16 blocks for single steps. */
SIMD static void many_steps(struct ghash *g, const unsigned char *data,
                            size_t count)
{
    octets sums[BLOCK] = { 0 }, rows[LANES];
    unsigned char last[LANES][BLOCK], first[BLOCK];
    octets value;
    int i, byte;
    store_be64(first, g->high);
    store_be64(first + 8, g->low);
    memcpy(&value, first, sizeof(value));
    for(;;) {
        memcpy(rows, data, sizeof(rows));
        rows[0] ^= value;
        value = (octets){ 0 };
        transpose(rows);
        AS_LOOP
        for(i = 0; i < BLOCK; i++)
            sums[i] ^= rows[i];
        if(!--count)
            break;
        multiply_lanes(g, sums);
        data += sizeof(rows);
    }
    g->high = g->low = 0;
    for(i = 0; i < LANES; i++) {
        AS_LOOP
        for(byte = 0; byte < BLOCK; byte++)
            last[i][byte] = ((unsigned char *)&sums[byte])[i];
        step(g, load_be64(last[i]), load_be64(last[i] + 8));
    }
    mbedtls_platform_zeroize(sums, sizeof(sums));
    mbedtls_platform_zeroize(last, sizeof(last));
}

void ghash_start(struct ghash *g)
{
    g->high = g->low = 0;
}

void ghash_init(struct ghash *g, const unsigned char h[16])
{
    g->h_high = load_be64(h);
    g->h_low = load_be64(h + 8);
    g->r_high = reverse(g->h_high);
    g->r_low = reverse(g->h_low);
}

void ghash_init_many(struct ghash *g)
{
    int i;
    ghash_start(g);
    step(g, g->h_high, g->h_low);
    for(i = 2; i < LANES; i++)
        step(g, 0, 0);
    make_shares(g, g->high, g->low);
}

void ghash_update(struct ghash *g, const unsigned char *data, size_t length)
{
    if(length >= GHASH_MANY) {
        size_t many = length / (LANES * BLOCK);
        many_steps(g, data, many);
        data += many * LANES * BLOCK;
        length -= many * LANES * BLOCK;
    }
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
