#ifndef CRYPTO_AES_H
#define CRYPTO_AES_H
#include <mbedtls/aes.h>
#include <stddef.h>

#define AES_BLOCK 16
#define AES_MOST_KEYS 15 /* of the rounds, and one more */

/* Round keys as aes_stream_xor wants them; the owner zeroes them. */
struct aes_stream {
    int rounds;
    unsigned char keys[AES_MOST_KEYS][8][AES_BLOCK];
};

/* 0, or an error of mbedTLS. */
int aes_stream_init(struct aes_stream *stream, const unsigned char *key,
                    size_t length);
/* Counter mode, in place: `counter` is of 128 bits, big-endian, and counts the
   blocks that were used, a part of one at the end included. */
void aes_stream_xor(const struct aes_stream *stream,
                    unsigned char counter[AES_BLOCK], unsigned char *data,
                    size_t length);

#endif
