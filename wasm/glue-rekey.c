/* Key exchanges that this side starts (RFC 4253 section 9): libssh2 answers
   a server that starts one, but never starts one itself. */
#include <string.h>
#include <time.h>
#include "glue.h"
#include "libssh2_priv.h"

/* RFC 4344 section 3.1: new keys before 2^31 packets in one direction, and
   no packets after 2^32, where their numbers, which ciphers use as a nonce,
   wrap around. */
#define PACKETS 0x80000000u
#define MOST_PACKETS 0xc0000000u

void glue_keys_new(struct keys *keys)
{
    memset(keys, 0, sizeof(*keys));
    keys->bytes_limit = 1 << 30;
    keys->seconds_limit = 3600;
}

/* Whoever started an exchange, the counts restart at its end. */
static int exchanging(LIBSSH2_SESSION *session, struct keys *keys)
{
    int now = (session->state & LIBSSH2_STATE_EXCHANGING_KEYS) != 0;
    if(!now && (keys->exchanging || !keys->since)) {
        keys->exchanges++;
        keys->bytes = 0;
        keys->since = time(NULL);
        keys->sent = session->local.seqno;
        keys->received = session->remote.seqno;
    }
    keys->exchanging = now;
    return now;
}

static int too_old(LIBSSH2_SESSION *session, const struct keys *keys)
{
    return (double)keys->bytes >= keys->bytes_limit ||
           (double)(time(NULL) - keys->since) >= keys->seconds_limit ||
           session->local.seqno - keys->sent >= PACKETS ||
           session->remote.seqno - keys->received >= PACKETS;
}

/* 0 if an exchange is in progress now; LIBSSH2_ERROR_EAGAIN while another
   packet is half sent or half parsed. */
static int begin(LIBSSH2_SESSION *session, struct keys *keys)
{
    int rc;
    if(exchanging(session, keys))
        return 0;
    if(session->packet.olen || session->packAdd_state != libssh2_NB_state_idle)
        return LIBSSH2_ERROR_EAGAIN;
    memset(&session->startup_key_state, 0, sizeof(session->startup_key_state));
    rc = _libssh2_kex_exchange(session, 1, &session->startup_key_state);
    if(rc && rc != LIBSSH2_ERROR_EAGAIN) {
        session->socket_state = LIBSSH2_SOCKET_DISCONNECTED;
        return rc;
    }
    exchanging(session, keys);
    return 0;
}

/* Starts an exchange if the keys are too old. 0, or why the session is over.
 */
int glue_keys_service(LIBSSH2_SESSION *session, struct keys *keys)
{
    int rc;
    if(exchanging(session, keys)) {
        if(session->remote.seqno - keys->received >= MOST_PACKETS)
            return _libssh2_error(session, LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE,
                                  "The server does not exchange keys anew");
        return 0;
    }
    if(!(session->state & LIBSSH2_STATE_AUTHENTICATED) ||
       !too_old(session, keys))
        return 0;
    rc = begin(session, keys);
    return rc == LIBSSH2_ERROR_EAGAIN ? 0 : rc;
}

/* 0 when keys have been exchanged since the first call: in an exchange that
   this started, or in one that was in progress. */
int glue_session_rekey(LIBSSH2_SESSION *session)
{
    struct keys *keys = glue_keys_of(session);
    int rc;
    if(!(session->state & LIBSSH2_STATE_AUTHENTICATED))
        return _libssh2_error(session, LIBSSH2_ERROR_BAD_USE,
                              "keys are exchanged anew after authentication");
    if(!keys->asked) {
        rc = begin(session, keys);
        if(rc)
            return rc;
        keys->asked = 1;
    }
    if(exchanging(session, keys))
        return LIBSSH2_ERROR_EAGAIN;
    keys->asked = 0;
    return 0;
}

/* The number of key exchanges that are complete, whichever side started them. */
int glue_session_exchanges(LIBSSH2_SESSION *session)
{
    struct keys *keys = glue_keys_of(session);
    exchanging(session, keys);
    return keys->exchanges;
}

/* When an exchange starts automatically: after so many bytes in both
   directions together, and after so many seconds. */
void glue_session_rekey_after(LIBSSH2_SESSION *session, double bytes,
                              double seconds)
{
    struct keys *keys = glue_keys_of(session);
    keys->bytes_limit = bytes;
    keys->seconds_limit = seconds;
}
