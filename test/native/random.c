/* What a native program has in the place of the glue. */
#include <sys/random.h>
#include "glue.h"

/* It has no event loop. */
int glue_slice(struct _LIBSSH2_SESSION *session)
{
    (void)session;
    return 1;
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
