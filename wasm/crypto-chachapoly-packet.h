#ifndef CRYPTO_CHACHAPOLY_PACKET_H
#define CRYPTO_CHACHAPOLY_PACKET_H
/* A packet of chacha20-poly1305@openssh.com, in one pass over it: four bytes
   of encrypted length, and `length` more of body. The tag is Poly1305 of the
   ciphertext of both, with the first block of the key stream as its key; the
   text begins with the second block. In place. */
#include "crypto-aead.h"
#include "crypto-chacha20.h"
#include "crypto-poly1305.h"

void chachapoly_seal(const unsigned char key[CHACHA20_KEY],
                     const unsigned char nonce[CHACHA20_NONCE],
                     unsigned char *packet, size_t length,
                     unsigned char tag[POLY1305_TAG]);
/* Decrypts any data, and returns the tag that it should have had: the caller
   compares, and zeroes the text of a forgery. */
void chachapoly_open(const unsigned char key[CHACHA20_KEY],
                     const unsigned char nonce[CHACHA20_NONCE],
                     unsigned char *packet, size_t length,
                     unsigned char tag[POLY1305_TAG]);

#endif
