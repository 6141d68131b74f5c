#ifndef CRYPTO_SNTRUP761_H
#define CRYPTO_SNTRUP761_H
/* sntrup761 of NTRU Prime (RFC 9941), from TinySSH's copy of the reference
   code. */

#define SNTRUP761_PUBLIC_KEY 1158
#define SNTRUP761_SECRET_KEY 1763
#define SNTRUP761_CIPHERTEXT 1039
#define SNTRUP761_SHARED 32

/* 0, or non-zero when there is no randomness. */
int sntrup761_keypair(unsigned char public_key[SNTRUP761_PUBLIC_KEY],
                      unsigned char secret_key[SNTRUP761_SECRET_KEY]);
/* A ciphertext that was not made for this key gives a secret that nobody
   knows, not an error. */
int sntrup761_decapsulate(unsigned char shared[SNTRUP761_SHARED],
                          const unsigned char ciphertext[SNTRUP761_CIPHERTEXT],
                          const unsigned char secret_key[SNTRUP761_SECRET_KEY]);

#endif
