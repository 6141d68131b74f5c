/* Callbacks of userauth that ask JavaScript and may have to wait for it. */
#include <stdlib.h>
#include "glue.h"
#include "libssh2_priv.h"

static LIBSSH2_USERAUTH_PUBLICKEY_SIGN_FUNC(userauth_sign)
{
    uintptr_t id = (uintptr_t)*abstract;
    int length = host_sign(id, data, data_len);
    if(length == HOST_PENDING)
        return LIBSSH2_ERROR_EAGAIN;
    if(length <= 0)
        return LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED;
    *sig = LIBSSH2_ALLOC(session, (size_t)length);
    if(!*sig)
        return LIBSSH2_ERROR_ALLOC;
    *sig_len = (size_t)length;
    host_take_answer(id, *sig, *sig_len);
    return 0;
}

int glue_userauth_publickey(LIBSSH2_SESSION *session, const char *user,
                            const unsigned char *key, size_t key_len)
{
    return libssh2_userauth_publickey(session, user, key, key_len,
                                      userauth_sign, &session->abstract);
}
