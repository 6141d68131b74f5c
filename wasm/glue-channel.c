/* What the bindings must know of a channel and no public function tells. */
#include "glue.h"
#include "libssh2_priv.h"

/* 1 if a write has begun a packet and not sent it: then only the same write may follow. */
int glue_channel_write_pending(LIBSSH2_CHANNEL *channel)
{
    return channel->write_state != libssh2_NB_state_idle;
}
