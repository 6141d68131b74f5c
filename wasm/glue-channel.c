/* Channel state that the bindings need and no public function returns. */
#include <string.h>
#include "glue.h"
#include "libssh2_priv.h"
#include "channel.h"
#include "transport.h"

/* 1 if a write has begun a packet and not sent it: then only the same write
   may follow. */
int glue_channel_write_pending(LIBSSH2_CHANNEL *channel)
{
    return channel->write_state != libssh2_NB_state_idle;
}

/* The number that host_news() reports for it. */
int glue_channel_number(LIBSSH2_CHANNEL *channel)
{
    return (int)channel->local.id;
}

/* The size up to which the next reads fill the receive window. */
void glue_channel_window_size(LIBSSH2_CHANNEL *channel, uint32_t size)
{
    channel->remote.window_size_initial = size;
}

int glue_channel_peer_closed(LIBSSH2_CHANNEL *channel)
{
    return channel->remote.close;
}

/* How the process has ended; returns the signal's name or NULL. Available as
   soon as the message has arrived: output of longer-lived processes may
   follow it. */
const char *glue_channel_exit(LIBSSH2_CHANNEL *channel,
                              struct exit_state *state)
{
    state->has_status = channel->exit_status_known;
    state->status = channel->exit_status;
    state->core_dumped = channel->exit_core_dumped;
    return channel->exit_signal;
}

/* The state that libssh2_channel_open_ex keeps in the session while it
   waits, for one opening, so that several may be in progress (law 5). */
struct opening {
    struct opening_head head;
    libssh2_nonblocking_states state;
    packet_requirev_state_t answer;
    LIBSSH2_CHANNEL *channel;
    unsigned char *packet;
    size_t packet_len;
    unsigned char *data;
    size_t data_len;
};

struct opening *glue_opening_new(LIBSSH2_SESSION *session)
{
    return LIBSSH2_CALLOC(session, sizeof(struct opening));
}

void glue_opening_free(LIBSSH2_SESSION *session, struct opening *opening)
{
    LIBSSH2_FREE(session, opening);
}

static void exchange(LIBSSH2_SESSION *session, struct opening *opening)
{
    struct opening other = {
        { session->open_local_channel }, session->open_state, session->open_packet_requirev_state,
        session->open_channel, session->open_packet,
        session->open_packet_len, session->open_data, session->open_data_len
    };
    session->open_state = opening->state;
    session->open_packet_requirev_state = opening->answer;
    session->open_channel = opening->channel;
    session->open_packet = opening->packet;
    session->open_packet_len = opening->packet_len;
    session->open_data = opening->data;
    session->open_data_len = opening->data_len;
    session->open_local_channel = opening->head.number;
    *opening = other;
}

/* libssh2_channel_open_ex for one of several openings. */
LIBSSH2_CHANNEL *glue_channel_open(LIBSSH2_SESSION *session,
                                   struct opening *opening, const char *type,
                                   unsigned int type_len, unsigned int window,
                                   unsigned int packet, const char *message,
                                   unsigned int message_len)
{
    LIBSSH2_CHANNEL *channel;
    exchange(session, opening);
    channel = libssh2_channel_open_ex(session, type, type_len, window, packet,
                                      message, message_len);
    exchange(session, opening);
    return channel;
}

/* Reason code of the last refusal to open a channel (RFC 4254 section 5.1). */
unsigned int glue_channel_open_reason(LIBSSH2_SESSION *session)
{
    return session->open_failure_reason;
}

/* Who connected to the listener that accepted the channel, as the server
   says; NULL for other channels. */
const char *glue_channel_originator(LIBSSH2_CHANNEL *channel, uint32_t *port)
{
    *port = channel->originator_port;
    return channel->originator;
}

/* Confirms a channel whose open was held (glue_session_hold_opens), or refuses
   it for a reason that is not 0. During a key exchange it returns EAGAIN. */
int glue_channel_answer(LIBSSH2_CHANNEL *channel, uint32_t reason)
{
    return _libssh2_channel_answer(channel, reason);
}

/* From now on glue_channel_answer() answers what the server opens. */
void glue_session_hold_opens(LIBSSH2_SESSION *session)
{
    session->hold_opens = 1;
}

/* A channel request (RFC 4254 section 5.4) whose reply is not waited for;
   glue_channel_reply takes it if one is wanted. During a key exchange it
   returns EAGAIN, and sends nothing. */
int glue_channel_notify(LIBSSH2_CHANNEL *channel, const char *type,
                        size_t type_len, int want_reply, const void *body,
                        size_t body_len)
{
    LIBSSH2_SESSION *session = channel->session;
    unsigned char *head, *s;
    int rc;
    if(channel->local.close || channel->remote.close)
        return _libssh2_error(session, LIBSSH2_ERROR_CHANNEL_CLOSED,
                              "The channel is closed");
    s = head = LIBSSH2_ALLOC(session, 10 + type_len);
    if(!head)
        return _libssh2_error(session, LIBSSH2_ERROR_ALLOC,
                              "memory for a channel request");
    *s++ = SSH_MSG_CHANNEL_REQUEST;
    _libssh2_store_u32(&s, channel->remote.id);
    _libssh2_store_str(&s, type, type_len);
    *s++ = want_reply ? 1 : 0;
    rc = _libssh2_transport_send(session, head, 10 + type_len, body, body_len);
    LIBSSH2_FREE(session, head);
    if(!rc && want_reply)
        channel->requests_unanswered++;
    return rc && rc != LIBSSH2_ERROR_EAGAIN ?
        _libssh2_error(session, rc, "Unable to send a channel request") : rc;
}

/* The next reply to such requests, which come in the order of the requests:
   0, or that the server refuses. */
int glue_channel_reply(LIBSSH2_CHANNEL *channel)
{
    unsigned char replies[] =
        { SSH_MSG_CHANNEL_SUCCESS, SSH_MSG_CHANNEL_FAILURE, 0 };
    LIBSSH2_SESSION *session = channel->session;
    LIBSSH2_PACKET *packet = _libssh2_list_first(&session->packets);
    unsigned char id[4], *data;
    size_t len;
    int rc, granted;
    _libssh2_htonu32(id, channel->local.id);
    /* if several have arrived, libssh2 would look for a success first */
    for(; packet; packet = _libssh2_list_next(&packet->node)) {
        if(packet->data_len >= 5 && !memcmp(packet->data + 1, id, 4) &&
           (packet->data[0] == replies[0] || packet->data[0] == replies[1])) {
            replies[0] = packet->data[0];
            replies[1] = 0;
            break;
        }
    }
    rc = _libssh2_packet_requirev(session, replies, &data, &len, 1, id, 4,
                                  &channel->setenv_packet_requirev_state);
    if(rc)
        return rc == LIBSSH2_ERROR_EAGAIN ? rc :
            _libssh2_error(session, rc, "Failed getting a channel's reply");
    granted = data[0] == SSH_MSG_CHANNEL_SUCCESS;
    LIBSSH2_FREE(session, data);
    return granted ? 0 :
        _libssh2_error(session, LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED,
                       "The server refuses a channel request");
}
