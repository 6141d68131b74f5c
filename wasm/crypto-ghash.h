#ifndef CRYPTO_GHASH_H
#define CRYPTO_GHASH_H
#include <stdint.h>
#include <string.h>

#define GHASH_LANES 16
#define GHASH_BLOCK 16
#define GHASH_MANY (2 * GHASH_LANES * GHASH_BLOCK)

/* The key H, its mirror image and the running value. `shares`: for each byte of
   a product with H^16 and each half byte of the other factor, what each of its
   16 values adds; only many blocks at once need them, and they are the last, so
   that an owner who has few blocks can leave them out. The owner zeroes it. */
struct ghash {
    uint64_t h_high, h_low, r_high, r_low;
    uint64_t high, low;
    unsigned char shares[GHASH_BLOCK][2 * GHASH_BLOCK][16];
};

void ghash_init(struct ghash *g, const unsigned char h[16]);
/* Behind that, before the first update with GHASH_MANY bytes. */
void ghash_init_many(struct ghash *g);
void ghash_start(struct ghash *g);
/* Pads the end of `data` with zeros to whole blocks: call it once for the
   associated data and once for the ciphertext. */
void ghash_update(struct ghash *g, const unsigned char *data, size_t length);
void ghash_final(struct ghash *g, size_t aad_length, size_t length,
                 unsigned char hash[16]);

#endif
