/* Callbacks of userauth that ask JavaScript and may have to wait for it.
   They rely on patches 07xx: a callback may return EAGAIN. */
#include <stdlib.h>
#include <string.h>
#include "glue.h"
#include "libssh2_priv.h"
#include "packet.h"
#include "transport.h"
#include "userauth.h"

/* Fetches an announced answer into memory that libssh2 zeroes and frees. */
static int take_answer(LIBSSH2_SESSION *session, uintptr_t id, int length,
                       unsigned char **answer)
{
    if(length == HOST_PENDING)
        return LIBSSH2_ERROR_EAGAIN;
    if(length < 0)
        return LIBSSH2_ERROR_AUTHENTICATION_FAILED;
    *answer = LIBSSH2_ALLOC(session, (size_t)length + 1);
    if(!*answer)
        return LIBSSH2_ERROR_ALLOC;
    host_take_answer(id, *answer, (size_t)length);
    (*answer)[length] = 0;
    return 0;
}

static LIBSSH2_USERAUTH_PUBLICKEY_SIGN_FUNC(userauth_sign)
{
    uintptr_t id = glue_host_id(abstract);
    size_t name_len = 0;
    const char *name = libssh2_userauth_publickey_algorithm(session,
                                                            &name_len);
    int length = host_sign(id, name, name_len, data, data_len);
    *sig_len = length > 0 ? (size_t)length : 0;
    return take_answer(session, id, length, sig);
}

int glue_userauth_publickey(LIBSSH2_SESSION *session, const char *user,
                            size_t user_len, const unsigned char *key,
                            size_t key_len, const char *algorithms)
{
    return libssh2_userauth_publickey_alg(session, user, user_len, key,
                                          key_len, algorithms, userauth_sign,
                                          &session->abstract);
}

static unsigned char *put_string(unsigned char *at, const void *text,
                                 size_t length)
{
    _libssh2_store_u32(&at, (uint32_t)length);
    if(length)
        memcpy(at, text, length);
    return at + length;
}

/* One round as JavaScript reads it: string name, string instruction, uint32
   count, then for each prompt string text and boolean echo. */
static unsigned char *encode_round(LIBSSH2_SESSION *session, size_t *length,
                                   const char *name, int name_len,
                                   const char *instruction,
                                   int instruction_len, int count,
                                   const LIBSSH2_USERAUTH_KBDINT_PROMPT *each)
{
    size_t size = 12 + (size_t)name_len + (size_t)instruction_len;
    unsigned char *round;
    unsigned char *at;
    int i;
    for(i = 0; i < count; i++)
        size += 5 + each[i].length;
    round = LIBSSH2_ALLOC(session, size);
    if(!round)
        return NULL;
    at = put_string(round, name, (size_t)name_len);
    at = put_string(at, instruction, (size_t)instruction_len);
    _libssh2_store_u32(&at, (uint32_t)count);
    for(i = 0; i < count; i++) {
        at = put_string(at, each[i].text, each[i].length);
        *at++ = each[i].echo != 0;
    }
    *length = size;
    return round;
}

/* Parses `count` answers, each after its length. */
static int decode_answers(LIBSSH2_SESSION *session, const unsigned char *at,
                          size_t left, int count,
                          LIBSSH2_USERAUTH_KBDINT_RESPONSE *responses)
{
    int i;
    for(i = 0; i < count; i++) {
        size_t length;
        if(left < 4)
            return LIBSSH2_ERROR_INVAL;
        length = _libssh2_ntohu32(at);
        if(length > left - 4)
            return LIBSSH2_ERROR_INVAL;
        responses[i].text = LIBSSH2_ALLOC(session, length + 1);
        if(!responses[i].text)
            return LIBSSH2_ERROR_ALLOC;
        memcpy(responses[i].text, at + 4, length);
        responses[i].length = (unsigned int)length;
        at += 4 + length;
        left -= 4 + length;
    }
    return 0;
}

static LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC(userauth_respond)
{
    /* libssh2 passes the address of session->abstract. */
    LIBSSH2_SESSION *session = (LIBSSH2_SESSION *)(void *)
        ((char *)abstract - offsetof(LIBSSH2_SESSION, abstract));
    uintptr_t id = glue_host_id(abstract);
    unsigned char *answers = NULL;
    size_t round_len = 0;
    int length;
    int rc;
    unsigned char *round = encode_round(session, &round_len, name, name_len,
                                        instruction, instruction_len,
                                        num_prompts, prompts);
    if(!round)
        return LIBSSH2_ERROR_ALLOC;
    length = host_prompt(id, round, round_len);
    LIBSSH2_FREE(session, round);
    rc = take_answer(session, id, length, &answers);
    if(rc == 0) {
        rc = decode_answers(session, answers, (size_t)length, num_prompts,
                            responses);
        _libssh2_explicit_zero(answers, (size_t)length);
    }
    LIBSSH2_FREE(session, answers);
    return rc;
}

int glue_userauth_keyboard_interactive(LIBSSH2_SESSION *session,
                                       const char *user, unsigned int user_len)
{
    return libssh2_userauth_keyboard_interactive_ex(session, user, user_len,
                                                    userauth_respond);
}

static LIBSSH2_PASSWD_CHANGEREQ_FUNC(userauth_change)
{
    uintptr_t id = glue_host_id(abstract);
    size_t prompt_len = 0;
    const char *prompt = libssh2_userauth_password_prompt(session,
                                                          &prompt_len);
    int length = host_new_password(id, prompt, prompt_len);
    *newpw_len = length > 0 ? length : 0;
    return take_answer(session, id, length, (unsigned char **)newpw);
}

int glue_userauth_password(LIBSSH2_SESSION *session, const char *user,
                           unsigned int user_len, const char *password,
                           unsigned int password_len, int may_change)
{
    return libssh2_userauth_password_ex(session, user, user_len, password,
                                        password_len,
                                        may_change ? userauth_change : NULL);
}

/* Sends an SSH_MSG_USERAUTH_REQUEST that is whole, signature included, and waits
   for the verdict: what has no function of its own, as hostbased. */
int glue_userauth_request(LIBSSH2_SESSION *session,
                          const unsigned char *request, size_t length)
{
    static const unsigned char verdicts[3] = { SSH_MSG_USERAUTH_SUCCESS,
        SSH_MSG_USERAUTH_FAILURE, 0 };
    size_t answer_len;
    int rc = 0, success;
    if(session->userauth_host_state == libssh2_NB_state_idle) {
        rc = _libssh2_transport_send(session, request, length, NULL, 0);
        if(rc == LIBSSH2_ERROR_EAGAIN)
            return rc;
        memset(&session->userauth_host_packet_requirev_state, 0,
               sizeof(session->userauth_host_packet_requirev_state));
        session->userauth_host_state = libssh2_NB_state_sent;
    }
    if(!rc)
        rc = _libssh2_userauth_reply(session, verdicts,
                                     &session->userauth_host_data,
                                     &answer_len, &session->
                                     userauth_host_packet_requirev_state);
    if(rc == LIBSSH2_ERROR_EAGAIN)
        return rc;
    session->userauth_host_state = libssh2_NB_state_idle;
    if(rc)
        return _libssh2_error(session, rc, "Authentication failed");
    success = session->userauth_host_data[0] == SSH_MSG_USERAUTH_SUCCESS;
    if(success)
        session->state |= LIBSSH2_STATE_AUTHENTICATED;
    else
        _libssh2_userauth_failure(session, session->userauth_host_data,
                                  answer_len);
    LIBSSH2_FREE(session, session->userauth_host_data);
    session->userauth_host_data = NULL;
    return success ? 0 :
        _libssh2_error(session, LIBSSH2_ERROR_AUTHENTICATION_FAILED,
                       "The server refuses");
}
