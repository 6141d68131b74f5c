/* What the bindings must know of a channel and no public function tells. */
#include "glue.h"
#include "libssh2_priv.h"

/* 1 if a write has begun a packet and not sent it: then only the same write may follow. */
int glue_channel_write_pending(LIBSSH2_CHANNEL *channel)
{
    return channel->write_state != libssh2_NB_state_idle;
}

/* The number by which host_news() tells of it. */
int glue_channel_number(LIBSSH2_CHANNEL *channel)
{
    return (int)channel->local.id;
}

/* What the next reads fill the receive window up to. */
void glue_channel_window_size(LIBSSH2_CHANNEL *channel, uint32_t size)
{
    channel->remote.window_size_initial = size;
}

int glue_channel_peer_closed(LIBSSH2_CHANNEL *channel)
{
    return channel->remote.close;
}

/* How what was run has ended, in three words: a status has come, the status, a
   core was dumped. Gives the signal's name or NULL. Only when the peer has
   closed the channel. */
const char *glue_channel_exit(LIBSSH2_CHANNEL *channel, int32_t state[3])
{
    state[0] = channel->exit_status_known;
    state[1] = channel->exit_status;
    state[2] = channel->exit_core_dumped;
    return channel->exit_signal;
}

/* Reason code of the last refusal to open a channel (RFC 4254 section 5.1). */
unsigned int glue_channel_open_reason(LIBSSH2_SESSION *session)
{
    return session->open_failure_reason;
}

/* Who connected to the listener that gave the channel, as the server says;
   NULL for other channels. */
const char *glue_channel_originator(LIBSSH2_CHANNEL *channel, uint32_t *port)
{
    *port = channel->originator_port;
    return channel->originator;
}
