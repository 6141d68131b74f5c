/* Key exchange on curves: ecdh-sha2-* (RFC 5656), curve25519-sha256 (RFC
   8731), and mlkem768x25519-sha256 (draft-ietf-sshm-mlkem-hybrid-kex), which
   holds as long as either of its two parts does. */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <sodium/crypto_kem_mlkem768.h>
#include <sodium/crypto_scalarmult_curve25519.h>
#include "crypto-kex.h"

#define X25519 crypto_scalarmult_curve25519_BYTES
#define ENCAPSULATION_KEY crypto_kem_mlkem768_PUBLICKEYBYTES
#define CIPHERTEXT crypto_kem_mlkem768_CIPHERTEXTBYTES

static int ec_result(int rc)
{
    return rc == MBEDTLS_ERR_ECP_IN_PROGRESS ? LIBSSH2_ERROR_EAGAIN : rc;
}

static int nist_start(LIBSSH2_SESSION *session, struct kex *kex)
{
    const struct kex_method *method = (const struct kex_method *)session->kex;
    mbedtls_ecp_group group;
    mbedtls_ecp_point point;
    unsigned char buffer[MBEDTLS_ECP_MAX_PT_LEN], *at;
    size_t length;
    int rc;
    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&point);
    rc = crypto_ec_load(&group, crypto_ec_group(method->curve));
    if(!rc && !mbedtls_mpi_size(&kex->x))
        rc = mbedtls_ecp_gen_privkey(&group, &kex->x, crypto_random, NULL);
    if(!rc)
        rc = ec_result(mbedtls_ecp_mul_restartable(&group, &point, &kex->x,
                                                   &group.G, crypto_random,
                                                   NULL, &kex->ec));
    if(!rc)
        rc = mbedtls_ecp_point_write_binary(&group, &point,
                                            MBEDTLS_ECP_PF_UNCOMPRESSED,
                                            &length, buffer, sizeof(buffer));
    if(!rc) {
        at = kex_packet(session, kex, SSH2_MSG_KEX_ECDH_INIT, length);
        if(at)
            memcpy(at, buffer, length);
        else
            rc = LIBSSH2_ERROR_ALLOC;
    }
    mbedtls_ecp_point_free(&point);
    mbedtls_ecp_group_free(&group);
    return rc;
}

/* K is the x coordinate: RFC 5656 section 4. mbedTLS refuses points that are
   not on the curve; its order is prime. */
static int nist_finish(LIBSSH2_SESSION *session, struct kex *kex,
                       const unsigned char *value, size_t length)
{
    const struct kex_method *method = (const struct kex_method *)session->kex;
    unsigned char bytes[MBEDTLS_ECP_MAX_BYTES];
    mbedtls_ecp_group group;
    mbedtls_ecp_point point, shared;
    size_t size;
    int rc;
    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&point);
    mbedtls_ecp_point_init(&shared);
    rc = crypto_ec_load(&group, crypto_ec_group(method->curve));
    if(!rc)
        rc = mbedtls_ecp_point_read_binary(&group, &point, value, length);
    if(!rc)
        rc = ec_result(mbedtls_ecp_mul_restartable(&group, &shared, &kex->x,
                                                   &point, crypto_random, NULL,
                                                   &kex->ec));
    if(!rc) {
        size = mbedtls_mpi_size(&shared.X);
        rc = mbedtls_ecp_is_zero(&shared) ||
            mbedtls_mpi_write_binary(&shared.X, bytes, size) ||
            kex_secret_mpint(session, kex, bytes, size);
    }
    mbedtls_ecp_point_free(&shared);
    mbedtls_ecp_point_free(&point);
    mbedtls_ecp_group_free(&group);
    _libssh2_explicit_zero(bytes, sizeof(bytes));
    return rc;
}

