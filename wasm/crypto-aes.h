#ifndef CRYPTO_AES_H
#define CRYPTO_AES_H
#include <mbedtls/aes.h>
#include <stddef.h>

#define AES_BLOCK 16
#define AES_STEP 8 /* blocks that cost as much as one */
#define AES_MOST_KEYS 15 /* of the rounds, and one more */

/* Round keys for aes_stream_xor; the owner zeroes them. */
struct aes_stream {
    int rounds;
    unsigned char keys[AES_MOST_KEYS][AES_STEP][AES_BLOCK];
};

/* 0, or an error of mbedTLS. */
int aes_stream_init(struct aes_stream *stream, const unsigned char *key,
                    size_t length);
/* Counter mode, in place: `counter` has 128 bits, is big-endian, and counts
   the used blocks, including a partial one at the end. */
void aes_stream_xor(const struct aes_stream *stream,
                    unsigned char counter[AES_BLOCK], unsigned char *data,
                    size_t length);

#endif
