/* Randomness, the time, and the size of the heap. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "glue.h"

/* libssh2 asks in every call. The C library's own goes through WASI, whose
   large integers cost more than the time itself. */
time_t time(time_t *at)
{
    time_t now = (time_t)(host_now() / 1000);
    if(at)
        *at = now;
    return now;
}

/* Short requests are for padding, which every packet has, and cookies, and for
   no key: one call of the host brings bytes for many. `left` of them are
   unused; used ones are zeroed. */
#define SHORT 31
static unsigned char pool[512];
static size_t left;

static int from_host(void *buffer, size_t length)
{
    return host_random(buffer, length) == 0 ? 0 : -1;
}

int glue_random(void *buffer, size_t length)
{
    if(length > SHORT)
        return from_host(buffer, length);
    if(left < length) {
        left = 0;
        if(from_host(pool, sizeof(pool)))
            return -1;
        left = sizeof(pool);
    }
    left -= length;
    memcpy(buffer, pool + left, length);
    memset(pool + left, 0, length);
    return 0;
}

/* Bytes that malloc has handed out and not got back: leak tests compare it. */
size_t glue_heap_used(void)
{
    return mallinfo().uordblks;
}
