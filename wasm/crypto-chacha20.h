#ifndef CRYPTO_CHACHA20_H
#define CRYPTO_CHACHA20_H
#include <stddef.h>
#include <stdint.h>

#define CHACHA20_KEY 32
#define CHACHA20_NONCE 8
#define CHACHA20_BLOCK 64
#define CHACHA20_LANES 4 /* blocks at a time */
#define CHACHA20_BATCH (CHACHA20_LANES * CHACHA20_BLOCK)

/* XORs the key stream into `data`, starting with block number `counter`.
   ChaCha20 as its designer defined it: 64-bit counter, 64-bit nonce. */
void chacha20_xor(const unsigned char key[CHACHA20_KEY],
                  const unsigned char nonce[CHACHA20_NONCE], uint64_t counter,
                  unsigned char *data, size_t length);

/* Its parts, for crypto-chachapoly-packet.c. Lane i of each vector belongs
   to block i. */
typedef uint32_t chacha20_vector __attribute__((vector_size(16)));

/* The state, each word in all lanes, and the counters, which differ. */
void chacha20_set_up(chacha20_vector state[16], const unsigned char *key,
                     const unsigned char *nonce);
void chacha20_count(chacha20_vector state[16], uint64_t counter);
/* Four blocks of key stream: in `x`, word i of all of them. */
void chacha20_blocks(const chacha20_vector state[16], chacha20_vector x[16]);
/* XORs those into CHACHA20_BATCH bytes, or `length` of them. */
void chacha20_apply(const chacha20_vector x[16], unsigned char *data);
void chacha20_apply_some(const chacha20_vector x[16], unsigned char *data,
                         size_t length);

#endif
