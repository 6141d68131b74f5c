/* Ciphers without authentication: AES in counter mode (RFC 4344), and for
   legacy servers AES and 3DES in CBC mode (RFC 4253 section 6.3). crypt()
   takes any whole number of blocks, in place. Counter mode uses the host's
   AES if there is one. */
#include <mbedtls/aes.h>
#include <mbedtls/des.h>
#include "crypto-aes.h"
#include "crypto-internal.h"

#define TRIPLE_DES_KEY_LENGTH 24

struct cipher {
    int host;      /* its key there, or 0 */
    int direction; /* MBEDTLS_AES_ENCRYPT or MBEDTLS_AES_DECRYPT */
    unsigned char iv[16];
    union {
        struct aes_stream stream;
        mbedtls_aes_context aes;
        mbedtls_des3_context des3;
    } key;
};

static struct cipher *cipher_new(LIBSSH2_SESSION *session,
                                 const LIBSSH2_CRYPT_METHOD *method,
                                 const unsigned char *iv, int encrypt)
{
    struct cipher *cipher = LIBSSH2_CALLOC(session, sizeof(*cipher));
    if(cipher) {
        cipher->direction = encrypt ? MBEDTLS_AES_ENCRYPT : MBEDTLS_AES_DECRYPT;
        memcpy(cipher->iv, iv, method->iv_len);
    }
    return cipher;
}

static int cipher_dtor(LIBSSH2_SESSION *session, void **abstract)
{
    struct cipher *cipher = *abstract;
    if(cipher) {
        if(cipher->host)
            host_key_free(cipher->host);
        _libssh2_explicit_zero(cipher, sizeof(*cipher));
        LIBSSH2_FREE(session, cipher);
        *abstract = NULL;
    }
    return 0;
}

/* The caller keeps iv and secret: this only stores the key schedule. */
static int aes_init(LIBSSH2_SESSION *session,
                    const LIBSSH2_CRYPT_METHOD *method,
                    unsigned char *iv, int *free_iv,
                    unsigned char *secret, int *free_secret,
                    int encrypt, void **abstract)
{
    struct cipher *cipher = cipher_new(session, method, iv, encrypt);
    unsigned int bits = method->secret_len * 8;
    *free_iv = *free_secret = 1;
    *abstract = cipher;
    if(!cipher)
        return LIBSSH2_ERROR_ALLOC;
    if(method->algo == CRYPTO_CTR)
        cipher->host = host_key_new(HOST_AES_CTR, secret, method->secret_len,
                                    iv);
    if(cipher->host)
        return 0;
    if(method->algo == CRYPTO_CTR)
        return aes_stream_init(&cipher->key.stream, secret,
                               method->secret_len);
    mbedtls_aes_init(&cipher->key.aes);
    if(encrypt)
        return mbedtls_aes_setkey_enc(&cipher->key.aes, secret, bits);
    return mbedtls_aes_setkey_dec(&cipher->key.aes, secret, bits);
}

static int ctr_crypt(LIBSSH2_SESSION *session, unsigned int seqno,
                     unsigned char *data, size_t length, void **abstract,
                     int firstlast)
{
    struct cipher *cipher = *abstract;
    (void)session;
    (void)seqno;
    (void)firstlast;
    if(!cipher)
        return -1;
    if(cipher->host)
        return host_ctr(cipher->host, data, length);
    if(length % AES_BLOCK)
        return -1;
    aes_stream_xor(&cipher->key.stream, cipher->iv, data, length);
    return 0;
}

static int cbc_crypt(LIBSSH2_SESSION *session, unsigned int seqno,
                     unsigned char *data, size_t length, void **abstract,
                     int firstlast)
{
    struct cipher *cipher = *abstract;
    (void)session;
    (void)seqno;
    (void)firstlast;
    if(!cipher)
        return -1;
    return mbedtls_aes_crypt_cbc(&cipher->key.aes, cipher->direction, length,
                                 cipher->iv, data, data) ? -1 : 0;
}

static int des3_init(LIBSSH2_SESSION *session,
                     const LIBSSH2_CRYPT_METHOD *method,
                     unsigned char *iv, int *free_iv,
                     unsigned char *secret, int *free_secret,
                     int encrypt, void **abstract)
{
    struct cipher *cipher = cipher_new(session, method, iv, encrypt);
    *free_iv = *free_secret = 1;
    *abstract = cipher;
    if(!cipher)
        return LIBSSH2_ERROR_ALLOC;
    mbedtls_des3_init(&cipher->key.des3);
    return encrypt ? mbedtls_des3_set3key_enc(&cipher->key.des3, secret) :
                     mbedtls_des3_set3key_dec(&cipher->key.des3, secret);
}

static int des3_crypt(LIBSSH2_SESSION *session, unsigned int seqno,
                      unsigned char *data, size_t length, void **abstract,
                      int firstlast)
{
    struct cipher *cipher = *abstract;
    (void)session;
    (void)seqno;
    (void)firstlast;
    if(!cipher)
        return -1;
    return mbedtls_des3_crypt_cbc(&cipher->key.des3, cipher->direction, length,
                                  cipher->iv, data, data) ? -1 : 0;
}

#define AES(bits, mode, id) \
    const LIBSSH2_CRYPT_METHOD crypto_aes##bits##_##mode = { \
        .name = "aes" #bits "-" #mode, .blocksize = 16, .iv_len = 16, \
        .secret_len = bits / 8, .init = aes_init, .crypt = mode##_crypt, \
        .dtor = cipher_dtor, .algo = id }

AES(128, ctr, CRYPTO_CTR);
AES(192, ctr, CRYPTO_CTR);
AES(256, ctr, CRYPTO_CTR);
AES(128, cbc, CRYPTO_CBC);
AES(192, cbc, CRYPTO_CBC);
AES(256, cbc, CRYPTO_CBC);

const LIBSSH2_CRYPT_METHOD crypto_3des_cbc = {
    .name = "3des-cbc", .blocksize = 8, .iv_len = 8,
    .secret_len = TRIPLE_DES_KEY_LENGTH, .init = des3_init,
    .crypt = des3_crypt, .dtor = cipher_dtor, .algo = CRYPTO_CBC };
