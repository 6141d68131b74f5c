/* The offered methods and their order: the cheap and strong ones first; the
   client (src/client/algorithms.ts) names its own. Others are compiled in,
   and only offered when the caller names them with
   libssh2_session_method_pref(). */
#include "crypto-kex.h"

/* Not methods: what the client supports (RFC 8308; strict key exchange). */
static const LIBSSH2_KEX_METHOD ext_info = { .name = "ext-info-c" };
static const LIBSSH2_KEX_METHOD strict = {
    .name = "kex-strict-c-v00@openssh.com" };

const LIBSSH2_KEX_METHOD *libssh2_kex_methods[] = {
    &kex_mlkem768x25519.method, &kex_sntrup761x25519.method,
    &kex_sntrup761x25519_openssh.method, &kex_mlkem768nistp256.method,
    &kex_curve25519.method, &kex_curve25519_libssh.method, &kex_nistp256.method,
    &kex_nistp384.method, &kex_nistp521.method, &kex_group16.method,
    &kex_group18.method, &kex_gex_sha256.method, &kex_group14_sha256.method,
    &ext_info, &strict, NULL
};
static const LIBSSH2_KEX_METHOD *const legacy_kex[] = {
    &kex_group14_sha1.method, &kex_gex_sha1.method, &kex_group1_sha1.method,
    NULL
};

/* Plain keys first; a caller that knows a certificate authority of the host
   requests certificates by name. */
static const LIBSSH2_HOSTKEY_METHOD *hostkeys[] = {
    &hostkey_ed25519.method, &hostkey_ecdsa_nistp256.method,
    &hostkey_ecdsa_nistp384.method, &hostkey_ecdsa_nistp521.method,
    &hostkey_rsa_sha512.method, &hostkey_rsa_sha256.method,
    &hostkey_sk_ed25519.method, &hostkey_sk_ecdsa.method,
    &hostkey_ed25519_cert.method, &hostkey_ecdsa_nistp256_cert.method,
    &hostkey_ecdsa_nistp384_cert.method, &hostkey_ecdsa_nistp521_cert.method,
    &hostkey_rsa_sha512_cert.method, &hostkey_rsa_sha256_cert.method,
    &hostkey_sk_ed25519_cert.method, &hostkey_sk_ecdsa_cert.method, NULL
};
static const LIBSSH2_HOSTKEY_METHOD *const legacy_hostkeys[] = {
    &hostkey_rsa_sha1_cert.method, &hostkey_rsa_sha1.method,
    /* Not weak, but new and large. */
    &hostkey_mldsa44.method, &hostkey_mldsa44_cert.method,
    &hostkey_mldsa44_openssh.method, &hostkey_mldsa44_openssh_cert.method,
    NULL
};

static const LIBSSH2_CRYPT_METHOD *ciphers[] = {
    &crypto_chacha20_poly1305, &crypto_aes256_gcm, &crypto_aes128_gcm,
    &crypto_aes256_ctr, &crypto_aes192_ctr, &crypto_aes128_ctr, NULL
};
static const LIBSSH2_CRYPT_METHOD *const legacy_ciphers[] = {
    &crypto_aes256_cbc, &crypto_aes192_cbc, &crypto_aes128_cbc,
    &crypto_3des_cbc, NULL
};

static const LIBSSH2_MAC_METHOD *macs[] = {
    &crypto_hmac_sha256_etm, &crypto_hmac_sha512_etm, &crypto_hmac_sha256,
    &crypto_hmac_sha512, NULL
};
static const LIBSSH2_MAC_METHOD *const legacy_macs[] = {
    &crypto_hmac_sha1_etm, &crypto_hmac_sha1, &crypto_hmac_sha1_96,
    &crypto_hmac_md5, NULL
};

const LIBSSH2_HOSTKEY_METHOD **libssh2_hostkey_methods(void)
{
    return hostkeys;
}

const LIBSSH2_CRYPT_METHOD **libssh2_crypt_methods(void)
{
    return ciphers;
}

const LIBSSH2_MAC_METHOD **_libssh2_mac_methods(void)
{
    return macs;
}

const void *_libssh2_legacy_methods(const void *defaults)
{
    if(defaults == libssh2_kex_methods)
        return legacy_kex;
    if(defaults == hostkeys)
        return legacy_hostkeys;
    if(defaults == ciphers)
        return legacy_ciphers;
    return defaults == macs ? legacy_macs : NULL;
}
