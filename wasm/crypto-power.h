#ifndef CRYPTO_POWER_H
#define CRYPTO_POWER_H
/* base^exponent mod p, some milliseconds at a time: with the primes of
   Diffie-Hellman the whole would block an event loop. */
#include "crypto-internal.h"

struct power;

/* 1 < base < p, p odd. The caller keeps both, and the exponent, and must not
   change them until the end. NULL if there is no memory. */
struct power *power_new(LIBSSH2_SESSION *session, const mbedtls_mpi *base,
                        const mbedtls_mpi *exponent, const mbedtls_mpi *p);
/* 0 with the result, LIBSSH2_ERROR_EAGAIN to be called again, or another
   error. The time depends only on the lengths. */
int power_slice(struct power *power, mbedtls_mpi *result);
/* Zeroes and frees; NULL is allowed. */
void power_free(LIBSSH2_SESSION *session, struct power **power);

#endif
