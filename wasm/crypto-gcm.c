/* aes128-gcm@openssh.com and aes256-gcm@openssh.com: RFC 5647 as OpenSSH
   negotiates it (PROTOCOL section 1.6). The length field is associated data.
   Uses the host's AES-GCM if there is one, but for small packets, which take
   less time here than the host takes for an object of a cipher. */
#include <mbedtls/constant_time.h>
#include <stddef.h>
#include "crypto-aead.h"
#include "crypto-aes.h"
#include "crypto-ghash.h"
#include "crypto-internal.h"

#define NONCE_LENGTH 12
#define BLOCK AES_BLOCK
/* One step of the cipher gives the mask of the tag and so much key stream. */
#define FEW CRYPTO_GCM_FEW
_Static_assert(FEW == (AES_STEP - 1) * BLOCK, "one step");

struct gcm {
    int host; /* its key there, or 0 */
    int encrypt;
    unsigned char nonce[NONCE_LENGTH];
    struct aes_stream aes;
    struct ghash ghash; /* the last: its shares are not there with the host */
};

static size_t gcm_size(int host)
{
    return host ? offsetof(struct gcm, ghash.shares) : sizeof(struct gcm);
}

static int gcm_init(LIBSSH2_SESSION *session,
                    const LIBSSH2_CRYPT_METHOD *method,
                    unsigned char *iv, int *free_iv,
                    unsigned char *secret, int *free_secret,
                    int encrypt, void **abstract)
{
    unsigned char zero[BLOCK] = { 0 }, h[BLOCK] = { 0 };
    int host = host_key_new(HOST_AES_GCM, secret, method->secret_len, NULL);
    struct gcm *gcm = LIBSSH2_CALLOC(session, gcm_size(host));
    *free_iv = *free_secret = 1;
    *abstract = gcm;
    if(!gcm) {
        if(host)
            host_key_free(host);
        return LIBSSH2_ERROR_ALLOC;
    }
    gcm->host = host;
    gcm->encrypt = encrypt;
    memcpy(gcm->nonce, iv, NONCE_LENGTH);
    if(aes_stream_init(&gcm->aes, secret, method->secret_len))
        return -1;
    aes_stream_xor(&gcm->aes, zero, h, BLOCK);
    ghash_init(&gcm->ghash, h);
    if(!host)
        ghash_init_many(&gcm->ghash);
    _libssh2_explicit_zero(h, sizeof(h));
    return 0;
}

static int gcm_dtor(LIBSSH2_SESSION *session, void **abstract)
{
    struct gcm *gcm = *abstract;
    if(gcm) {
        if(gcm->host)
            host_key_free(gcm->host);
        _libssh2_explicit_zero(gcm, gcm_size(gcm->host));
        LIBSSH2_FREE(session, gcm);
        *abstract = NULL;
    }
    return 0;
}

/* RFC 5647 section 7.1: the last eight bytes count the packets. */
static void next_nonce(unsigned char nonce[NONCE_LENGTH])
{
    int i = NONCE_LENGTH;
    while(i > 4 && ++nonce[--i] == 0)
        ;
}

/* `mask`: the first block of the key stream, which masks the tag. */
static void gcm_tag(struct gcm *gcm, const unsigned char *packet, size_t body,
                    const unsigned char mask[BLOCK], unsigned char tag[BLOCK])
{
    int i;
    ghash_start(&gcm->ghash);
    ghash_update(&gcm->ghash, packet, AEAD_LENGTH_FIELD);
    ghash_update(&gcm->ghash, packet + AEAD_LENGTH_FIELD, body);
    ghash_final(&gcm->ghash, AEAD_LENGTH_FIELD, body, tag);
    for(i = 0; i < BLOCK; i++)
        tag[i] ^= mask[i];
}

static int gcm_by_host(struct gcm *gcm, unsigned char *packet, size_t body)
{
    int rc = gcm->encrypt ?
        host_gcm_seal(gcm->host, gcm->nonce, packet, body) :
        host_gcm_open(gcm->host, gcm->nonce, packet, body);
    next_nonce(gcm->nonce);
    return rc ? LIBSSH2_ERROR_DECRYPT : 0;
}

