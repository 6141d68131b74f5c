/* fuzz [SECONDS] [SEED]: feeds the crypto backend what a hostile server could
   send: mutated keys, signatures, public values, groups and packets. Succeeds
   unless a sanitizer objects or a mutated input is taken for good. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "crypto-kex.h"

static uint64_t state;

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 11) % below;
}

/* A copy of its own size, so that reading behind it is noticed. */
static unsigned char *mutated(const unsigned char *data, size_t *length)
{
    unsigned char *copy;
    size_t i, size = *length;
    if(!draw(4))
        size = draw((uint32_t)size + 1);
    else if(!draw(8))
        size += draw(40);
    copy = calloc(1, size ? size : 1);
    memcpy(copy, data, size < *length ? size : *length);
    for(i = draw(6); size && i; i--) {
        size_t at = draw(3) ? draw((uint32_t)size) : draw((uint32_t)
            (size < 24 ? size : 24));
        copy[at] = draw(2) ? (unsigned char)draw(256) :
            copy[at] ^ (unsigned char)(1 << draw(8));
    }
    *length = size;
    return copy;
}

static size_t put_string(unsigned char *at, const void *data, size_t length)
{
    _libssh2_htonu32(at, (uint32_t)length);
    memcpy(at + 4, data, length);
    return 4 + length;
}

/* A well-formed blob of any kind with random content: nothing verifies. */
static size_t make_blob(unsigned char *out, const struct hostkey_method *m,
                        int signature)
{
    unsigned char part[600];
    size_t length = 0, i, parts = 1 + draw(4);
    const char *type = signature ? m->signature_type : m->blob_type;
    for(i = 0; i < sizeof(part); i++)
        part[i] = (unsigned char)draw(256);
    part[0] = 4;
    length += put_string(out, type, strlen(type));
    for(i = 0; i < parts; i++) {
        static const uint32_t sizes[] = { 0, 1, 3, 32, 64, 65, 97, 133, 256,
                                          257, 512 };
        if(!signature && m->curve && i == (size_t)m->certificate)
            length += put_string(out + length, m->curve, strlen(m->curve));
        else
            length += put_string(out + length, part, sizes[draw(11)]);
    }
    return length;
}

static void fuzz_hostkey(LIBSSH2_SESSION *session)
{
    static unsigned char blob[4096], signature[4096], hash[32];
    const LIBSSH2_HOSTKEY_METHOD **list = libssh2_hostkey_methods();
    size_t count = 0, blob_len, signature_len;
    unsigned char *bad_signature;
    void *state = NULL;
    int rc;
    while(list[count])
        count++;
    session->hostkey = list[draw((uint32_t)count)];
    blob_len = make_blob(blob, (const struct hostkey_method *)session->hostkey,
                         0);
    signature_len = make_blob(
        signature, (const struct hostkey_method *)session->hostkey, 1);
    session->server_hostkey = mutated(blob, &blob_len);
    session->server_hostkey_len = (uint32_t)blob_len;
    bad_signature = mutated(signature, &signature_len);
    do
        rc = session->hostkey->sig_verify(session, bad_signature,
                                          signature_len, hash, sizeof(hash),
                                          &state);
    while(rc == LIBSSH2_ERROR_EAGAIN);
    if(!rc) {
        fprintf(stderr, "%s: a random signature verified\n",
                session->hostkey->name);
        abort();
    }
    libssh2_session_hostkey(session, NULL, &(int){ 0 });
    libssh2_hostkey_hash(session, LIBSSH2_HOSTKEY_HASH_SHA256);
    free(bad_signature);
    free(session->server_hostkey);
    session->server_hostkey = NULL;
    session->server_hostkey_len = 0;
}

static void fuzz_kex(LIBSSH2_SESSION *session)
{
    /* The cheap ones; DH differs in the size of its numbers only. */
    static const struct kex_method *const methods[] = {
        &kex_mlkem768x25519, &kex_curve25519, &kex_nistp256, &kex_nistp384,
        &kex_nistp521, &kex_group1_sha1, &kex_mlkem768nistp256,
        &kex_sntrup761x25519 };
    const struct kex_method *method = methods[draw(8)];
    key_exchange_state_low_t low;
    struct kex *kex = calloc(1, sizeof(*kex));
    unsigned char *value;
    size_t length;
    int rc;
    memset(&low, 0, sizeof(low));
    low.private_key = kex;
    session->kex = &method->method;
    do
        rc = method->start(session, kex);
    while(rc == LIBSSH2_ERROR_EAGAIN);
    if(rc)
        abort();
    length = method == &kex_mlkem768x25519 ? 1120 :
        method == &kex_mlkem768nistp256 ? 1153 :
        method == &kex_sntrup761x25519 ? 1071 : kex->packet_len - 5;
    value = mutated(kex->packet + 5, &length);
    while(method->finish(session, kex, value, length) ==
          LIBSSH2_ERROR_EAGAIN)
        ;
    free(value);
    kex_cleanup(session, &low);
    session->kex = NULL;
}

static void fuzz_group(void)
{
    static unsigned char packet[2200];
    struct kex kex;
    size_t length = 1, i;
    memset(&kex, 0, sizeof(kex));
    packet[0] = SSH_MSG_KEX_DH_GEX_GROUP;
    for(i = 1; i < sizeof(packet); i++)
        packet[i] = (unsigned char)draw(256);
    _libssh2_htonu32(packet + length, 257);
    packet[length + 4] = 0;
    length += 4 + 257;
    _libssh2_htonu32(packet + length, 1);
    length += 5;
    kex.group = mutated(packet, &length);
    kex.group_len = length;
    if(length)
        kex_group_reply(&kex);
    mbedtls_mpi_free(&kex.p);
    mbedtls_mpi_free(&kex.g);
    free(kex.group);
}

static void fuzz_cipher(LIBSSH2_SESSION *session)
{
    static const LIBSSH2_CRYPT_METHOD *const methods[] = {
        &crypto_chacha20_poly1305, &crypto_aes256_gcm, &crypto_aes128_gcm };
    const LIBSSH2_CRYPT_METHOD *method = methods[draw(3)];
    unsigned char iv[64] = { 0 }, key[64] = { 0 };
    size_t length = 4 + draw(300) + (size_t)method->auth_len;
    unsigned char *packet = calloc(1, length);
    unsigned int announced;
    void *abstract;
    int unused;
    key[0] = (unsigned char)draw(256);
    if(method->init(session, method, iv, &unused, key, &unused, 0, &abstract))
        abort();
    method->get_len(session, draw(100), packet, 4, &announced, &abstract);
    if(!method->crypt(session, draw(100), packet,
                      length - 4 - (size_t)method->auth_len, &abstract, 0)) {
        fprintf(stderr, "%s: a random packet was taken\n", method->name);
        abort();
    }
    method->dtor(session, &abstract);
    free(packet);
}

int main(int argc, char **argv)
{
    time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 10);
    LIBSSH2_SESSION *session = libssh2_session_init();
    unsigned long rounds = 0;
    state = argc > 2 ? strtoull(argv[2], NULL, 10) : 88172645463325252u;
    for(; time(NULL) < end; rounds++) {
        fuzz_hostkey(session);
        fuzz_group();
        fuzz_cipher(session);
        if(!(rounds % 8))
            fuzz_kex(session);
    }
    libssh2_session_free(session);
    printf("%lu rounds\n", rounds);
    return 0;
}
