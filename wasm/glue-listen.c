/* Messages that JavaScript hears of only if it asks for them. */
#include "glue.h"
#include "libssh2_priv.h"

static LIBSSH2_DEBUG_FUNC(session_debug)
{
    (void)session;
    (void)language;
    (void)language_len;
    host_debug(glue_host_id(abstract), always_display, message, message_len);
}

static LIBSSH2_IGNORE_FUNC(session_ignore)
{
    (void)session;
    host_ignore(glue_host_id(abstract), message, message_len);
}

static LIBSSH2_X11_OPEN_FUNC(session_x11_open)
{
    (void)session;
    host_x11_open(glue_host_id(abstract), channel, shost, sport);
}

static LIBSSH2_AUTHAGENT_FUNC(session_agent_open)
{
    (void)session;
    host_agent_open(glue_host_id(abstract), channel);
}

/* Which optional messages JavaScript wants: LIBSSH2_CALLBACK_* numbers.
   Without an X11 or agent callback libssh2 refuses such channels. */
int glue_session_listen(LIBSSH2_SESSION *session, int callback, int on)
{
    libssh2_cb_generic *function;
    switch(callback) {
    case LIBSSH2_CALLBACK_DEBUG:
        function = (libssh2_cb_generic *)session_debug;
        break;
    case LIBSSH2_CALLBACK_IGNORE:
        function = (libssh2_cb_generic *)session_ignore;
        break;
    case LIBSSH2_CALLBACK_X11:
        function = (libssh2_cb_generic *)session_x11_open;
        break;
    case LIBSSH2_CALLBACK_AUTHAGENT:
        function = (libssh2_cb_generic *)session_agent_open;
        break;
    default:
        return LIBSSH2_ERROR_INVAL;
    }
    libssh2_session_callback_set2(session, callback, on ? function : NULL);
    return 0;
}