static int x25519_start(LIBSSH2_SESSION *session, struct kex *kex)
{
    unsigned char *at = kex_packet(session, kex, SSH2_MSG_KEX_ECDH_INIT,
                                   X25519);
    return !at || glue_random(kex->seed, X25519) ||
        crypto_scalarmult_curve25519_base(at, kex->seed);
}

static int x25519_finish(LIBSSH2_SESSION *session, struct kex *kex,
                         const unsigned char *value, size_t length)
{
    unsigned char shared[X25519];
    /* Fails for the points that give zero: RFC 8731 section 3. */
    int rc = length != X25519 ||
        crypto_scalarmult_curve25519(shared, kex->seed, value) ||
        kex_secret_mpint(session, kex, shared, X25519);
    _libssh2_explicit_zero(shared, sizeof(shared));
    return rc;
}

/* The decapsulation key is not kept: kex->seed makes it again. */
static int mlkem_keypair(const struct kex *kex, unsigned char *public_key,
                         unsigned char *secret_key)
{
    return crypto_kem_mlkem768_seed_keypair(public_key, secret_key,
                                            kex->seed + X25519);
}

static int hybrid_start(LIBSSH2_SESSION *session, struct kex *kex)
{
    unsigned char secret_key[crypto_kem_mlkem768_SECRETKEYBYTES];
    unsigned char *at = kex_packet(session, kex, SSH2_MSG_KEX_ECDH_INIT,
                                   ENCAPSULATION_KEY + X25519);
    int rc = !at || glue_random(kex->seed, sizeof(kex->seed)) ||
        mlkem_keypair(kex, at, secret_key) ||
        crypto_scalarmult_curve25519_base(at + ENCAPSULATION_KEY, kex->seed);
    _libssh2_explicit_zero(secret_key, sizeof(secret_key));
    return rc;
}

static int hybrid_finish(LIBSSH2_SESSION *session, struct kex *kex,
                         const unsigned char *value, size_t length)
{
    unsigned char secret_key[crypto_kem_mlkem768_SECRETKEYBYTES];
    unsigned char public_key[ENCAPSULATION_KEY];
    unsigned char both[crypto_kem_mlkem768_SHAREDSECRETBYTES + X25519];
    unsigned char shared[SHA256_DIGEST_LENGTH];
    int rc = length != CIPHERTEXT + X25519 ||
        mlkem_keypair(kex, public_key, secret_key) ||
        crypto_kem_mlkem768_dec(both, value, secret_key) ||
        crypto_scalarmult_curve25519(
            both + crypto_kem_mlkem768_SHAREDSECRETBYTES, kex->seed,
            value + CIPHERTEXT) ||
        mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), both,
                   sizeof(both), shared) ||
        kex_secret_string(session, kex, shared, sizeof(shared));
    _libssh2_explicit_zero(secret_key, sizeof(secret_key));
    _libssh2_explicit_zero(both, sizeof(both));
    _libssh2_explicit_zero(shared, sizeof(shared));
    return rc;
}

#define NIST(bits, md) \
    const struct kex_method kex_nistp##bits = { \
        KEX_METHOD("ecdh-sha2-nistp" #bits), .hash = md, \
        .start = nist_start, .finish = nist_finish, .curve = "nistp" #bits }

NIST(256, MBEDTLS_MD_SHA256);
NIST(384, MBEDTLS_MD_SHA384);
NIST(521, MBEDTLS_MD_SHA512);

const struct kex_method kex_curve25519 = {
    KEX_METHOD("curve25519-sha256"), .hash = MBEDTLS_MD_SHA256,
    .start = x25519_start, .finish = x25519_finish };
const struct kex_method kex_curve25519_libssh = {
    KEX_METHOD("curve25519-sha256@libssh.org"), .hash = MBEDTLS_MD_SHA256,
    .start = x25519_start, .finish = x25519_finish };
const struct kex_method kex_mlkem768x25519 = {
    KEX_METHOD("mlkem768x25519-sha256"), .hash = MBEDTLS_MD_SHA256,
    .start = hybrid_start, .finish = hybrid_finish };
