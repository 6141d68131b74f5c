/* Channel data whose bytes are in JavaScript. A large packet is decrypted
   there, by a cipher of the host, or copied there once, when one of ours has
   decrypted it; its header stays here. libssh2 checks, counts, queues and
   frees it like any other, and remains the only owner of order, windows,
   ends and keys: src/parcels/README.md. */
#include <string.h>
#include "crypto-internal.h"
#include "glue.h"
#include "channel.h"

/* Smaller ones stay here, where libssh2 joins them. */
#define LEAST HOST_PARCEL_LEAST
#define GCM_TAG 16

static int is_data(const unsigned char *message)
{
    return message[0] == SSH_MSG_CHANNEL_DATA ||
           message[0] == SSH_MSG_CHANNEL_EXTENDED_DATA;
}

static int compressed(const libssh2_endpoint_data *side)
{
    return side->comp && side->comp->compress;
}

static int may_keep(LIBSSH2_SESSION *session)
{
    return session->state & LIBSSH2_STATE_AUTHENTICATED &&
           !compressed(&session->remote);
}

/* Only between packets, and with keys that are not about to change. */
static int may_take(LIBSSH2_SESSION *session)
{
    return may_keep(session) &&
           !(session->state & LIBSSH2_STATE_EXCHANGING_KEYS) &&
           session->packAdd_state == libssh2_NB_state_idle &&
           session->fullpacket_state == libssh2_NB_state_idle;
}

static int parcel_take(LIBSSH2_SESSION *session, unsigned char **message,
                       uint32_t *packet_length, uint8_t *padding_length,
                       size_t *most)
{
    struct taken_packet taken = { 0 };
    unsigned char start[HOST_PARCEL_HEAD];
    const unsigned char *nonce;
    int key = crypto_gcm_host_key(session, &nonce);
    int parcel;
    if(!key || !*glue_session_arrived(session) || !may_take(session))
        return 0;
    parcel = host_parcel_take(glue_host_id(&session->abstract), key, nonce,
                              glue_parcel_room(session), &taken, start);
    *most = taken.most;
    if(parcel <= 0)
        return 0;
    crypto_gcm_taken(session);
    glue_count_bytes(session, taken.size);
    *packet_length = taken.packet_length;
    *padding_length = start[0];
    *message = glue_parcel_new(session, (uint32_t)parcel, start + 1,
                               taken.packet_length);
    return *message ? 1 : LIBSSH2_ERROR_ALLOC;
}

static unsigned char *parcel_keep(LIBSSH2_SESSION *session,
                                  const unsigned char *message, size_t length)
{
    int parcel;
    if(length < LEAST || !is_data(message) || !may_keep(session) ||
       length > glue_parcel_room(session))
        return NULL;
    parcel = host_parcel_keep(glue_host_id(&session->abstract), message,
                              length);
    return parcel > 0 ? glue_parcel_new(session, (uint32_t)parcel, message,
                                        length) : NULL;
}

static int parcel_is(const unsigned char *data)
{
    return glue_parcel_of(data) != 0;
}

/* Without a buffer, the data goes to JavaScript. */
static size_t parcel_read(LIBSSH2_SESSION *session, const unsigned char *data,
                          size_t at, size_t there, char *to, size_t want)
{
    uintptr_t id = glue_host_id(&session->abstract);
    uint32_t parcel = glue_parcel_of(data);
    if(!to) {
        size_t count = *glue_read_whole(session) ? there : want;
        if(parcel)
            host_parcel_give(id, parcel, at, count);
        else
            host_read(id, data + at, count);
        return count;
    }
    if(parcel)
        host_parcel_copy(id, parcel, at, to, want);
    else
        memcpy(to, data + at, want);
    return want;
}

static int is_text(LIBSSH2_SESSION *session, const unsigned char *data)
{
    return data == glue_writing(session)->text;
}

static void text(LIBSSH2_SESSION *session, unsigned char *to, size_t length)
{
    host_text_copy(glue_host_id(&session->abstract), glue_writing(session)->at,
                   to, length);
}

