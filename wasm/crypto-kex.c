/* The protocol of every key exchange method: RFC 4253 section 8, RFC 4419,
   RFC 5656 section 4, RFC 8731, RFC 9941. Each step may have to wait
   (EAGAIN) and is then entered again. */
#include "crypto-kex.h"
#include "crypto-power.h"
#include "packet.h"
#include "transport.h"

enum {
    STEP_GUESS, STEP_GROUP_REQUEST, STEP_GROUP_REQUEST_SEND, STEP_GROUP_REPLY,
    STEP_INIT, STEP_INIT_SEND, STEP_REPLY, STEP_SECRET, STEP_SIGNATURE,
    STEP_NEWKEYS_SEND, STEP_NEWKEYS, STEP_EXT_INFO_SEND
};

static const struct kex_method *method_of(LIBSSH2_SESSION *session)
{
    return (const struct kex_method *)session->kex;
}

/* Steps that may take long: they run in slices, one in each turn of the
   host's event loop. X25519 and Ed25519 take a fraction of a millisecond,
   and a turn of its own for each would cost nearly as much. */
static int computes(LIBSSH2_SESSION *session, int step)
{
    const struct kex_method *method = method_of(session);
    if(step == STEP_SIGNATURE)
        return strncmp(session->hostkey->name, "ssh-ed25519", 11) != 0;
    return (step == STEP_INIT || step == STEP_SECRET) &&
        (method->group || method->group_exchange || method->curve ||
         method->kem);
}

static int fail(LIBSSH2_SESSION *session, int code, const char *reason)
{
    return _libssh2_error(session, code, reason);
}

unsigned char *kex_packet(LIBSSH2_SESSION *session, struct kex *kex,
                          unsigned char type, size_t length)
{
    kex->packet_len = 5 + length;
    kex->packet = LIBSSH2_ALLOC(session, kex->packet_len);
    if(!kex->packet)
        return NULL;
    kex->packet[0] = type;
    _libssh2_htonu32(kex->packet + 1, (uint32_t)length);
    return kex->packet + 5;
}

int kex_packet_mpint(LIBSSH2_SESSION *session, struct kex *kex,
                     unsigned char type, const mbedtls_mpi *value)
{
    /* One bit more than the number has, for the sign. */
    size_t length = mbedtls_mpi_bitlen(value) / 8 + 1;
    unsigned char *at = kex_packet(session, kex, type, length);
    return at ? mbedtls_mpi_write_binary(value, at, length) : -1;
}

int kex_secret_string(LIBSSH2_SESSION *session, struct kex *kex,
                      const unsigned char *bytes, size_t length)
{
    kex->secret_len = 4 + length;
    kex->secret = LIBSSH2_ALLOC(session, kex->secret_len);
    if(!kex->secret)
        return -1;
    _libssh2_htonu32(kex->secret, (uint32_t)length);
    memcpy(kex->secret + 4, bytes, length);
    return 0;
}

int kex_secret_mpint(LIBSSH2_SESSION *session, struct kex *kex,
                     const unsigned char *bytes, size_t length)
{
    size_t sign;
    while(length && !*bytes) {
        bytes++;
        length--;
    }
    sign = length && *bytes & 0x80;
    kex->secret_len = 4 + sign + length;
    kex->secret = LIBSSH2_ALLOC(session, kex->secret_len);
    if(!kex->secret)
        return -1;
    _libssh2_htonu32(kex->secret, (uint32_t)(sign + length));
    kex->secret[4] = 0;
    memcpy(kex->secret + 4 + sign, bytes, length);
    return 0;
}

static int hash_string(mbedtls_md_context_t *md, const void *data, size_t size)
{
    unsigned char length[4];
    _libssh2_htonu32(length, (uint32_t)size);
    return mbedtls_md_update(md, length, 4) || mbedtls_md_update(md, data, size);
}

struct reply {
    unsigned char *blob, *value, *signature;
    size_t blob_len, value_len, signature_len;
};

