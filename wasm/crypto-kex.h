#ifndef CRYPTO_KEX_H
#define CRYPTO_KEX_H
/* Key exchange methods. crypto-kex.c implements the protocol of all of them;
   a method only makes the client's public value and, from the server's, the
   shared secret. */
#include "crypto-internal.h"

#define KEX_X25519 32 /* a scalar, a point, a secret */

struct kex;
struct kex_kem;
struct power;

struct kex_method {
    LIBSSH2_KEX_METHOD method; /* first: libssh2 sees only this */
    mbedtls_md_type_t hash;
    /* Sets packet to public_value. This and the next may compute for long:
       after some milliseconds they return LIBSSH2_ERROR_EAGAIN, and are
       called again with the same arguments. */
    int (*start)(LIBSSH2_SESSION *session, struct kex *kex);
    /* Sets secret; fails for every forbidden value of the server. */
    int (*finish)(LIBSSH2_SESSION *session, struct kex *kex,
                  const unsigned char *value, size_t length);
    const struct dh_group *group; /* NULL with group exchange */
    int group_exchange;           /* RFC 4419 */
    const char *curve;         /* named as in RFC 5656; NULL is X25519 */
    const struct kex_kem *kem; /* hybrid: crypto-kex-hybrid.c */
};

/* One exchange, from KEXINIT to NEWKEYS. All of it is zeroed at the end. */
struct kex {
    int step;
    packet_require_state_t required;
    packet_requirev_state_t guess;
    unsigned char *packet; /* being sent: type, length, public_value */
    size_t packet_len;
    unsigned char *group; /* group exchange: the server's packet with p and g */
    size_t group_len;
    unsigned char *secret; /* K as hashed: mpint or string */
    size_t secret_len;
    unsigned char hash[SHA512_DIGEST_LENGTH]; /* H */
    size_t hash_len;
    mbedtls_mpi p, g, x; /* x also is the private scalar of a NIST curve */
    mbedtls_mpi f;       /* the server's public value */
    unsigned char *reply; /* the server's packet with it */
    size_t reply_len;
    /* Computations in progress. */
    struct power *power;
    mbedtls_ecp_restart_ctx ec;
    void *verification;
    unsigned char scalar[KEX_X25519]; /* the private value of X25519 */
    unsigned char *kem_key;           /* hybrid: the decapsulation key */
    size_t kem_key_len;
};

/* Room for `length` bytes of public value in a packet of `type`; NULL if
   there is no memory. */
unsigned char *kex_packet(LIBSSH2_SESSION *session, struct kex *kex,
                          unsigned char type, size_t length);
/* The same, with `bytes` as an unsigned big-endian integer, sent as mpint. */
int kex_packet_mpint(LIBSSH2_SESSION *session, struct kex *kex,
                     unsigned char type, const mbedtls_mpi *value);
/* Stores K: as the mpint of an unsigned integer, or as a string. */
int kex_secret_mpint(LIBSSH2_SESSION *session, struct kex *kex,
                     const unsigned char *bytes, size_t length);
int kex_secret_string(LIBSSH2_SESSION *session, struct kex *kex,
                      const unsigned char *bytes, size_t length);

/* crypto-kex-dh.c */
int kex_group_request(LIBSSH2_SESSION *session, struct kex *kex);
int kex_group_reply(struct kex *kex);
/* min, n and max of the request, as they are hashed (RFC 4419 section 3). */
extern const unsigned char kex_group_limits[12];

/* crypto-kex-ec.c: the client's public value, and from the server's the x
   coordinate of the common point, with its leading zeros. Those of NIST's
   curves need room for MBEDTLS_ECP_MAX_PT_LEN and MBEDTLS_ECP_MAX_BYTES, and
   compute in slices like `start` and `finish`. */
int kex_nist_public(struct kex *kex, const char *curve, unsigned char *value,
                    size_t *length);
int kex_nist_shared(struct kex *kex, const char *curve,
                    const unsigned char *value, size_t length,
                    unsigned char *x, size_t *size);
int kex_x25519_public(struct kex *kex, unsigned char value[KEX_X25519]);
int kex_x25519_shared(struct kex *kex, const unsigned char value[KEX_X25519],
                      unsigned char shared[KEX_X25519]);

/* Members of LIBSSH2_KEX_METHOD, the same for each kex_method. */
int kex_exchange(LIBSSH2_SESSION *session, key_exchange_state_low_t *state);
void kex_cleanup(LIBSSH2_SESSION *session, key_exchange_state_low_t *state);
#define KEX_METHOD(kex_name) \
    .method = { .name = kex_name, .exchange_keys = kex_exchange, \
                .cleanup = kex_cleanup }

/* crypto-kex-keys.c: from H and K to ciphers in both directions. */
int kex_use_keys(LIBSSH2_SESSION *session, const struct kex *kex,
                 mbedtls_md_type_t hash);

/* crypto-kex-dh.c, crypto-kex-ec.c, crypto-kex-hybrid.c */
extern const struct kex_method
    kex_mlkem768x25519, kex_sntrup761x25519, kex_sntrup761x25519_openssh,
    kex_mlkem768nistp256, kex_curve25519, kex_curve25519_libssh,
    kex_nistp256, kex_nistp384, kex_nistp521, kex_group14_sha256,
    kex_group16, kex_group18, kex_gex_sha256, kex_gex_sha1, kex_group14_sha1,
    kex_group1_sha1;

#endif
