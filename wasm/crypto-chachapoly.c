/* chacha20-poly1305@openssh.com (PROTOCOL.chacha20poly1305 of OpenSSH). The
   nonce is the packet's sequence number. Two keys: the second encrypts only
   the length field. */
#include <mbedtls/constant_time.h>
#include "crypto-chachapoly-packet.h"
#include "crypto-internal.h"

#define KEY CHACHA20_KEY
#define NONCE CHACHA20_NONCE
#define TAG POLY1305_TAG
#define BLOCK 8

struct chachapoly {
    unsigned char body_key[KEY];
    unsigned char length_key[KEY];
    int encrypt;
};

static int chachapoly_init(LIBSSH2_SESSION *session,
                           const LIBSSH2_CRYPT_METHOD *method,
                           unsigned char *iv, int *free_iv,
                           unsigned char *secret, int *free_secret,
                           int encrypt, void **abstract)
{
    struct chachapoly *cipher = LIBSSH2_CALLOC(session, sizeof(*cipher));
    (void)method;
    (void)iv;
    *free_iv = *free_secret = 1;
    *abstract = cipher;
    if(!cipher)
        return LIBSSH2_ERROR_ALLOC;
    memcpy(cipher->body_key, secret, KEY);
    memcpy(cipher->length_key, secret + KEY, KEY);
    cipher->encrypt = encrypt;
    return 0;
}

static int chachapoly_dtor(LIBSSH2_SESSION *session, void **abstract)
{
    if(*abstract) {
        _libssh2_explicit_zero(*abstract, sizeof(struct chachapoly));
        LIBSSH2_FREE(session, *abstract);
        *abstract = NULL;
    }
    return 0;
}

static void make_nonce(unsigned char nonce[NONCE], unsigned int seqno)
{
    memset(nonce, 0, NONCE);
    _libssh2_htonu32(nonce + NONCE - 4, seqno);
}

static int chachapoly_get_len(LIBSSH2_SESSION *session, unsigned int seqno,
                              unsigned char *data, size_t size,
                              unsigned int *length, void **abstract)
{
    const struct chachapoly *cipher = *abstract;
    unsigned char nonce[NONCE], field[AEAD_LENGTH_FIELD];
    (void)session;
    if(!cipher || size < AEAD_LENGTH_FIELD)
        return LIBSSH2_ERROR_DECRYPT;
    make_nonce(nonce, seqno);
    memcpy(field, data, AEAD_LENGTH_FIELD);
    chacha20_xor(cipher->length_key, nonce, 0, field, AEAD_LENGTH_FIELD);
    *length = _libssh2_ntohu32(field);
    return 0;
}

static int chachapoly_crypt(LIBSSH2_SESSION *session, unsigned int seqno,
                            unsigned char *packet, size_t length,
                            void **abstract, int firstlast)
{
    const struct chachapoly *cipher = *abstract;
    size_t body = cipher ? aead_body(length, cipher->encrypt) : 0;
    unsigned char *data = packet + AEAD_LENGTH_FIELD;
    unsigned char nonce[NONCE], tag[TAG];
    (void)session;
    (void)firstlast;
    if(!body || body % BLOCK)
        return -1;
    make_nonce(nonce, seqno);
    if(cipher->encrypt) {
        chacha20_xor(cipher->length_key, nonce, 0, packet, AEAD_LENGTH_FIELD);
        chachapoly_seal(cipher->body_key, nonce, packet, body, data + body);
        return 0;
    }
    chachapoly_open(cipher->body_key, nonce, packet, body, tag);
    if(!mbedtls_ct_memcmp(tag, data + body, TAG))
        return 0;
    /* Nobody may see unauthenticated plaintext. */
    _libssh2_explicit_zero(data, body);
    return LIBSSH2_ERROR_DECRYPT;
}

const LIBSSH2_CRYPT_METHOD crypto_chacha20_poly1305 = {
    .name = "chacha20-poly1305@openssh.com", .blocksize = BLOCK,
    .secret_len = 2 * KEY, .auth_len = TAG,
    .flags = LIBSSH2_CRYPT_FLAG_REQUIRES_FULL_PACKET,
    .init = chachapoly_init, .get_len = chachapoly_get_len,
    .crypt = chachapoly_crypt, .dtor = chachapoly_dtor, .algo = CRYPTO_AEAD };
