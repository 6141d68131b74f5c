#ifndef CRYPTO_BACKEND_H
#define CRYPTO_BACKEND_H
/* The crypto backend of libssh2, in place of its crypto.h and mbedtls.h
   (patch 0501 includes it from libssh2_priv.h): what libssh2's own files
   need. What the parts of the backend share is in crypto-internal.h. */
#include <stddef.h>
#include <mbedtls/md.h>
#include "glue.h"

#define LIBSSH2_CRYPTO_ENGINE libssh2_mbedtls

#define LIBSSH2_MD5 0
#define SHA_DIGEST_LENGTH 20
#define SHA256_DIGEST_LENGTH 32
#define SHA384_DIGEST_LENGTH 48
#define SHA512_DIGEST_LENGTH 64

#define libssh2_crypto_init() ((void)0)
#define libssh2_crypto_exit() ((void)0)
/* 0, or non-zero when there is no randomness: the caller must fail. */
#define _libssh2_random(buffer, length) glue_random(buffer, length)

/* Members of libssh2's state structures that belong to its own key
   exchanges. Ours keeps one `struct kex` in
   key_exchange_state_low_t.private_key. */
typedef void _libssh2_bn;
typedef void _libssh2_bn_ctx;
typedef void *_libssh2_dh_ctx;
typedef struct kex _libssh2_ec_key;

/* Which cipher a LIBSSH2_CRYPT_METHOD is. */
#define _libssh2_cipher_type(name) int name

/* crypto-hmac.c; 1 on success. */
#define libssh2_hmac_ctx mbedtls_md_context_t
int _libssh2_hmac_ctx_init(libssh2_hmac_ctx *ctx);
int _libssh2_hmac_sha1_init(libssh2_hmac_ctx *ctx, void *key, size_t keylen);
int _libssh2_hmac_update(libssh2_hmac_ctx *ctx, const void *data,
                         size_t length);
int _libssh2_hmac_final(libssh2_hmac_ctx *ctx, void *digest);
void _libssh2_hmac_cleanup(libssh2_hmac_ctx *ctx);

/* The methods of `defaults` (a list in kex.c: what is offered unless the
   caller says otherwise) that are compiled in but only offered by name.
   NULL-terminated; NULL for a list that has none. */
const void *_libssh2_legacy_methods(const void *defaults);

#endif
