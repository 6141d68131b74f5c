/* Entry points for the tests of wasm/crypto-*.c: linked with the module's own
   objects into build/crypto/, never into what is shipped. 0 is success. */
#include <stdlib.h>
#include "crypto-aes.h"
#include "crypto-chachapoly-packet.h"
#include "crypto-ghash.h"
#include "crypto-kex.h"

static LIBSSH2_SESSION *session(void)
{
    static LIBSSH2_SESSION *only;
    if(!only)
        only = libssh2_session_init();
    return only;
}

static const void *by_name(const void *defaults, const char *name)
{
    /* Every method begins with its name. */
    const char *const *const *lists[2] = { defaults,
                                           _libssh2_legacy_methods(defaults) };
    int i;
    for(i = 0; i < 2; i++) {
        const char *const *const *at = lists[i];
        for(; at && *at; at++)
            if(!strcmp(**at, name))
                return *at;
    }
    return NULL;
}

struct running {
    const LIBSSH2_CRYPT_METHOD *method;
    void *abstract;
};

struct running *test_cipher_new(const char *name, unsigned char *iv,
                                unsigned char *key, int encrypt)
{
    struct running *cipher = calloc(1, sizeof(*cipher));
    int unused;
    cipher->method = by_name(libssh2_crypt_methods(), name);
    if(!cipher->method ||
       cipher->method->init(session(), cipher->method, iv, &unused, key,
                            &unused, encrypt, &cipher->abstract))
        return NULL;
    return cipher;
}

int test_cipher_crypt(struct running *cipher, unsigned int seqno,
                      unsigned char *data, size_t length)
{
    return cipher->method->crypt(session(), seqno, data, length,
                                 &cipher->abstract, 0);
}

int test_cipher_length(struct running *cipher, unsigned int seqno,
                       unsigned char *data, size_t length)
{
    unsigned int value = 0;
    if(cipher->method->get_len(session(), seqno, data, length, &value,
                               &cipher->abstract))
        return -1;
    return (int)value;
}

void test_cipher_free(struct running *cipher)
{
    cipher->method->dtor(session(), &cipher->abstract);
    free(cipher);
}

struct keyed {
    const LIBSSH2_MAC_METHOD *method;
    void *abstract;
};

struct keyed *test_mac_new(const char *name, unsigned char *key)
{
    struct keyed *mac = calloc(1, sizeof(*mac));
    int unused;
    mac->method = by_name(_libssh2_mac_methods(), name);
    if(!mac->method ||
       mac->method->init(session(), key, &unused, &mac->abstract))
        return NULL;
    return mac;
}

int test_mac(struct keyed *mac, unsigned int seqno, unsigned char *data,
             size_t length, unsigned char *out)
{
    return mac->method->hash(session(), out, seqno, data, length, NULL, 0,
                             &mac->abstract);
}

void test_mac_free(struct keyed *mac)
{
    mac->method->dtor(session(), &mac->abstract);
    free(mac);
}

int test_hash(int bits, unsigned char *data, size_t length, unsigned char *out)
{
    mbedtls_md_type_t type = bits == 1 ? MBEDTLS_MD_SHA1 : bits == 256 ?
        MBEDTLS_MD_SHA256 : bits == 384 ? MBEDTLS_MD_SHA384 :
        MBEDTLS_MD_SHA512;
    return mbedtls_md(mbedtls_md_info_from_type(type), data, length, out);
}

static void ghash_of(struct ghash *g, const unsigned char *aad, size_t aad_len,
                     const unsigned char *data, size_t length,
                     unsigned char out[16])
{
    ghash_start(g);
    ghash_update(g, aad, aad_len);
    ghash_update(g, data, length);
    ghash_final(g, aad_len, length, out);
}

/* GCM with a nonce, associated data and text of any length, of the parts that
   crypto-gcm.c is made of. Encrypts in place. */
int test_gcm(unsigned char *key, size_t key_len, unsigned char *nonce,
             size_t nonce_len, unsigned char *aad, size_t aad_len,
             unsigned char *data, size_t length, unsigned char *tag)
{
    unsigned char counter[16] = { 0 }, zero[16] = { 0 }, h[16] = { 0 };
    unsigned char mask[16] = { 0 };
    struct aes_stream aes;
    struct ghash ghash;
    size_t i;
    if(aes_stream_init(&aes, key, key_len))
        return -1;
    aes_stream_xor(&aes, zero, h, 16);
    ghash_init(&ghash, h);
    ghash_init_many(&ghash);
    if(nonce_len == 12) {
        memcpy(counter, nonce, 12);
        counter[15] = 1;
    }
    else
        ghash_of(&ghash, NULL, 0, nonce, nonce_len, counter);
    aes_stream_xor(&aes, counter, mask, 16);
    aes_stream_xor(&aes, counter, data, length);
    ghash_of(&ghash, aad, aad_len, data, length, tag);
    for(i = 0; i < 16; i++)
        tag[i] ^= mask[i];
    return 0;
}

/* Of the last computation that is done in slices. */
static int slices;

int test_slices(void)
{
    return slices;
}

