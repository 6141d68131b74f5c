/* Message authentication codes: HMAC (RFC 6668, RFC 4253 section 6.4), and
   OpenSSH's encrypt-then-MAC variants. SHA-2 uses the host's HMAC if there
   is one; SHA-1 (also cut to 96 bits) and MD5 are for old servers. */
#include "crypto-internal.h"

struct hmac {
    int host; /* its key there, or 0 */
    mbedtls_md_context_t md;
    size_t length; /* bytes of the MAC: all of the hash, or its beginning */
};

static int host_hash(mbedtls_md_type_t type, const unsigned char *key,
                     size_t length)
{
    return type == MBEDTLS_MD_SHA1 || type == MBEDTLS_MD_MD5 ? 0 :
        host_key_new(type == MBEDTLS_MD_SHA256 ? HOST_HMAC_SHA256 :
                     HOST_HMAC_SHA512, key, length, NULL);
}

/* One context per direction for its whole life: no allocation per packet. */
static int hmac_init_with(LIBSSH2_SESSION *session, mbedtls_md_type_t type,
                          size_t length, const unsigned char *key,
                          int *free_key, void **abstract)
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(type);
    struct hmac *hmac = LIBSSH2_CALLOC(session, sizeof(*hmac));
    *free_key = 1;
    *abstract = hmac;
    if(!hmac)
        return LIBSSH2_ERROR_ALLOC;
    hmac->length = length;
    hmac->host = host_hash(type, key, mbedtls_md_get_size(info));
    if(hmac->host)
        return 0;
    mbedtls_md_init(&hmac->md);
    if(mbedtls_md_setup(&hmac->md, info, 1) ||
       mbedtls_md_hmac_starts(&hmac->md, key, mbedtls_md_get_size(info)))
        return -1;
    return 0;
}

#define HMAC_INIT(name, type, length) \
    static int name(LIBSSH2_SESSION *session, unsigned char *key, \
                    int *free_key, void **abstract) \
    { \
        return hmac_init_with(session, type, length, key, free_key, \
                              abstract); \
    }

HMAC_INIT(hmac_md5_init, MBEDTLS_MD_MD5, 16)
HMAC_INIT(hmac_sha1_init, MBEDTLS_MD_SHA1, SHA_DIGEST_LENGTH)
HMAC_INIT(hmac_sha1_96_init, MBEDTLS_MD_SHA1, 12)
HMAC_INIT(hmac_sha256_init, MBEDTLS_MD_SHA256, SHA256_DIGEST_LENGTH)
HMAC_INIT(hmac_sha512_init, MBEDTLS_MD_SHA512, SHA512_DIGEST_LENGTH)

static int hmac_hash(LIBSSH2_SESSION *session, unsigned char *mac,
                     uint32_t seqno, const unsigned char *packet,
                     size_t packet_len, const unsigned char *more,
                     size_t more_len, void **abstract)
{
    struct hmac *hmac = *abstract;
    mbedtls_md_context_t *md;
    unsigned char sequence[4], whole[MBEDTLS_MD_MAX_SIZE];
    (void)session;
    /* As in the ciphers: a key exchange that ran out of memory has removed
       the old keys, and the session may still be asked to send. */
    if(!hmac)
        return -1;
    md = &hmac->md;
    if(hmac->host)
        return host_hmac(hmac->host, seqno, packet, packet_len, more,
                         more_len, mac);
    _libssh2_htonu32(sequence, seqno);
    if(mbedtls_md_hmac_reset(md) ||
       mbedtls_md_hmac_update(md, sequence, sizeof(sequence)) ||
       mbedtls_md_hmac_update(md, packet, packet_len) ||
       (more_len && mbedtls_md_hmac_update(md, more, more_len)) ||
       mbedtls_md_hmac_finish(md, whole))
        return -1;
    memcpy(mac, whole, hmac->length);
    return 0;
}

static int hmac_dtor(LIBSSH2_SESSION *session, void **abstract)
{
    struct hmac *hmac = *abstract;
    if(hmac) {
        if(hmac->host)
            host_key_free(hmac->host);
        else
            mbedtls_md_free(&hmac->md);
        LIBSSH2_FREE(session, hmac);
        *abstract = NULL;
    }
    return 0;
}

/* An AEAD cipher's MAC is its own tag. This method stands for it in the
   session, is never requested by name and adds nothing. */
static int implicit_hash(LIBSSH2_SESSION *session, unsigned char *mac,
                         uint32_t seqno, const unsigned char *packet,
                         size_t packet_len, const unsigned char *more,
                         size_t more_len, void **abstract)
{
    (void)session;
    (void)mac;
    (void)seqno;
    (void)packet;
    (void)packet_len;
    (void)more;
    (void)more_len;
    (void)abstract;
    return 0;
}

static const LIBSSH2_MAC_METHOD implicit = {
    .name = "<implicit>", .hash = implicit_hash };

const LIBSSH2_MAC_METHOD *
_libssh2_mac_override(const LIBSSH2_CRYPT_METHOD *crypt)
{
    return crypt->algo == CRYPTO_AEAD ? &implicit : NULL;
}

#define HMAC(id, length, label) \
    const LIBSSH2_MAC_METHOD crypto_hmac_##id = { \
        .name = label, .mac_len = length, .key_len = length, \
        .init = hmac_##id##_init, .hash = hmac_hash, .dtor = hmac_dtor }; \
    const LIBSSH2_MAC_METHOD crypto_hmac_##id##_etm = { \
        .name = label "-etm@openssh.com", .mac_len = length, \
        .key_len = length, .init = hmac_##id##_init, .hash = hmac_hash, \
        .dtor = hmac_dtor, .etm = 1 }

/* Old ones, which have no encrypt-then-MAC here. */
#define OLD_HMAC(id, length, key_length, label) \
    const LIBSSH2_MAC_METHOD crypto_hmac_##id = { \
        .name = label, .mac_len = length, .key_len = key_length, \
        .init = hmac_##id##_init, .hash = hmac_hash, .dtor = hmac_dtor }

HMAC(sha1, SHA_DIGEST_LENGTH, "hmac-sha1");
HMAC(sha256, SHA256_DIGEST_LENGTH, "hmac-sha2-256");
HMAC(sha512, SHA512_DIGEST_LENGTH, "hmac-sha2-512");
OLD_HMAC(sha1_96, 12, SHA_DIGEST_LENGTH, "hmac-sha1-96");
OLD_HMAC(md5, 16, 16, "hmac-md5");
