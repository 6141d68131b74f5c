/* HMAC-SHA1 for the hashed names of known_hosts. */
#include "libssh2_priv.h"

int _libssh2_hmac_ctx_init(libssh2_hmac_ctx *ctx)
{
    mbedtls_md_init(ctx);
    return 1;
}

int _libssh2_hmac_sha1_init(libssh2_hmac_ctx *ctx, void *key, size_t keylen)
{
    const mbedtls_md_info_t *sha1 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA1);
    return mbedtls_md_setup(ctx, sha1, 1) == 0 &&
        mbedtls_md_hmac_starts(ctx, key, keylen) == 0;
}

int _libssh2_hmac_update(libssh2_hmac_ctx *ctx, const void *data,
                         size_t length)
{
    return mbedtls_md_hmac_update(ctx, data, length) == 0;
}

int _libssh2_hmac_final(libssh2_hmac_ctx *ctx, void *digest)
{
    return mbedtls_md_hmac_finish(ctx, digest) == 0;
}

void _libssh2_hmac_cleanup(libssh2_hmac_ctx *ctx)
{
    mbedtls_md_free(ctx);
}
