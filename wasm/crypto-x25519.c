/* X25519 (RFC 7748) on libsodium's Montgomery ladder, also for the base
   point: libsodium's faster method needs a table of 30 kB, a fifth of the
   module, to save 0.05 ms per connection. Its file is included for the
   ladder, which is static there. */
#pragma GCC diagnostic ignored "-Wunused-function"
#include "../crypto_scalarmult/curve25519/ref10/x25519_ref10.c"

int crypto_scalarmult_curve25519(unsigned char *shared,
                                 const unsigned char *scalar,
                                 const unsigned char *point)
{
    if(crypto_scalarmult_curve25519_ref10(shared, scalar, point))
        return -1;
    return sodium_is_zero(shared, crypto_scalarmult_curve25519_BYTES) ? -1 : 0;
}

int crypto_scalarmult_curve25519_base(unsigned char *public_value,
                                      const unsigned char *scalar)
{
    static const unsigned char base[crypto_scalarmult_curve25519_BYTES] = { 9 };
    return crypto_scalarmult_curve25519(public_value, scalar, base);
}
