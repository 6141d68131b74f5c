#ifndef CRYPTO_GHASH_H
#define CRYPTO_GHASH_H
#include <stdint.h>
#include <string.h>

/* The key H, its mirror image, and the running value; the owner zeroes it. */
struct ghash {
    uint64_t h_high, h_low, r_high, r_low;
    uint64_t high, low;
};

void ghash_init(struct ghash *g, const unsigned char h[16]);
void ghash_start(struct ghash *g);
/* Pads the end of `data` with zeros to whole blocks: call it once for the
   associated data and once for the ciphertext. */
void ghash_update(struct ghash *g, const unsigned char *data, size_t length);
void ghash_final(struct ghash *g, size_t aad_length, size_t length,
                 unsigned char hash[16]);

#endif
