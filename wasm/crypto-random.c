/* Entropy of mbedTLS, from the host's crypto.getRandomValues. */
#include <stddef.h>
#include "mbedtls/entropy.h"
#include "entropy_poll.h"
#include "glue.h"

int mbedtls_hardware_poll(void *data, unsigned char *output, size_t length, size_t *filled)
{
    (void)data;
    if(glue_random(output, length))
        return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
    *filled = length;
    return 0;
}
