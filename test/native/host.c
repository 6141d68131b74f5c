/* Ciphers of the host (wasm/interface.h) in a native program: there are none, so that
   keys are never made, and the rest is never called. */
#include "glue.h"

int host_key_new(int algorithm, const void *key, size_t key_len,
                 const void *counter)
{
    (void)algorithm;
    (void)key;
    (void)key_len;
    (void)counter;
    return 0;
}

void host_key_free(int key)
{
    (void)key;
}

int host_ctr(int key, void *data, size_t length)
{
    (void)key;
    (void)data;
    (void)length;
    return HOST_FAILED;
}

int host_gcm_seal(int key, const void *nonce, void *packet, size_t body)
{
    (void)nonce;
    return host_ctr(key, packet, body);
}

int host_gcm_open(int key, const void *nonce, void *packet, size_t body)
{
    (void)nonce;
    return host_ctr(key, packet, body);
}

int host_hmac(int key, uint32_t sequence, const void *packet,
              size_t packet_len, const void *more, size_t more_len, void *mac)
{
    (void)sequence;
    (void)packet;
    (void)packet_len;
    (void)more;
    return host_ctr(key, mac, more_len);
}
