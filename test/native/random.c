/* What a native program has in the place of the glue. */
#include <sys/random.h>
#include "glue.h"

/* It has no event loop. */
int glue_slice(struct _LIBSSH2_SESSION *session)
{
    (void)session;
    return 1;
}

/* No host that verifies what only JavaScript can: such a key is refused. */
uintptr_t glue_host_id(void **abstract)
{
    (void)abstract;
    return 0;
}

int host_verify(uintptr_t id, const void *key, size_t key_length,
                const void *signature, size_t signature_length,
                const void *data, size_t length)
{
    (void)id; (void)key; (void)key_length; (void)signature;
    (void)signature_length; (void)data; (void)length;
    return HOST_FAILED;
}

int glue_random(void *buffer, size_t length)
{
    unsigned char *at = buffer;
    while(length) {
        ssize_t got = getrandom(at, length, 0);
        if(got <= 0)
            return -1;
        at += got;
        length -= (size_t)got;
    }
    return 0;
}