/* In constant time, and nothing is changed for a wrong tag. */
static int gcm_here(struct gcm *gcm, unsigned char *packet, size_t body)
{
    unsigned char counter[BLOCK] = { 0 }, tag[BLOCK];
    unsigned char stream[BLOCK + FEW] = { 0 };
    unsigned char *data = packet + AEAD_LENGTH_FIELD;
    size_t i, few = body < FEW ? body : FEW;
    int rc = 0;
    memcpy(counter, gcm->nonce, NONCE_LENGTH);
    counter[BLOCK - 1] = 1;
    next_nonce(gcm->nonce);
    aes_stream_xor(&gcm->aes, counter, stream, BLOCK + few);
    if(!gcm->encrypt) {
        gcm_tag(gcm, packet, body, stream, tag);
        if(mbedtls_ct_memcmp(tag, data + body, BLOCK))
            rc = LIBSSH2_ERROR_DECRYPT;
    }
    if(!rc) {
        for(i = 0; i < few; i++)
            data[i] ^= stream[BLOCK + i];
        if(body > few)
            aes_stream_xor(&gcm->aes, counter, data + few, body - few);
        if(gcm->encrypt)
            gcm_tag(gcm, packet, body, stream, data + body);
    }
    _libssh2_explicit_zero(stream, sizeof(stream));
    return rc;
}

static int gcm_crypt(LIBSSH2_SESSION *session, unsigned int seqno,
                     unsigned char *packet, size_t length, void **abstract,
                     int firstlast)
{
    struct gcm *gcm = *abstract;
    size_t body = gcm ? aead_body(length, gcm->encrypt) : 0;
    (void)session;
    (void)seqno;
    (void)firstlast;
    if(!body || body % BLOCK)
        return -1;
    return gcm->host && body > FEW ? gcm_by_host(gcm, packet, body) :
                                     gcm_here(gcm, packet, body);
}

/* The length travels in the clear; the tag authenticates it afterwards. */
static int gcm_get_len(LIBSSH2_SESSION *session, unsigned int seqno,
                       unsigned char *data, size_t size, unsigned int *length,
                       void **abstract)
{
    (void)session;
    (void)seqno;
    (void)abstract;
    if(size < AEAD_LENGTH_FIELD)
        return LIBSSH2_ERROR_DECRYPT;
    *length = _libssh2_ntohu32(data);
    return 0;
}

static int host_key(struct gcm *gcm, const LIBSSH2_CRYPT_METHOD *method,
                    const unsigned char **nonce)
{
    if(!gcm || method->crypt != gcm_crypt)
        return 0;
    *nonce = gcm->nonce;
    return gcm->host;
}

int crypto_gcm_host_key(LIBSSH2_SESSION *session, const unsigned char **nonce)
{
    return host_key(session->remote.crypt_abstract, session->remote.crypt,
                    nonce);
}

int crypto_gcm_seal_key(LIBSSH2_SESSION *session, const unsigned char **nonce)
{
    return host_key(session->local.crypt_abstract, session->local.crypt,
                    nonce);
}

void crypto_gcm_taken(LIBSSH2_SESSION *session)
{
    next_nonce(((struct gcm *)session->remote.crypt_abstract)->nonce);
}

void crypto_gcm_sealed(LIBSSH2_SESSION *session)
{
    next_nonce(((struct gcm *)session->local.crypt_abstract)->nonce);
}

#define GCM(bits) \
    const LIBSSH2_CRYPT_METHOD crypto_aes##bits##_gcm = { \
        .name = "aes" #bits "-gcm@openssh.com", .blocksize = BLOCK, \
        .iv_len = NONCE_LENGTH, .secret_len = bits / 8, .auth_len = BLOCK, \
        .flags = LIBSSH2_CRYPT_FLAG_REQUIRES_FULL_PACKET, .init = gcm_init, \
        .get_len = gcm_get_len, .crypt = gcm_crypt, .dtor = gcm_dtor, \
        .algo = CRYPTO_AEAD }

GCM(128);
GCM(256);
