/* ChaCha20 in vectors and Poly1305 in scalars, in one loop: the processor
   runs them side by side, in the time that the first takes alone. */
#include "crypto-chachapoly-packet.h"
#include "crypto-chacha20-rounds.h"
#include <mbedtls/platform_util.h>

#define BATCH CHACHA20_BATCH
#define BATCH_BLOCKS (BATCH / POLY1305_BLOCK)
#define WHOLE ((uint64_t)1 << 24) /* 2^128: after each whole block */
/* Text under the rest of the first batch, whose first block is Poly1305's
   key. */
#define FIRST (BATCH - CHACHA20_BLOCK)
/* Poly1305's blocks start at the length field: the first one of each batch
   has the last bytes of the previous batch, which has been decrypted by
   then. */
#define KEPT AEAD_LENGTH_FIELD

struct packet {
    chacha20_vector state[16], x[16];
    uint64_t counter;
    struct poly1305 poly;
    /* Ciphertext before the next data, and the beginning of that. */
    unsigned char kept[KEPT + BATCH];
};

/* Generates four blocks of key stream in `packet->x`, and feeds 16 blocks of
   ciphertext into Poly1305: the kept bytes, and `data` without its last
   bytes. */
SIMD static void stitched(struct packet *packet, const unsigned char *data)
{
    const uint64_t *const r = packet->poly.r, *const five = packet->poly.r_five,
                   *const r2 = packet->poly.r2,
                   *const five2 = packet->poly.r2_five;
    uint64_t h0 = packet->poly.h[0], h1 = packet->poly.h[1],
             h2 = packet->poly.h[2], h3 = packet->poly.h[3],
             h4 = packet->poly.h[4];
    const unsigned char *at = packet->kept;
    LOAD_STATE(packet->state);
    int round;
    memcpy(packet->kept + KEPT, data, 2 * POLY1305_BLOCK - KEPT);
    for(round = 0; round < BATCH_BLOCKS; round += 2) {
        POLY1305_LIMBS(a, poly1305_load(at), poly1305_load(at + 8), WHOLE);
        POLY1305_LIMBS(b, poly1305_load(at + 16), poly1305_load(at + 24),
                       WHOLE);
        uint64_t d0, d1, d2, d3, d4;
        a0 += h0;
        a1 += h1;
        a2 += h2;
        a3 += h3;
        a4 += h4;
        QUARTER(x0, x4, x8, x12);
        d0 = POLY1305_PRODUCT0(a, r2, five2) + POLY1305_PRODUCT0(b, r, five);
        QUARTER(x1, x5, x9, x13);
        d1 = POLY1305_PRODUCT1(a, r2, five2) + POLY1305_PRODUCT1(b, r, five);
        QUARTER(x2, x6, x10, x14);
        d2 = POLY1305_PRODUCT2(a, r2, five2) + POLY1305_PRODUCT2(b, r, five);
        QUARTER(x3, x7, x11, x15);
        d3 = POLY1305_PRODUCT3(a, r2, five2) + POLY1305_PRODUCT3(b, r, five);
        QUARTER(x0, x5, x10, x15);
        d4 = POLY1305_PRODUCT4(a, r2, five2) + POLY1305_PRODUCT4(b, r, five);
        QUARTER(x1, x6, x11, x12);
        POLY1305_CARRY(h, d);
        QUARTER(x2, x7, x8, x13);
        QUARTER(x3, x4, x9, x14);
        at = data + 2 * POLY1305_BLOCK - KEPT + round * POLY1305_BLOCK;
    }
    for(; round < 20; round += 2) {
        COLUMNS;
        DIAGONALS;
    }
    ADD_STATE(packet->x, packet->state);
    packet->poly.h[0] = h0;
    packet->poly.h[1] = h1;
    packet->poly.h[2] = h2;
    packet->poly.h[3] = h3;
    packet->poly.h[4] = h4;
}

static void keep(struct packet *packet, const unsigned char *end)
{
    memcpy(packet->kept, end - KEPT, KEPT);
}

/* Feeds 16 blocks into Poly1305 without encrypting. */
static void authenticate(struct packet *packet, const unsigned char *data)
{
    memcpy(packet->kept + KEPT, data, BATCH - KEPT);
    poly1305_blocks(&packet->poly, packet->kept, BATCH_BLOCKS);
    keep(packet, data + BATCH);
}

