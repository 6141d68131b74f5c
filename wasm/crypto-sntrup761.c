/* sntrup761 of TinySSH, and the two functions that its code needs from the
   rest of TinySSH: SHA-512, and random bytes, four at a time some 1,500
   times. One seed per key pair is drawn where a failure can be reported, and
   ChaCha20 expands it. */
#include <mbedtls/platform_util.h>
#include <mbedtls/sha512.h>
#include <string.h>
#include "crypto-chacha20.h"
#include "crypto-sntrup761.h"
#include "glue.h"

/* Named as in TinySSH's headers; some of those headers have the same names
   as headers of libssh2 and libsodium. */
#define keypair crypto_kem_sntrup761_tinyssh_keypair
#define decapsulate crypto_kem_sntrup761_tinyssh_dec
#define random_bytes randombytes_internal_void_voidstar_longlong
#define sha512 crypto_hash_sha512_tinyssh
int keypair(unsigned char *public_key, unsigned char *secret_key);
int decapsulate(unsigned char *shared, const unsigned char *ciphertext,
                const unsigned char *secret_key);
void random_bytes(void *to, long long length);
int sha512(unsigned char *hash, const unsigned char *data,
           unsigned long long length);

#define BLOCKS 4 /* which crypto-chacha20.c makes at a time */

struct stream {
    unsigned char seed[CHACHA20_KEY];
    uint64_t blocks; /* made so far */
    size_t left;     /* of `bytes`, at their end */
    unsigned char bytes[BLOCKS * CHACHA20_BLOCK];
};

/* The stream of the current key pair; a call of C is never interrupted. */
static struct stream *current;

static void refill(struct stream *stream)
{
    static const unsigned char nonce[CHACHA20_NONCE];
    memset(stream->bytes, 0, sizeof(stream->bytes));
    chacha20_xor(stream->seed, nonce, stream->blocks, stream->bytes,
                 sizeof(stream->bytes));
    stream->blocks += BLOCKS;
    stream->left = sizeof(stream->bytes);
}

void random_bytes(void *to, long long length)
{
    unsigned char *at = to;
    for(; length > 0; length--) {
        if(!current->left)
            refill(current);
        *at++ = current->bytes[sizeof(current->bytes) - current->left--];
    }
}

int sha512(unsigned char *hash, const unsigned char *data,
           unsigned long long length)
{
    return mbedtls_sha512(data, (size_t)length, hash, 0);
}

int sntrup761_keypair(unsigned char public_key[SNTRUP761_PUBLIC_KEY],
                      unsigned char secret_key[SNTRUP761_SECRET_KEY])
{
    struct stream stream = { .blocks = 0, .left = 0 };
    int rc = glue_random(stream.seed, sizeof(stream.seed));
    current = &stream;
    if(!rc)
        rc = keypair(public_key, secret_key);
    current = NULL;
    mbedtls_platform_zeroize(&stream, sizeof(stream));
    return rc;
}

int sntrup761_decapsulate(unsigned char shared[SNTRUP761_SHARED],
                          const unsigned char ciphertext[SNTRUP761_CIPHERTEXT],
                          const unsigned char secret_key[SNTRUP761_SECRET_KEY])
{
    return decapsulate(shared, ciphertext, secret_key);
}