/* H over the transcript (RFC 4253 section 8). */
static int exchange_hash(LIBSSH2_SESSION *session, struct kex *kex,
                         const struct reply *reply)
{
    const struct kex_method *method = method_of(session);
    const mbedtls_md_info_t *info = mbedtls_md_info_from_type(method->hash);
    const char *banner = session->local.banner ?
        (const char *)session->local.banner : LIBSSH2_SSH_DEFAULT_BANNER "\r\n";
    mbedtls_md_context_t md;
    int rc;
    kex->hash_len = mbedtls_md_get_size(info);
    mbedtls_md_init(&md);
    rc = mbedtls_md_setup(&md, info, 0) || mbedtls_md_starts(&md) ||
        hash_string(&md, banner, strlen(banner) - 2) ||
        hash_string(&md, session->remote.banner,
                    strlen((char *)session->remote.banner)) ||
        hash_string(&md, session->local.kexinit, session->local.kexinit_len) ||
        hash_string(&md, session->remote.kexinit,
                    session->remote.kexinit_len) ||
        hash_string(&md, reply->blob, reply->blob_len) ||
        (kex->group &&
         (mbedtls_md_update(&md, kex_group_limits, sizeof(kex_group_limits)) ||
          mbedtls_md_update(&md, kex->group + 1, kex->group_len - 1))) ||
        mbedtls_md_update(&md, kex->packet + 1, kex->packet_len - 1) ||
        hash_string(&md, reply->value, reply->value_len) ||
        mbedtls_md_update(&md, kex->secret, kex->secret_len) ||
        mbedtls_md_finish(&md, kex->hash);
    mbedtls_md_free(&md);
    return rc;
}

static int parse_reply(LIBSSH2_SESSION *session, struct kex *kex,
                       struct reply *reply)
{
    struct string_buf buf;
    buf.data = kex->reply;
    buf.dataptr = buf.data + 1;
    buf.len = kex->reply_len;
    if(_libssh2_get_string(&buf, &reply->blob, &reply->blob_len) ||
       _libssh2_get_string(&buf, &reply->value, &reply->value_len) ||
       _libssh2_get_string(&buf, &reply->signature, &reply->signature_len) ||
       !_libssh2_eob(&buf))
        return fail(session, LIBSSH2_ERROR_PROTO,
                    "malformed key exchange reply");
    if(!reply->blob_len)
        return fail(session, LIBSSH2_ERROR_HOSTKEY_INIT,
                    "the server has no host key");
    /* Whoever checked the host key checked that of the first exchange. */
    if(session->server_hostkey_len &&
       (reply->blob_len != session->server_hostkey_len ||
        memcmp(session->server_hostkey, reply->blob, reply->blob_len)))
        return fail(session, LIBSSH2_ERROR_HOSTKEY_INIT,
                    "the server changed its host key during re-keying");
    return 0;
}

static int compute_secret(LIBSSH2_SESSION *session, struct kex *kex)
{
    struct reply reply;
    int rc = parse_reply(session, kex, &reply);
    if(rc)
        return rc;
    rc = method_of(session)->finish(session, kex, reply.value,
                                    reply.value_len);
    if(rc == LIBSSH2_ERROR_EAGAIN)
        return rc;
    if(rc)
        return fail(session, LIBSSH2_ERROR_KEX_FAILURE,
                    "invalid public value in the key exchange reply");
    return exchange_hash(session, kex, &reply) ?
        fail(session, LIBSSH2_ERROR_HASH_CALC,
             "cannot compute the exchange hash") : 0;
}

/* No agent accepts a longer signature. */
#define SIGNATURE_KEPT_MAX 16384

/* The key and its signature prove later which server the session is
   connected to. */
