/* Signature verification: RSA (RFC 8017 section 8.2.2, hashes of RFC 8332),
   ECDSA (RFC 5656 section 3.1) and Ed25519 (RFC 8709). JavaScript makes
   signatures. */
#include <mbedtls/ecdsa.h>
#include <mbedtls/rsa.h>
#include <sodium/crypto_sign_ed25519.h>
#include "crypto-internal.h"

/* The longest modulus that OpenSSH accepts. */
#define RSA_MOST_BITS 16384
/* With a huge exponent, a server could make us compute for seconds. */
#define RSA_MOST_EXPONENT_BYTES 8
/* mbedTLS's units per slice: some milliseconds. */
#define EC_SLICE 2500

int crypto_random(void *context, unsigned char *buffer, size_t length)
{
    (void)context;
    return glue_random(buffer, length);
}

mbedtls_ecp_group_id crypto_ec_group(const char *curve)
{
    if(!strcmp(curve, "nistp256"))
        return MBEDTLS_ECP_DP_SECP256R1;
    if(!strcmp(curve, "nistp384"))
        return MBEDTLS_ECP_DP_SECP384R1;
    return MBEDTLS_ECP_DP_SECP521R1;
}

int crypto_ec_load(mbedtls_ecp_group *group, mbedtls_ecp_group_id id)
{
    mbedtls_ecp_set_max_ops(EC_SLICE);
    return mbedtls_ecp_group_load(group, id);
}

/* RFC 5656 section 6.2.1. */
mbedtls_md_type_t crypto_ec_hash(mbedtls_ecp_group_id id)
{
    switch(id) {
    case MBEDTLS_ECP_DP_SECP256R1:
        return MBEDTLS_MD_SHA256;
    case MBEDTLS_ECP_DP_SECP384R1:
        return MBEDTLS_MD_SHA384;
    default:
        return MBEDTLS_MD_SHA512;
    }
}

static int digest(mbedtls_md_type_t type, const unsigned char *message,
                  size_t message_len, unsigned char *hash, size_t *hash_len)
{
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(type);
    *hash_len = mbedtls_md_get_size(info);
    return mbedtls_md(info, message, message_len, hash);
}

int crypto_rsa_verify(mbedtls_md_type_t type, size_t least_bits,
                      const unsigned char *e, size_t e_len,
                      const unsigned char *n, size_t n_len,
                      const unsigned char *signature, size_t signature_len,
                      const unsigned char *message, size_t message_len)
{
    unsigned char hash[SHA512_DIGEST_LENGTH];
    unsigned char *padded = NULL;
    size_t hash_len, bits, length;
    mbedtls_rsa_context rsa;
    int rc = -1;
    mbedtls_rsa_init(&rsa);
    if(e_len > RSA_MOST_EXPONENT_BYTES || n_len > RSA_MOST_BITS / 8 + 1 ||
       mbedtls_rsa_import_raw(&rsa, n, n_len, NULL, 0, NULL, 0, NULL, 0,
                              e, e_len) ||
       mbedtls_rsa_complete(&rsa) || mbedtls_rsa_check_pubkey(&rsa))
        goto out;
    bits = mbedtls_rsa_get_bitlen(&rsa);
    length = mbedtls_rsa_get_len(&rsa);
    /* Some servers drop the signature's leading zeros: RFC 8332 section 3. */
    if(bits < least_bits || signature_len > length)
        goto out;
    padded = calloc(1, length);
    if(!padded)
        goto out;
    memcpy(padded + length - signature_len, signature, signature_len);
    if(!digest(type, message, message_len, hash, &hash_len))
        rc = mbedtls_rsa_pkcs1_verify(&rsa, type, hash_len, hash, padded);
out:
    free(padded);
    mbedtls_rsa_free(&rsa);
    return rc ? -1 : 0;
}

void crypto_ecdsa_forget(void **state)
{
    if(*state) {
        mbedtls_ecdsa_restart_free(*state);
        free(*state);
        *state = NULL;
    }
}

int crypto_ecdsa_verify(mbedtls_ecp_group_id id,
                        const unsigned char *point, size_t point_len,
                        const unsigned char *r, size_t r_len,
                        const unsigned char *s, size_t s_len,
                        const unsigned char *message, size_t message_len,
                        void **state)
{
    unsigned char hash[SHA512_DIGEST_LENGTH];
    size_t hash_len;
    mbedtls_ecp_group group;
    mbedtls_ecp_point key;
    mbedtls_mpi mpi_r, mpi_s;
    int rc = -1;
    mbedtls_ecp_group_init(&group);
    mbedtls_ecp_point_init(&key);
    mbedtls_mpi_init(&mpi_r);
    mbedtls_mpi_init(&mpi_s);
    if(!*state) {
        *state = malloc(sizeof(mbedtls_ecdsa_restart_ctx));
        if(!*state)
            return LIBSSH2_ERROR_ALLOC;
        mbedtls_ecdsa_restart_init(*state);
    }
    if(!crypto_ec_load(&group, id) &&
       !mbedtls_ecp_point_read_binary(&group, &key, point, point_len) &&
       !mbedtls_ecp_check_pubkey(&group, &key) &&
       !mbedtls_mpi_read_binary(&mpi_r, r, r_len) &&
       !mbedtls_mpi_read_binary(&mpi_s, s, s_len) &&
       !digest(crypto_ec_hash(id), message, message_len, hash, &hash_len))
        rc = mbedtls_ecdsa_verify_restartable(&group, hash, hash_len, &key,
                                              &mpi_r, &mpi_s, *state);
    mbedtls_mpi_free(&mpi_s);
    mbedtls_mpi_free(&mpi_r);
    mbedtls_ecp_point_free(&key);
    mbedtls_ecp_group_free(&group);
    if(rc == MBEDTLS_ERR_ECP_IN_PROGRESS)
        return LIBSSH2_ERROR_EAGAIN;
    crypto_ecdsa_forget(state);
    return rc ? -1 : 0;
}

int crypto_ed25519_verify(const unsigned char *key, size_t key_len,
                          const unsigned char *signature, size_t signature_len,
                          const unsigned char *message, size_t message_len)
{
    if(key_len != crypto_sign_ed25519_PUBLICKEYBYTES ||
       signature_len != crypto_sign_ed25519_BYTES)
        return -1;
    return crypto_sign_ed25519_verify_detached(signature, message, message_len,
                                               key);
}