/* `preferences` may be NULL: what libssh2_session_method_pref() was given. */
int test_hostkey_verify(const char *method, char *preferences,
                        unsigned char *blob, size_t blob_len,
                        unsigned char *signature, size_t signature_len,
                        unsigned char *message, size_t message_len)
{
    LIBSSH2_SESSION *s = session();
    void *state = NULL;
    int rc;
    s->hostkey = by_name(libssh2_hostkey_methods(), method);
    s->server_hostkey = blob;
    s->server_hostkey_len = (uint32_t)blob_len;
    s->hostkey_prefs = preferences;
    for(slices = 0, rc = LIBSSH2_ERROR_EAGAIN; rc == LIBSSH2_ERROR_EAGAIN;
        slices++)
        rc = s->hostkey ?
            s->hostkey->sig_verify(s, signature, signature_len, message,
                                   message_len, &state) : -2;
    s->server_hostkey = NULL;
    s->server_hostkey_len = 0;
    s->hostkey_prefs = NULL;
    return rc;
}

extern const LIBSSH2_KEX_METHOD *libssh2_kex_methods[];

/* A key exchange's public value, its private values drawn. `packet` is what would be sent. Returns its length, and the exchange in `out`. */
int test_kex_start(const char *name, unsigned char *packet, struct kex **out)
{
    struct kex *kex = calloc(1, sizeof(*kex));
    const struct kex_method *method = by_name(libssh2_kex_methods, name);
    int rc;
    session()->kex = &method->method;
    *out = kex;
    for(slices = 0, rc = LIBSSH2_ERROR_EAGAIN; rc == LIBSSH2_ERROR_EAGAIN;
        slices++)
        rc = method->start(session(), kex);
    if(rc)
        return -1;
    memcpy(packet, kex->packet, kex->packet_len);
    return (int)kex->packet_len;
}

/* The secret exponent or scalar, big-endian; with `set` it is replaced. */
int test_kex_exponent(struct kex *kex, unsigned char *bytes, size_t length,
                      int set)
{
    return set ? mbedtls_mpi_read_binary(&kex->x, bytes, length) :
        mbedtls_mpi_write_binary(&kex->x, bytes, length);
}

/* Copies K as it is hashed and returns its length; -1 when the server's value
   is refused. May be called again. */
int test_kex_finish(const char *name, struct kex *kex, unsigned char *value,
                    size_t length, unsigned char *secret)
{
    const struct kex_method *method = by_name(libssh2_kex_methods, name);
    int done, rc;
    session()->kex = &method->method;
    for(slices = 0, rc = LIBSSH2_ERROR_EAGAIN; rc == LIBSSH2_ERROR_EAGAIN;
        slices++)
        rc = method->finish(session(), kex, value, length);
    if(rc)
        return -1;
    memcpy(secret, kex->secret, kex->secret_len);
    done = (int)kex->secret_len;
    free(kex->secret);
    kex->secret = NULL;
    return done;
}

/* sntrup761 with random bytes of the test's choice: `left` of them at `next`.
   build.mjs has the linker put this in the place of crypto-sntrup761.c's. */
#define RANDOM_BYTES(prefix) \
    prefix##randombytes_internal_void_voidstar_longlong
void RANDOM_BYTES(__real_)(void *to, long long length);
static const unsigned char *next;
static size_t left;

void RANDOM_BYTES(__wrap_)(void *to, long long length)
{
    if(!next) {
        RANDOM_BYTES(__real_)(to, length);
        return;
    }
    if((size_t)length > left)
        abort();
    memcpy(to, next, (size_t)length);
    next += length;
    left -= (size_t)length;
}

int crypto_kem_sntrup761_tinyssh_keypair(unsigned char *, unsigned char *);
int crypto_kem_sntrup761_tinyssh_enc(unsigned char *, unsigned char *,
                                     const unsigned char *);

/* What is left of the random bytes. `secret_key` NULL: encapsulates with
   `public_key`, into `ciphertext` and `shared`; else makes a key pair. */
int test_sntrup761(unsigned char *random, size_t length,
                   unsigned char *public_key, unsigned char *secret_key,
                   unsigned char *ciphertext, unsigned char *shared)
{
    next = random;
    left = length;
    if(secret_key)
        crypto_kem_sntrup761_tinyssh_keypair(public_key, secret_key);
    else
        crypto_kem_sntrup761_tinyssh_enc(ciphertext, shared, public_key);
    next = NULL;
    return (int)left;
}

/* The server's packet with a group (RFC 4419): 0 when it would be taken. */
int test_kex_group(unsigned char *packet, size_t length)
{
    struct kex kex;
    int rc;
    memset(&kex, 0, sizeof(kex));
    kex.group = packet;
    kex.group_len = length;
    rc = kex_group_reply(&kex);
    mbedtls_mpi_free(&kex.p);
    mbedtls_mpi_free(&kex.g);
    return rc;
}

void test_poly1305(unsigned char *key, unsigned char *data, size_t length,
                   unsigned char *tag)
{
    struct poly1305 poly;
    poly1305_init(&poly, key);
    poly1305_final(&poly, data, length, tag);
}
