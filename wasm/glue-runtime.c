/* Randomness and the figures of the heap. */
#include <malloc.h>
#include <stdlib.h>
#include "glue.h"

int glue_random(void *buffer, size_t length)
{
    return host_random(buffer, length) == 0 ? 0 : -1;
}

/* Bytes handed out by malloc and not given back: what a leak test compares. */
size_t glue_heap_used(void)
{
    return mallinfo().uordblks;
}
