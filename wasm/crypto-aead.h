#ifndef CRYPTO_AEAD_H
#define CRYPTO_AEAD_H
#include <stddef.h>

/* A whole packet goes through crypt() at once: the four bytes of its length
   field (RFC 4253 section 6), the body, and room for the tag behind it. */
#define AEAD_LENGTH_FIELD 4

/* transport.c counts the length field when it encrypts and not when it
   decrypts. */
static inline size_t aead_body(size_t length, int encrypt)
{
    if(!encrypt)
        return length;
    return length < AEAD_LENGTH_FIELD ? 0 : length - AEAD_LENGTH_FIELD;
}

#endif