static int keep_hostkey(LIBSSH2_SESSION *session, const struct reply *reply)
{
    if(reply->signature_len <= SIGNATURE_KEPT_MAX) {
        session->server_signature =
            LIBSSH2_ALLOC(session, reply->signature_len);
        if(session->server_signature) {
            memcpy(session->server_signature, reply->signature,
                   reply->signature_len);
            session->server_signature_len = (uint32_t)reply->signature_len;
        }
    }
    session->server_hostkey = LIBSSH2_ALLOC(session, reply->blob_len);
    if(!session->server_hostkey) {
        session->server_hostkey_len = 0;
        return fail(session, LIBSSH2_ERROR_ALLOC, "out of memory");
    }
    memcpy(session->server_hostkey, reply->blob, reply->blob_len);
    return 0;
}

/* A key without a valid signature is not the host's, so nobody gets to see
   it. */
static int check_signature(LIBSSH2_SESSION *session, struct kex *kex)
{
    int first = !session->server_hostkey_len;
    struct reply reply;
    int rc = parse_reply(session, kex, &reply);
    if(rc)
        return rc;
    if(first) {
        session->server_hostkey = reply.blob;
        session->server_hostkey_len = (uint32_t)reply.blob_len;
    }
    rc = session->hostkey->sig_verify(session, reply.signature,
                                      reply.signature_len, kex->hash,
                                      kex->hash_len, &kex->verification);
    if(first && !rc)
        return keep_hostkey(session, &reply);
    if(first) {
        session->server_hostkey = NULL;
        session->server_hostkey_len = 0;
    }
    return rc;
}

static int send_packet(LIBSSH2_SESSION *session, struct kex *kex)
{
    return _libssh2_transport_send(session, kex->packet, kex->packet_len,
                                   NULL, 0);
}

/* Sends our EXT_INFO as the first packet with the first keys (RFC 8308 section
   2.4), if the server accepts one: OpenSSH then sends a second EXT_INFO with
   the signature algorithms for the user who logs in. */
static int send_extensions(LIBSSH2_SESSION *session)
{
    static const unsigned char message[] =
        "\7" "\0\0\0\1" "\0\0\0\34" "ext-info-in-auth@openssh.com"
        "\0\0\0\1" "0";
    static const unsigned char wanted[] = "ext-info-s";
    unsigned char *list = session->remote.kexinit + 1 + 16;
    if(!(session->state & LIBSSH2_STATE_INITIAL_KEX) ||
       !_libssh2_kex_agree_instr(list + 4, _libssh2_ntohu32(list), wanted,
                                 sizeof(wanted) - 1))
        return 0;
    return _libssh2_transport_send(session, message, sizeof(message) - 1,
                                   NULL, 0);
}

/* A wrong guess is a packet of the guessed method, whichever that was. */
static int ignore_guess(LIBSSH2_SESSION *session, struct kex *kex)
{
    static const unsigned char method_messages[] = {
        30, 31, 32, 33, 34, 35, 36, 37, 38, 39,
        40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 0 };
    unsigned char *data;
    size_t length;
    int rc = _libssh2_packet_requirev(session, method_messages, &data, &length,
                                      0, NULL, 0, &kex->guess);
    if(!rc) {
        LIBSSH2_FREE(session, data);
        session->burn_optimistic_kexinit = 0;
    }
    return rc;
}

