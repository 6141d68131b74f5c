#ifndef CRYPTO_BIG_ENDIAN_H
#define CRYPTO_BIG_ENDIAN_H
#include <stdint.h>
#include <string.h>

/* Numbers of 64 bits as ciphers have them in memory. */
static inline uint64_t load_be64(const unsigned char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof(v));
    return __builtin_bswap64(v);
}

static inline void store_be64(unsigned char *p, uint64_t v)
{
    v = __builtin_bswap64(v);
    memcpy(p, &v, sizeof(v));
}

#endif
