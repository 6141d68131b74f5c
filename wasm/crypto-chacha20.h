#ifndef CRYPTO_CHACHA20_H
#define CRYPTO_CHACHA20_H
#include <stddef.h>
#include <stdint.h>

#define CHACHA20_KEY 32
#define CHACHA20_NONCE 8
#define CHACHA20_BLOCK 64

/* XORs the key stream into `data`, from block number `counter` on. ChaCha20 as
   its designer defined it: 64-bit counter, 64-bit nonce. */
void chacha20_xor(const unsigned char key[CHACHA20_KEY],
                  const unsigned char nonce[CHACHA20_NONCE], uint64_t counter,
                  unsigned char *data, size_t length);

#endif
