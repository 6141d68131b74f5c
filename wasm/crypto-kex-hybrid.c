/* Key exchange that is secure as long as either of its two parts is: a key
   encapsulation against quantum computers, and a curve.
   mlkem768x25519-sha256 and mlkem768nistp256-sha256 (RFC 10042),
   sntrup761x25519-sha512 (RFC 9941). The client sends encapsulation key and
   point, the server ciphertext and point; K is the hash of both secrets, as
   a string. */
#include <sodium/crypto_kem_mlkem768.h>
#include "crypto-kex.h"
#include "crypto-sntrup761.h"

#define SHARED 32      /* of either part of each method */
#define MOST_POINT 65  /* of nistp256, uncompressed (SEC 1) */

struct kex_kem {
    size_t public_key, secret_key, ciphertext;
    int (*keypair)(unsigned char *public_key, unsigned char *secret_key);
    int (*decapsulate)(unsigned char *shared, const unsigned char *ciphertext,
                       const unsigned char *secret_key);
};

/* libsodium would draw the seed itself, where a failure cannot be reported. */
static int mlkem_keypair(unsigned char *public_key, unsigned char *secret_key)
{
    unsigned char seed[crypto_kem_mlkem768_SEEDBYTES];
    int rc = glue_random(seed, sizeof(seed)) ||
        crypto_kem_mlkem768_seed_keypair(public_key, secret_key, seed);
    _libssh2_explicit_zero(seed, sizeof(seed));
    return rc;
}

static const struct kex_kem mlkem768 = {
    crypto_kem_mlkem768_PUBLICKEYBYTES, crypto_kem_mlkem768_SECRETKEYBYTES,
    crypto_kem_mlkem768_CIPHERTEXTBYTES, mlkem_keypair,
    crypto_kem_mlkem768_dec };
static const struct kex_kem sntrup761 = {
    SNTRUP761_PUBLIC_KEY, SNTRUP761_SECRET_KEY, SNTRUP761_CIPHERTEXT,
    sntrup761_keypair, sntrup761_decapsulate };

static size_t point_length(const struct kex_method *method)
{
    return method->curve ? MOST_POINT : KEX_X25519;
}

/* A multiplication on nistp256 runs in slices: all of this is then entered
   again, and the key pair already exists. */
static int hybrid_start(LIBSSH2_SESSION *session, struct kex *kex)
{
    const struct kex_method *method = (const struct kex_method *)session->kex;
    const struct kex_kem *kem = method->kem;
    unsigned char *at;
    size_t length;
    if(!kex->packet) {
        at = kex_packet(session, kex, SSH2_MSG_KEX_ECDH_INIT,
                        kem->public_key + point_length(method));
        kex->kem_key_len = kem->secret_key;
        kex->kem_key = LIBSSH2_ALLOC(session, kex->kem_key_len);
        if(!at || !kex->kem_key || kem->keypair(at, kex->kem_key))
            return -1;
    }
    at = kex->packet + kex->packet_len - point_length(method);
    return method->curve ? kex_nist_public(kex, method->curve, at, &length) :
        kex_x25519_public(kex, at);
}

static int hybrid_finish(LIBSSH2_SESSION *session, struct kex *kex,
                         const unsigned char *value, size_t length)
{
    const struct kex_method *method = (const struct kex_method *)session->kex;
    const struct kex_kem *kem = method->kem;
    unsigned char both[2 * SHARED], hash[SHA512_DIGEST_LENGTH];
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(method->hash);
    const unsigned char *point = value + kem->ciphertext;
    size_t size = SHARED;
    int rc;
    if(length != kem->ciphertext + point_length(method))
        return -1;
    rc = method->curve ?
        kex_nist_shared(kex, method->curve, point, MOST_POINT, both + SHARED,
                        &size) :
        kex_x25519_shared(kex, point, both + SHARED);
    if(!rc)
        rc = size != SHARED ||
            kem->decapsulate(both, value, kex->kem_key) ||
            mbedtls_md(info, both, sizeof(both), hash) ||
            kex_secret_string(session, kex, hash, mbedtls_md_get_size(info));
    _libssh2_explicit_zero(both, sizeof(both));
    _libssh2_explicit_zero(hash, sizeof(hash));
    return rc;
}

#define HYBRID(id, label, md, ...) \
    const struct kex_method kex_##id = { \
        KEX_METHOD(label), .hash = MBEDTLS_MD_##md, .start = hybrid_start, \
        .finish = hybrid_finish, __VA_ARGS__ }

HYBRID(mlkem768x25519, "mlkem768x25519-sha256", SHA256, .kem = &mlkem768);
HYBRID(mlkem768nistp256, "mlkem768nistp256-sha256", SHA256, .kem = &mlkem768,
       .curve = "nistp256");
HYBRID(sntrup761x25519, "sntrup761x25519-sha512", SHA512, .kem = &sntrup761);
HYBRID(sntrup761x25519_openssh, "sntrup761x25519-sha512@openssh.com", SHA512,
       .kem = &sntrup761);
