/* Global requests (RFC 4254 section 4), and what the server has said about
   itself: the mechanisms behind OpenSSH's extensions. */
#include <string.h>
#include "glue.h"
#include "libssh2_priv.h"
#include "packet.h"
#include "transport.h"

/* Sends a request. If an answer is wanted, it goes to host_global_answer(),
   in the order of the requests. During a key exchange it returns EAGAIN, and
   sends nothing. */
int glue_session_global_request(LIBSSH2_SESSION *session, const char *name,
                                size_t name_len, int want_reply,
                                const void *body, size_t body_len)
{
    size_t length = 6 + name_len + body_len;
    unsigned char *packet, *s;
    int rc;
    s = packet = LIBSSH2_ALLOC(session, length);
    if(!packet)
        return _libssh2_error(session, LIBSSH2_ERROR_ALLOC,
                              "memory for a global request");
    *s++ = SSH_MSG_GLOBAL_REQUEST;
    _libssh2_store_str(&s, name, name_len);
    *s++ = (unsigned char)(want_reply != 0);
    if(body_len)
        memcpy(s, body, body_len);
    rc = want_reply ?
        _libssh2_global_request(session, libssh2_global_host, packet, length) :
        _libssh2_transport_send(session, packet, length, NULL, 0);
    LIBSSH2_FREE(session, packet);
    return rc && rc != LIBSSH2_ERROR_EAGAIN ?
        _libssh2_error(session, rc, "Unable to send a global request") : rc;
}

static void session_global_request(LIBSSH2_SESSION *session,
                                   const unsigned char *name, size_t name_len,
                                   int want_reply, const unsigned char *body,
                                   size_t body_len)
{
    host_global_request(glue_host_id(&session->abstract), name, name_len,
                        want_reply, body, body_len);
}

static void session_global_answer(LIBSSH2_SESSION *session, int success,
                                  const unsigned char *body, size_t body_len)
{
    host_global_answer(glue_host_id(&session->abstract), success, body,
                       body_len);
}

void glue_global_listen(LIBSSH2_SESSION *session)
{
    session->global_request = session_global_request;
    session->global_answer = session_global_answer;
}

/* The pairs in the server's first EXT_INFO, two strings each; NULL for none.
 */
const void *glue_session_extensions(LIBSSH2_SESSION *session, size_t *length)
{
    *length = session->ext_info_len;
    return session->ext_info;
}

/* The results of the first key exchange. 0 before it, and if the signature
   was too long. */
int glue_session_exchange(LIBSSH2_SESSION *session,
                          struct first_exchange *facts)
{
    facts->session_id = session->session_id;
    facts->session_id_length = session->session_id_len;
    facts->host_key = session->server_hostkey;
    facts->host_key_length = session->server_hostkey_len;
    facts->signature = session->server_signature;
    facts->signature_length = session->server_signature_len;
    return session->session_id && session->server_hostkey &&
        session->server_signature;
}

/* Whether the first exchange agreed on strict key exchange. */
int glue_session_strict(LIBSSH2_SESSION *session)
{
    return session->kex_strict;
}
