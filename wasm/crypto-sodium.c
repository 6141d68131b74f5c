/* The few helpers that libsodium's primitives need from the rest of
   libsodium, which is not compiled: its utils.c and randombytes need an
   operating system. */
#include <sodium/core.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>
#include <mbedtls/constant_time.h>
#include <mbedtls/platform_util.h>
#include <stdlib.h>
#include "glue.h"

void sodium_memzero(void *const memory, const size_t length)
{
    mbedtls_platform_zeroize(memory, length);
}

int sodium_memcmp(const void *const a, const void *const b, size_t length)
{
    return mbedtls_ct_memcmp(a, b, length) ? -1 : 0;
}

int sodium_is_zero(const unsigned char *bytes, const size_t length)
{
    unsigned char any = 0;
    size_t i;
    for(i = 0; i < length; i++)
        any |= bytes[i];
    return !any;
}

/* Called for arguments that no caller of ours passes. */
void sodium_misuse(void)
{
    abort();
}

/* Only used by functions that nobody calls here: seeds are drawn where a
   failure can be reported. */
void randombytes_buf(void *const buffer, const size_t length)
{
    if(glue_random(buffer, length))
        abort();
}
