/* glue_random() of a native program. */
#include <sys/random.h>
#include "glue.h"

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
