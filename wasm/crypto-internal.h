#ifndef CRYPTO_INTERNAL_H
#define CRYPTO_INTERNAL_H
/* Shared declarations of the crypto backend. */
#include <mbedtls/bignum.h>
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include "libssh2_priv.h"
#include "mac.h"

/* The random source in the form that mbedTLS expects; `context` is unused. */
int crypto_random(void *context, unsigned char *buffer, size_t length);

/* The curves of RFC 5656 by their name there: nistp256, nistp384, nistp521. */
mbedtls_ecp_group_id crypto_ec_group(const char *curve);
mbedtls_md_type_t crypto_ec_hash(mbedtls_ecp_group_id id);
/* From then on computations with `group` run in slices (mbedTLS's
   restartable functions). */
int crypto_ec_load(mbedtls_ecp_group *group, mbedtls_ecp_group_id id);

/* crypto-publickey.c: 0 for a good signature. Of ECDSA also
   LIBSSH2_ERROR_EAGAIN: call again, `state` keeps how far it is. `n`, `e`, `r`, `s` are mpints;
   `point` and the Ed25519 arguments are raw. */
int crypto_rsa_verify(mbedtls_md_type_t hash, size_t least_bits,
                      const unsigned char *e, size_t e_len,
                      const unsigned char *n, size_t n_len,
                      const unsigned char *signature, size_t signature_len,
                      const unsigned char *message, size_t message_len);
int crypto_ecdsa_verify(mbedtls_ecp_group_id id,
                        const unsigned char *point, size_t point_len,
                        const unsigned char *r, size_t r_len,
                        const unsigned char *s, size_t s_len,
                        const unsigned char *message, size_t message_len,
                        void **state);
void crypto_ecdsa_forget(void **state);
int crypto_ed25519_verify(const unsigned char *key, size_t key_len,
                          const unsigned char *signature, size_t signature_len,
                          const unsigned char *message, size_t message_len);

/* The longest body (padding length, payload, padding) of an AES-GCM packet that
   is sealed and opened here even where the host has AES-GCM. */
#define CRYPTO_GCM_FEW (7 * 16)
/* crypto-gcm.c: the host's key and the nonce that open the next packet, or 0
   if the cipher is not AES-GCM of the host; and the notification that the
   host has opened it. */
int crypto_gcm_host_key(LIBSSH2_SESSION *session, const unsigned char **nonce);
void crypto_gcm_taken(LIBSSH2_SESSION *session);
/* The same for what is sent. */
int crypto_gcm_seal_key(LIBSSH2_SESSION *session, const unsigned char **nonce);
void crypto_gcm_sealed(LIBSSH2_SESSION *session);

/* LIBSSH2_CRYPT_METHOD.algo */
enum { CRYPTO_CTR, CRYPTO_CBC, CRYPTO_AEAD };

struct hostkey_method {
    LIBSSH2_HOSTKEY_METHOD method; /* first: libssh2 sees only this */
    const char *blob_type;         /* first string of the key blob */
    const char *signature_type;    /* first string of the signature blob */
    enum { RSA, ECDSA, ED25519, MLDSA44_ED25519 } kind;
    mbedtls_md_type_t rsa_hash;
    const char *curve; /* ECDSA: second string of the key blob */
    int certificate;
    int security_key; /* PROTOCOL.u2f of OpenSSH: signs more than the message */
};

/* The methods that crypto-policy.c puts in order, by the file that defines
   them. */
/* crypto-cipher.c, crypto-gcm.c, crypto-chachapoly.c */
extern const LIBSSH2_CRYPT_METHOD
    crypto_aes128_ctr, crypto_aes192_ctr, crypto_aes256_ctr,
    crypto_aes128_cbc, crypto_aes192_cbc, crypto_aes256_cbc, crypto_3des_cbc,
    crypto_aes128_gcm, crypto_aes256_gcm, crypto_chacha20_poly1305;
/* crypto-mac.c */
extern const LIBSSH2_MAC_METHOD
    crypto_hmac_sha256, crypto_hmac_sha512, crypto_hmac_sha1,
    crypto_hmac_sha1_96, crypto_hmac_md5,
    crypto_hmac_sha256_etm, crypto_hmac_sha512_etm, crypto_hmac_sha1_etm;
/* crypto-hostkey.c */
extern const struct hostkey_method
    hostkey_ed25519, hostkey_ecdsa_nistp256, hostkey_ecdsa_nistp384,
    hostkey_ecdsa_nistp521, hostkey_rsa_sha512, hostkey_rsa_sha256,
    hostkey_rsa_sha1, hostkey_sk_ed25519, hostkey_sk_ecdsa,
    hostkey_ed25519_cert, hostkey_ecdsa_nistp256_cert,
    hostkey_ecdsa_nistp384_cert, hostkey_ecdsa_nistp521_cert,
    hostkey_rsa_sha512_cert, hostkey_rsa_sha256_cert, hostkey_rsa_sha1_cert,
    hostkey_sk_ed25519_cert, hostkey_sk_ecdsa_cert, hostkey_mldsa44,
    hostkey_mldsa44_cert, hostkey_mldsa44_openssh,
    hostkey_mldsa44_openssh_cert;

#endif