static int seals(LIBSSH2_SESSION *session)
{
    const unsigned char *nonce;
    return crypto_gcm_seal_key(session, &nonce) != 0;
}

static int seal(LIBSSH2_SESSION *session, const unsigned char *packet,
                size_t head, size_t length, size_t padding)
{
    const unsigned char *nonce;
    int key = crypto_gcm_seal_key(session, &nonce);
    int rc = host_text_seal(glue_host_id(&session->abstract), key, nonce,
                            packet, head, glue_writing(session)->at, length,
                            padding);
    /* Whatever came of it, nothing else is sealed with this one. */
    crypto_gcm_sealed(session);
    if(rc)
        return rc == HOST_FAILED ? LIBSSH2_ERROR_ENCRYPT :
            LIBSSH2_ERROR_SOCKET_SEND;
    glue_count_bytes(session, head + length + padding + GCM_TAG);
    return 0;
}

const struct libssh2_elsewhere glue_parcels = {
    parcel_take, parcel_keep, parcel_is, parcel_read,
    is_text, text, seals, seal
};

/* Like libssh2_channel_read_ex, with host_parcel_give and host_read in place
   of a buffer. `whole`: packets are not cut, so up to one more is read. */
ssize_t glue_channel_read(LIBSSH2_CHANNEL *channel, int stream, size_t length,
                          int whole)
{
    *glue_read_whole(channel->session) = whole;
    return libssh2_channel_read_ex(channel, stream, NULL, length);
}

/* What fits into a packet that is sealed here, with the length of the padding,
   the head of channel data and the least padding. */
#define FEW (CRYPTO_GCM_FEW - 1 - 9 - 4)

/* One packet of the text that the session's `writing` is about. */
static ssize_t write_packet(LIBSSH2_CHANNEL *channel, int stream, char *buffer,
                            size_t length)
{
    struct writing *writing = glue_writing(channel->session);
    int copied = length <= FEW || compressed(&channel->session->local);
    ssize_t rc;
    if(length > HOST_TEXT_PACKET)
        length = HOST_TEXT_PACKET;
    if(copied)
        text(channel->session, (unsigned char *)buffer, length);
    else
        writing->text = buffer;
    rc = _libssh2_channel_write(channel, stream, (unsigned char *)buffer,
                                length);
    writing->text = NULL;
    /* Others use that memory next, and a password may have been typed. */
    if(copied)
        _libssh2_explicit_zero(buffer, length);
    return rc;
}

/* As libssh2_channel_write_ex of a text that JavaScript has, but packet after
   packet, until more than `room` bytes have gone to the transport: `buffer`
   only stands for the text, and has room for HOST_TEXT_PACKET bytes where
   libssh2 must see the text itself. A packet that an earlier call has begun is
   sent alone. Behind an error glue_channel_written() tells what was written. */
ssize_t glue_channel_write(LIBSSH2_CHANNEL *channel, int stream, char *buffer,
                           size_t length, size_t room)
{
    struct writing *writing = glue_writing(channel->session);
    const struct keys *keys = glue_keys_of(channel->session);
    uint64_t before = keys->bytes;
    int begun = glue_channel_write_pending(channel);
    ssize_t rc;
    writing->at = 0;
    do {
        rc = write_packet(channel, stream, buffer, length - writing->at);
        if(rc > 0)
            writing->at += (size_t)rc;
    } while(rc > 0 && !begun && writing->at < length &&
            keys->bytes - before <= room);
    return rc < 0 && rc != LIBSSH2_ERROR_EAGAIN ? rc :
        writing->at ? (ssize_t)writing->at : rc;
}

/* How much of its text the last glue_channel_write() has written. */
size_t glue_channel_written(LIBSSH2_CHANNEL *channel)
{
    return glue_writing(channel->session)->at;
}

/* Forgets the packet that a write has begun: EAGAIN says that nothing of it
   has left, since SEND takes all that it is given. */
void glue_channel_write_forget(LIBSSH2_CHANNEL *channel)
{
    channel->write_state = libssh2_NB_state_idle;
}