static void count(struct packet *packet)
{
    packet->counter += CHACHA20_LANES;
    chacha20_count(packet->state, packet->counter);
}

/* Sets Poly1305's key, and puts the first key stream into `stream`. */
static void begin(struct packet *packet, const unsigned char *key,
                  const unsigned char *nonce, unsigned char stream[BATCH])
{
    chacha20_set_up(packet->state, key, nonce);
    packet->counter = 0;
    chacha20_count(packet->state, 0);
    chacha20_blocks(packet->state, packet->x);
    memset(stream, 0, BATCH);
    chacha20_apply(packet->x, stream);
    poly1305_init(&packet->poly, stream);
}

SIMD static void xor_bytes(unsigned char *data, const unsigned char *stream,
                           size_t length)
{
    size_t i;
    for(i = 0; i < length; i++)
        data[i] ^= stream[i];
}

/* A packet that ends within the first four blocks of the key stream. */
static void all_at_once(struct packet *packet, unsigned char *data,
                        size_t length, const unsigned char *stream, int opening,
                        unsigned char *tag)
{
    if(!opening)
        xor_bytes(data, stream, length);
    poly1305_final(&packet->poly, data - AEAD_LENGTH_FIELD,
                   AEAD_LENGTH_FIELD + length, tag);
    if(opening)
        xor_bytes(data, stream, length);
}

static void beginning(struct packet *packet, unsigned char *data,
                      const unsigned char *stream, int opening)
{
    if(!opening)
        xor_bytes(data, stream, FIRST);
    poly1305_blocks(&packet->poly, data - AEAD_LENGTH_FIELD,
                    FIRST / POLY1305_BLOCK);
    keep(packet, data + FIRST);
    if(opening)
        xor_bytes(data, stream, FIRST);
}

/* The ciphertext that is available when a batch begins: that of this batch
   when opening, that of the previous one when sealing. */
static unsigned char *batches(struct packet *packet, unsigned char *data,
                              size_t length, int opening)
{
    unsigned char *behind = NULL;
    for(; length >= BATCH; data += BATCH, length -= BATCH) {
        unsigned char *there = opening ? data : behind;
        count(packet);
        if(there) {
            stitched(packet, there);
            keep(packet, there + BATCH);
        }
        else
            chacha20_blocks(packet->state, packet->x);
        chacha20_apply(packet->x, data);
        behind = data;
    }
    if(behind && !opening)
        authenticate(packet, behind);
    return data;
}

static void end(struct packet *packet, unsigned char *data, size_t length,
                int opening, unsigned char *tag)
{
    count(packet);
    chacha20_blocks(packet->state, packet->x);
    if(!opening)
        chacha20_apply_some(packet->x, data, length);
    memcpy(packet->kept + KEPT, data, length);
    poly1305_final(&packet->poly, packet->kept, KEPT + length, tag);
    if(opening)
        chacha20_apply_some(packet->x, data, length);
}

static void run(const unsigned char *key, const unsigned char *nonce,
                unsigned char *whole, size_t length, int opening,
                unsigned char *tag)
{
    struct packet packet;
    unsigned char stream[BATCH], *data = whole + AEAD_LENGTH_FIELD, *rest;
    const unsigned char *text = stream + CHACHA20_BLOCK;
    begin(&packet, key, nonce, stream);
    if(length < FIRST)
        all_at_once(&packet, data, length, text, opening, tag);
    else {
        beginning(&packet, data, text, opening);
        rest = batches(&packet, data + FIRST, length - FIRST, opening);
        end(&packet, rest, (size_t)(data + length - rest), opening, tag);
    }
    mbedtls_platform_zeroize(&packet, sizeof(packet));
    mbedtls_platform_zeroize(stream, sizeof(stream));
}

void chachapoly_seal(const unsigned char key[CHACHA20_KEY],
                     const unsigned char nonce[CHACHA20_NONCE],
                     unsigned char *packet, size_t length,
                     unsigned char tag[POLY1305_TAG])
{
    run(key, nonce, packet, length, 0, tag);
}

void chachapoly_open(const unsigned char key[CHACHA20_KEY],
                     const unsigned char nonce[CHACHA20_NONCE],
                     unsigned char *packet, size_t length,
                     unsigned char tag[POLY1305_TAG])
{
    run(key, nonce, packet, length, 1, tag);
}
