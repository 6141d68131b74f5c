/* Key exchange on curves: ecdh-sha2-* (RFC 5656) and curve25519-sha256 (RFC
   8731); and the functions that crypto-kex-hybrid.c shares. */
#define MBEDTLS_ALLOW_PRIVATE_ACCESS
#include <sodium/crypto_scalarmult_curve25519.h>
#include "crypto-kex.h"

static int ec_result(int rc)
{
    return rc == MBEDTLS_ERR_ECP_IN_PROGRESS ? LIBSSH2_ERROR_EAGAIN : rc;
}

int kex_nist_public(struct kex *kex, const char *curve, unsigned char *value,
                    size_t *length)
{
    mbedtls_ecp_group group;
    mbedtls_ecp_point point;
    int rc;
    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&point);
    rc = crypto_ec_load(&group, crypto_ec_group(curve));
    if(!rc && !mbedtls_mpi_size(&kex->x))
        rc = mbedtls_ecp_gen_privkey(&group, &kex->x, crypto_random, NULL);
    if(!rc)
        rc = ec_result(mbedtls_ecp_mul_restartable(&group, &point, &kex->x,
                                                   &group.G, crypto_random,
                                                   NULL, &kex->ec));
    if(!rc)
        rc = mbedtls_ecp_point_write_binary(&group, &point,
                                            MBEDTLS_ECP_PF_UNCOMPRESSED,
                                            length, value,
                                            MBEDTLS_ECP_MAX_PT_LEN);
    mbedtls_ecp_point_free(&point);
    mbedtls_ecp_group_free(&group);
    return rc;
}

/* mbedTLS refuses points that are not on the curve; its order is prime. */
int kex_nist_shared(struct kex *kex, const char *curve,
                    const unsigned char *value, size_t length,
                    unsigned char *x, size_t *size)
{
    mbedtls_ecp_group group;
    mbedtls_ecp_point point, shared;
    int rc;
    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&point);
    mbedtls_ecp_point_init(&shared);
    rc = crypto_ec_load(&group, crypto_ec_group(curve));
    if(!rc)
        rc = mbedtls_ecp_point_read_binary(&group, &point, value, length);
    if(!rc)
        rc = ec_result(mbedtls_ecp_mul_restartable(&group, &shared, &kex->x,
                                                   &point, crypto_random, NULL,
                                                   &kex->ec));
    if(!rc) {
        *size = mbedtls_mpi_size(&group.P);
        rc = mbedtls_ecp_is_zero(&shared) ||
            mbedtls_mpi_write_binary(&shared.X, x, *size);
    }
    mbedtls_ecp_point_free(&shared);
    mbedtls_ecp_point_free(&point);
    mbedtls_ecp_group_free(&group);
    return rc;
}

static int nist_start(LIBSSH2_SESSION *session, struct kex *kex)
{
    const struct kex_method *method = (const struct kex_method *)session->kex;
    unsigned char point[MBEDTLS_ECP_MAX_PT_LEN], *at;
    size_t length;
    int rc = kex_nist_public(kex, method->curve, point, &length);
    if(rc)
        return rc;
    at = kex_packet(session, kex, SSH2_MSG_KEX_ECDH_INIT, length);
    if(!at)
        return LIBSSH2_ERROR_ALLOC;
    memcpy(at, point, length);
    return 0;
}

/* K is the x coordinate: RFC 5656 section 4. */
static int nist_finish(LIBSSH2_SESSION *session, struct kex *kex,
                       const unsigned char *value, size_t length)
{
    const struct kex_method *method = (const struct kex_method *)session->kex;
    unsigned char x[MBEDTLS_ECP_MAX_BYTES];
    size_t size;
    int rc = kex_nist_shared(kex, method->curve, value, length, x, &size);
    if(!rc)
        rc = kex_secret_mpint(session, kex, x, size);
    _libssh2_explicit_zero(x, sizeof(x));
    return rc;
}

int kex_x25519_public(struct kex *kex, unsigned char value[KEX_X25519])
{
    return glue_random(kex->scalar, KEX_X25519) ||
        crypto_scalarmult_curve25519_base(value, kex->scalar);
}

/* Fails for points that give zero: RFC 8731 section 3. */
int kex_x25519_shared(struct kex *kex, const unsigned char value[KEX_X25519],
                      unsigned char shared[KEX_X25519])
{
    return crypto_scalarmult_curve25519(shared, kex->scalar, value);
}

static int x25519_start(LIBSSH2_SESSION *session, struct kex *kex)
{
    unsigned char *at = kex_packet(session, kex, SSH2_MSG_KEX_ECDH_INIT,
                                   KEX_X25519);
    return !at || kex_x25519_public(kex, at);
}

static int x25519_finish(LIBSSH2_SESSION *session, struct kex *kex,
                         const unsigned char *value, size_t length)
{
    unsigned char shared[KEX_X25519];
    int rc = length != KEX_X25519 ||
        kex_x25519_shared(kex, value, shared) ||
        kex_secret_mpint(session, kex, shared, KEX_X25519);
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
