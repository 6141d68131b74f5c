/* Randomness, and the size of the heap. */
#include <malloc.h>
#include <stdlib.h>
#include "glue.h"

int glue_random(void *buffer, size_t length)
{
    return host_random(buffer, length) == 0 ? 0 : -1;
}

/* Bytes that malloc has handed out and not got back: leak tests compare it. */
size_t glue_heap_used(void)
{
    return mallinfo().uordblks;
}
