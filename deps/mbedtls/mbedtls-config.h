/* The modules of mbedTLS that the crypto backend (wasm/crypto-*.c) uses.
   glue_random() provides randomness; mbedTLS needs nothing of the platform. */
#ifndef MBEDTLS_CONFIG_OF_THIS_PROJECT_H
#define MBEDTLS_CONFIG_OF_THIS_PROJECT_H

/* Ciphers: key schedules for wasm/crypto-aes.c; 3DES and CBC are only for
   legacy servers. */
#define MBEDTLS_AES_C
#define MBEDTLS_CIPHER_MODE_CBC
#define MBEDTLS_DES_C

/* Hashes: SHA-1 is only for legacy servers and fingerprints, MD5 only for the
   MACs of legacy servers. */
#define MBEDTLS_MD_C
#define MBEDTLS_MD5_C
#define MBEDTLS_SHA1_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C

/* Public keys: verification and key agreement. */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_DP_SECP521R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_RESTARTABLE
#define MBEDTLS_OID_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_RSA_C

/* RSA keys of up to 16384 bits, as OpenSSH accepts them, and wide windows for
   the 512-bit exponents of crypto-kex-dh.c. */
#define MBEDTLS_MPI_MAX_SIZE 2048
#define MBEDTLS_MPI_WINDOW_SIZE 5

#endif