static int one_step(LIBSSH2_SESSION *session, struct kex *kex)
{
    static const unsigned char newkeys = SSH_MSG_NEWKEYS;
    const struct kex_method *method = method_of(session);
    unsigned char *data = NULL;
    size_t length;
    int rc = 0;
    switch(kex->step) {
    case STEP_GUESS: /* RFC 4253 section 7.1 */
        return session->burn_optimistic_kexinit ? ignore_guess(session, kex) :
            0;
    case STEP_GROUP_REQUEST:
        if(method->group_exchange)
            return kex_group_request(session, kex);
        kex->step = STEP_GROUP_REPLY;
        return 0;
    case STEP_GROUP_REPLY:
        rc = _libssh2_packet_require(session, SSH_MSG_KEX_DH_GEX_GROUP,
                                     &kex->group, &kex->group_len, 0, NULL, 0,
                                     &kex->required);
        if(rc)
            return rc;
        LIBSSH2_FREE(session, kex->packet);
        kex->packet = NULL;
        return kex_group_reply(kex) ?
            fail(session, LIBSSH2_ERROR_KEX_FAILURE,
                 "the server's Diffie-Hellman group is not acceptable") : 0;
    case STEP_INIT:
        rc = method->start(session, kex);
        return rc && rc != LIBSSH2_ERROR_EAGAIN ?
            fail(session, LIBSSH2_ERROR_KEX_FAILURE,
                 "cannot make a key for the key exchange") : rc;
    case STEP_GROUP_REQUEST_SEND:
    case STEP_INIT_SEND:
        return send_packet(session, kex);
    case STEP_REPLY:
        return _libssh2_packet_require(session, method->group_exchange ?
                                       SSH_MSG_KEX_DH_GEX_REPLY :
                                       SSH_MSG_KEXDH_REPLY, &kex->reply,
                                       &kex->reply_len, 0, NULL, 0,
                                       &kex->required);
    case STEP_SECRET:
        return compute_secret(session, kex);
    case STEP_SIGNATURE:
        return check_signature(session, kex);
    case STEP_NEWKEYS_SEND:
        return _libssh2_transport_send(session, &newkeys, 1, NULL, 0);
    case STEP_EXT_INFO_SEND:
        return send_extensions(session);
    default:
        rc = _libssh2_packet_require(session, SSH_MSG_NEWKEYS, &data, &length,
                                     0, NULL, 0, &kex->required);
        if(rc)
            return rc;
        LIBSSH2_FREE(session, data);
        return kex_use_keys(session, kex, method->hash) ?
            fail(session, LIBSSH2_ERROR_KEX_FAILURE, "cannot use the new keys")
            : 0;
    }
}

int kex_exchange(LIBSSH2_SESSION *session, key_exchange_state_low_t *state)
{
    struct kex *kex = state->private_key;
    int rc = 0;
    if(!kex) {
        kex = LIBSSH2_CALLOC(session, sizeof(*kex));
        if(!kex)
            return fail(session, LIBSSH2_ERROR_ALLOC, "out of memory");
        mbedtls_mpi_init(&kex->p);
        mbedtls_mpi_init(&kex->g);
        mbedtls_mpi_init(&kex->x);
        mbedtls_mpi_init(&kex->f);
        mbedtls_ecp_restart_init(&kex->ec);
        state->private_key = kex;
    }
    while(kex->step <= STEP_EXT_INFO_SEND && !rc) {
        if(computes(session, kex->step) && !glue_slice(session))
            return LIBSSH2_ERROR_EAGAIN;
        rc = one_step(session, kex);
        if(rc != LIBSSH2_ERROR_EAGAIN)
            kex->step++;
        else if(computes(session, kex->step))
            rc = 0;
        else
            return rc;
    }
    kex_cleanup(session, state);
    glue_wipe_stack();
    return rc;
}

static void free_zeroed(LIBSSH2_SESSION *session, unsigned char *data,
                        size_t length)
{
    if(data) {
        _libssh2_explicit_zero(data, length);
        LIBSSH2_FREE(session, data);
    }
}

void kex_cleanup(LIBSSH2_SESSION *session, key_exchange_state_low_t *state)
{
    struct kex *kex = state->private_key;
    if(!kex)
        return;
    mbedtls_mpi_free(&kex->p);
    mbedtls_mpi_free(&kex->g);
    mbedtls_mpi_free(&kex->x);
    mbedtls_mpi_free(&kex->f);
    power_free(session, &kex->power);
    mbedtls_ecp_restart_free(&kex->ec);
    crypto_ecdsa_forget(&kex->verification);
    free_zeroed(session, kex->reply, kex->reply_len);
    free_zeroed(session, kex->packet, kex->packet_len);
    free_zeroed(session, kex->group, kex->group_len);
    free_zeroed(session, kex->secret, kex->secret_len);
    free_zeroed(session, kex->kem_key, kex->kem_key_len);
    free_zeroed(session, (unsigned char *)kex, sizeof(*kex));
    state->private_key = NULL;
}
