/* Randomness, the time, and the size of the heap. */
#include <malloc.h>
#include <stdlib.h>
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

int glue_random(void *buffer, size_t length)
{
    return host_random(buffer, length) == 0 ? 0 : -1;
}

/* Bytes that malloc has handed out and not got back: leak tests compare it. */
size_t glue_heap_used(void)
{
    return mallinfo().uordblks;
}
