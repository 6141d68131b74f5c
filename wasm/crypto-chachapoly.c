/* chacha20-poly1305@openssh.com (PROTOCOL.chacha20poly1305 of OpenSSH), on
   libsodium's ChaCha20 with the 64-bit nonce of its designer, and Poly1305.
   The nonce is the packet's sequence number. Two keys: the second enciphers
   the length field only. */
#include <sodium/crypto_onetimeauth_poly1305.h>
#include <sodium/crypto_stream_chacha20.h>
#include <mbedtls/constant_time.h>
#include "crypto-aead.h"
#include "crypto-internal.h"

#define KEY crypto_stream_chacha20_KEYBYTES
#define NONCE crypto_stream_chacha20_NONCEBYTES
#define TAG crypto_onetimeauth_poly1305_BYTES
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
    unsigned char nonce[NONCE], plain[AEAD_LENGTH_FIELD];
    (void)session;
    if(size < AEAD_LENGTH_FIELD)
        return LIBSSH2_ERROR_DECRYPT;
    make_nonce(nonce, seqno);
    crypto_stream_chacha20_xor_ic(plain, data, AEAD_LENGTH_FIELD, nonce, 0,
                                  cipher->length_key);
    *length = _libssh2_ntohu32(plain);
    return 0;
}

static int chachapoly_crypt(LIBSSH2_SESSION *session, unsigned int seqno,
                            unsigned char *packet, size_t length,
                            void **abstract, int firstlast)
{
    const struct chachapoly *cipher = *abstract;
    size_t body = aead_body(length, cipher->encrypt);
    size_t covered = AEAD_LENGTH_FIELD + body;
    unsigned char *data = packet + AEAD_LENGTH_FIELD;
    unsigned char nonce[NONCE], mac_key[crypto_onetimeauth_poly1305_KEYBYTES];
    unsigned char tag[TAG];
    int rc = 0;
    (void)session;
    (void)firstlast;
    if(!body || body % BLOCK)
        return -1;
    make_nonce(nonce, seqno);
    crypto_stream_chacha20(mac_key, sizeof(mac_key), nonce, cipher->body_key);
    if(cipher->encrypt) {
        crypto_stream_chacha20_xor_ic(packet, packet, AEAD_LENGTH_FIELD, nonce,
                                      0, cipher->length_key);
        crypto_stream_chacha20_xor_ic(data, data, body, nonce, 1,
                                      cipher->body_key);
        crypto_onetimeauth_poly1305(data + body, packet, covered, mac_key);
    }
    else {
        crypto_onetimeauth_poly1305(tag, packet, covered, mac_key);
        if(mbedtls_ct_memcmp(tag, data + body, TAG))
            rc = LIBSSH2_ERROR_DECRYPT;
        else
            crypto_stream_chacha20_xor_ic(data, data, body, nonce, 1,
                                          cipher->body_key);
    }
    _libssh2_explicit_zero(mac_key, sizeof(mac_key));
    return rc;
}

const LIBSSH2_CRYPT_METHOD crypto_chacha20_poly1305 = {
    .name = "chacha20-poly1305@openssh.com", .blocksize = BLOCK,
    .secret_len = 2 * KEY, .auth_len = TAG,
    .flags = LIBSSH2_CRYPT_FLAG_REQUIRES_FULL_PACKET,
    .init = chachapoly_init, .get_len = chachapoly_get_len,
    .crypt = chachapoly_crypt, .dtor = chachapoly_dtor, .algo = CRYPTO_AEAD };
