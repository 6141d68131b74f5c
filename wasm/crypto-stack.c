/* Zeroes what keys leave on the stack. */
#include "glue.h"

#ifdef __wasm__
/* Both ends of the stack, from the linker. */
extern char __stack_low;
/* A checked build writes this there to notice an overflow. */
#define COOKIE 16

__attribute__((noinline, no_sanitize("address", "undefined")))
void glue_wipe_stack(void)
{
    volatile char *at = &__stack_low + COOKIE;
    volatile char *end = __builtin_frame_address(0);
    for(; at + sizeof(uint64_t) <= end; at += sizeof(uint64_t)) {
        volatile uint64_t *word = (volatile uint64_t *)at;
        /* A page that is only read takes no memory: most of the stack is
           never used. */
        if(*word)
            *word = 0;
    }
}
#else
void glue_wipe_stack(void)
{
}
#endif
