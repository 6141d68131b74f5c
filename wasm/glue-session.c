/* A LIBSSH2_SESSION whose transport is JavaScript. */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include "glue.h"
#include "libssh2_priv.h"
#include "transport.h"

/* libssh2 never looks at it: RECV and SEND are ours (law 1). */
#define NO_SOCKET 1000

static uintptr_t host_id(void **abstract)
{
    return (uintptr_t)*abstract;
}

static LIBSSH2_ALLOC_FUNC(session_alloc)
{
    (void)abstract;
    return malloc(count);
}

/* Passwords, keys and plaintext pass through many buffers of libssh2: none
   goes back to the allocator with its content. */
static LIBSSH2_FREE_FUNC(session_free)
{
    (void)abstract;
    if(ptr) {
        explicit_bzero(ptr, malloc_usable_size(ptr));
        free(ptr);
    }
}

static LIBSSH2_REALLOC_FUNC(session_realloc)
{
    size_t old = ptr ? malloc_usable_size(ptr) : 0;
    void *copy;
    if(count && old >= count)
        return ptr;
    copy = malloc(count);
    if(copy && ptr) {
        memcpy(copy, ptr, old);
        session_free(ptr, abstract);
    }
    return copy;
}

static LIBSSH2_RECV_FUNC(session_recv)
{
    int got = host_recv(host_id(abstract), buffer, length);
    (void)socket;
    (void)flags;
    return got == HOST_PENDING ? -EAGAIN : got;
}

static LIBSSH2_SEND_FUNC(session_send)
{
    int sent = host_send(host_id(abstract), buffer, length);
    (void)socket;
    (void)flags;
    return sent == HOST_FAILED ? -EPIPE : sent;
}

static LIBSSH2_DISCONNECT_FUNC(session_disconnect)
{
    (void)session;
    (void)language;
    (void)language_len;
    host_disconnect(host_id(abstract), reason, message, message_len);
}

static LIBSSH2_DEBUG_FUNC(session_debug)
{
    (void)session;
    (void)language;
    (void)language_len;
    host_debug(host_id(abstract), always_display, message, message_len);
}

static LIBSSH2_IGNORE_FUNC(session_ignore)
{
    (void)session;
    host_ignore(host_id(abstract), message, message_len);
}

static LIBSSH2_X11_OPEN_FUNC(session_x11_open)
{
    (void)session;
    host_x11_open(host_id(abstract), channel, shost, sport);
}

static LIBSSH2_AUTHAGENT_FUNC(session_agent_open)
{
    (void)session;
    host_agent_open(host_id(abstract), channel);
}

LIBSSH2_SESSION *glue_session_new(uintptr_t id)
{
    LIBSSH2_SESSION *session = libssh2_session_init_ex(
        session_alloc, session_free, session_realloc, (void *)id);
    if(!session)
        return NULL;
    libssh2_session_set_blocking(session, 0);
    /* No limit of libssh2's own: time-outs are the caller's (AbortSignal). */
    libssh2_session_set_read_timeout(session, 0);
    session->recv = session_recv;
    session->send = session_send;
    session->ssh_msg_disconnect = session_disconnect;
    return session;
}

int glue_session_handshake(LIBSSH2_SESSION *session)
{
    return libssh2_session_handshake(session, NO_SOCKET);
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

/* Law 8: takes in whatever has arrived while no call is waiting for it.
   Only after the handshake. LIBSSH2_ERROR_EAGAIN is the normal end. */
int glue_session_service(LIBSSH2_SESSION *session)
{
    int rc;
    do {
        rc = _libssh2_transport_read(session);
    } while(rc > 0);
    return rc;
}
