#ifndef CRYPTO_POWER_H
#define CRYPTO_POWER_H
/* base^exponent mod p, some milliseconds at a time: with the primes of
   Diffie-Hellman the whole of it would hold up an event loop. */
#include "crypto-internal.h"

struct power;

/* 1 < base < p, p odd; both stay the caller's, as does the exponent, and must
   stay until the end. NULL when there is no memory. */
struct power *power_new(LIBSSH2_SESSION *session, const mbedtls_mpi *base,
                        const mbedtls_mpi *exponent, const mbedtls_mpi *p);
/* 0 with the result, LIBSSH2_ERROR_EAGAIN to be called again, or another
   error. How long it takes depends on the lengths alone. */
int power_slice(struct power *power, mbedtls_mpi *result);
/* Zeroes and frees; NULL is allowed. */
void power_free(LIBSSH2_SESSION *session, struct power **power);

#endif
