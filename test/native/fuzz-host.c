/* The JavaScript side of the glue, and the wire, of fuzz-session. After NEWKEYS
   the ciphers change nothing and every MAC is zeros; every signature of a host
   key is taken, once the code that verifies it has seen it. */
#include <stdlib.h>
#include <string.h>
#include "fuzz-session.h"

struct fuzz fuzz;
static uint64_t random_state;

/* The same numbers in each run. */
int glue_random(void *buffer, size_t length)
{
    unsigned char *at = buffer;
    if(fuzz.wire_len == 0)
        random_state = 88172645463325252u;
    while(length--) {
        random_state ^= random_state << 13;
        random_state ^= random_state >> 7;
        random_state ^= random_state << 17;
        *at++ = (unsigned char)(random_state >> 32);
    }
    return 0;
}

/* Memory that runs out: the linker puts these in the place of the C library's
   for everything that is fuzzed. */
static int fails(void)
{
    return fuzz.fail_after && --fuzz.fail_after == 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

int host_recv(uintptr_t id, void *buffer, size_t length)
{
    size_t left = fuzz.wire_len - fuzz.wire_at;
    (void)id;
    if(!left)
        return fuzz.ended ? 0 : HOST_PENDING;
    if(length > left)
        length = left;
    if(length > fuzz.most)
        length = fuzz.most;
    memcpy(buffer, fuzz.wire + fuzz.wire_at, length);
    fuzz.wire_at += length;
    return (int)length;
}

/* Looks for the number of an SFTP request: CHANNEL_DATA, SFTP packet. */
int host_send(uintptr_t id, const void *data, size_t length)
{
    const unsigned char *p = data;
    (void)id;
    if(fuzz.packets && length >= 23 && p[5] == 94)
        fuzz.last_id = _libssh2_ntohu32(p + 19);
    return (int)length;
}

/* Reads what it is given: a pointer or length that lies is noticed. */
void look_at(const void *data, size_t length)
{
    static volatile unsigned char sink;
    const unsigned char *at = data;
    while(length--)
        sink ^= *at++;
}

/* Answers are as the input says: none yet, refused, or of so many bytes. */
static int answer(void)
{
    if(fuzz.answers == 0)
        return HOST_PENDING;
    if(fuzz.answers == 1)
        return HOST_FAILED;
    fuzz.answer_len = fuzz.answers;
    return (int)fuzz.answers;
}

int host_sign(uintptr_t id, const char *algorithm, size_t algorithm_len,
              const void *data, size_t length)
{
    (void)id; (void)algorithm; (void)algorithm_len; (void)data; (void)length;
    return answer();
}

int host_verify(uintptr_t id, const void *key, size_t key_length,
                const void *signature, size_t signature_length,
                const void *data, size_t length)
{
    (void)id;
    look_at(key, key_length);
    look_at(signature, signature_length);
    look_at(data, length);
    return fuzz.answers == 0 ? HOST_PENDING : HOST_FAILED;
}

int host_prompt(uintptr_t id, const void *round, size_t length)
{
    (void)id; (void)round; (void)length;
    return answer();
}

int host_new_password(uintptr_t id, const char *prompt, size_t length)
{
    (void)id; (void)prompt; (void)length;
    return answer();
}

void host_take_answer(uintptr_t id, void *buffer, size_t length)
{
    static const unsigned char begin[] = "\0\0\0\7ssh-rsa\0\0\0\4abcd\0\0\0\1x";
    size_t size = length < sizeof(begin) ? length : sizeof(begin);
    (void)id;
    memset(buffer, 0, length);
    memcpy(buffer, begin, size);
}

void host_disconnect(uintptr_t id, int reason, const char *message, int length)
{
    (void)id; (void)reason;
    look_at(message, (size_t)length);
}

void host_debug(uintptr_t id, int always, const char *message, int length)
{
    (void)id; (void)always;
    look_at(message, (size_t)length);
}

void host_ignore(uintptr_t id, const char *message, int length)
{
    (void)id;
    look_at(message, (size_t)length);
}

int host_slice(uintptr_t id)
{
    (void)id;
    return 1;
}

void host_news(uintptr_t id, int channel, int type)
{
    (void)id; (void)channel; (void)type;
}

static void keep(LIBSSH2_CHANNEL *channel)
{
    int i;
    for(i = 0; i < SLOTS; i++)
        if(!fuzz.channels[i]) {
            fuzz.channels[i] = channel;
            return;
        }
}

void host_global_request(uintptr_t id, const void *name, size_t name_len,
                         int want_reply, const void *body, size_t body_len)
{
    (void)id; (void)want_reply;
    look_at(name, name_len);
    look_at(body, body_len);
}

void host_global_answer(uintptr_t id, int success, const void *body,
                        size_t body_len)
{
    (void)id; (void)success;
    look_at(body, body_len);
}

void host_x11_open(uintptr_t id, LIBSSH2_CHANNEL *channel,
                   const char *originator, int port)
{
    (void)id; (void)port;
    look_at(originator, strlen(originator));
    keep(channel);
}

void host_agent_open(uintptr_t id, LIBSSH2_CHANNEL *channel)
{
    (void)id;
    keep(channel);
}

static int crypt_nothing(LIBSSH2_SESSION *session, unsigned int seqno,
                         unsigned char *block, size_t length, void **abstract,
                         int firstlast)
{
    (void)session; (void)seqno; (void)block; (void)length; (void)abstract;
    (void)firstlast;
    return 0;
}

static int length_in_clear(LIBSSH2_SESSION *session, unsigned int seqno,
                           unsigned char *data, size_t size,
                           unsigned int *length, void **abstract)
{
    (void)session; (void)seqno; (void)size; (void)abstract;
    *length = _libssh2_ntohu32(data);
    return 0;
}

static int hash_zeros(LIBSSH2_SESSION *session, unsigned char *mac,
                      uint32_t seqno, const unsigned char *packet,
                      size_t packet_len, const unsigned char *more,
                      size_t more_len, void **abstract)
{
    (void)session; (void)seqno; (void)abstract;
    look_at(packet, packet_len);
    look_at(more, more_len);
    memset(mac, 0, 16);
    return 0;
}

static const LIBSSH2_CRYPT_METHOD no_cipher = {
    .name = "none", .blocksize = 16, .crypt = crypt_nothing };
static const LIBSSH2_CRYPT_METHOD no_aead = {
    .name = "none", .blocksize = 16, .crypt = crypt_nothing, .auth_len = 16,
    .get_len = length_in_clear,
    .flags = LIBSSH2_CRYPT_FLAG_REQUIRES_FULL_PACKET |
             LIBSSH2_CRYPT_FLAG_INTEGRATED_MAC |
             LIBSSH2_CRYPT_FLAG_PKTLEN_AAD };
static const LIBSSH2_MAC_METHOD zeros_after = {
    .name = "none", .mac_len = 16, .hash = hash_zeros };
static const LIBSSH2_MAC_METHOD zeros_etm = {
    .name = "none", .mac_len = 16, .hash = hash_zeros, .etm = 1 };

static void use_nothing(LIBSSH2_SESSION *session, libssh2_endpoint_data *end)
{
    if(end->crypt->dtor)
        end->crypt->dtor(session, &end->crypt_abstract);
    if(end->mac->dtor)
        end->mac->dtor(session, &end->mac_abstract);
    end->crypt = fuzz.shape == AEAD ? &no_aead : &no_cipher;
    end->mac = fuzz.shape == ETM ? &zeros_etm : &zeros_after;
}

int __real_kex_use_keys(LIBSSH2_SESSION *session, const struct kex *kex,
                        mbedtls_md_type_t hash);
int __wrap_kex_use_keys(LIBSSH2_SESSION *session, const struct kex *kex,
                        mbedtls_md_type_t hash);
int __wrap_kex_use_keys(LIBSSH2_SESSION *session, const struct kex *kex,
                        mbedtls_md_type_t hash)
{
    int rc = __real_kex_use_keys(session, kex, hash);
    if(!rc) {
        use_nothing(session, &session->local);
        use_nothing(session, &session->remote);
    }
    return rc;
}

#define MOST_HOSTKEYS 32
static struct hostkey_method lenient[MOST_HOSTKEYS];
static const LIBSSH2_HOSTKEY_METHOD *lenient_list[MOST_HOSTKEYS + 1];
static const LIBSSH2_HOSTKEY_METHOD **strict_list;

static int verify_anyway(LIBSSH2_SESSION *session, const unsigned char *sig,
                         size_t sig_len, const unsigned char *message,
                         size_t message_len, void **abstract)
{
    size_t i;
    for(i = 0; lenient_list[i] != session->hostkey; i++)
        ;
    while(strict_list[i]->sig_verify(session, sig, sig_len, message,
                                     message_len, abstract) ==
          LIBSSH2_ERROR_EAGAIN)
        ;
    return 0;
}

const LIBSSH2_HOSTKEY_METHOD **__real_libssh2_hostkey_methods(void);
const LIBSSH2_HOSTKEY_METHOD **__wrap_libssh2_hostkey_methods(void);
const LIBSSH2_HOSTKEY_METHOD **__wrap_libssh2_hostkey_methods(void)
{
    size_t i;
    if(!strict_list) {
        strict_list = __real_libssh2_hostkey_methods();
        for(i = 0; strict_list[i] && i < MOST_HOSTKEYS; i++) {
            lenient[i] = *(const struct hostkey_method *)strict_list[i];
            lenient[i].method.sig_verify = verify_anyway;
            lenient_list[i] = &lenient[i].method;
        }
    }
    return lenient_list;
}
