/* Parcels of a host that has memory of its own (src/parcels/README.md). */

#include <stdlib.h>
#include <string.h>
#include "fuzz-session.h"

/* Messages that the host keeps, by number; 0 is none. No packet is taken from
   the transport: where the runtime has no ciphers, none is. */
#define PARCELS 64
static struct { unsigned char *bytes; size_t length; } parcels[PARCELS + 1];

int host_parcel_take(uintptr_t id, int key, const void *nonce, size_t room,
                     struct taken_packet *taken, void *head)
{
    (void)id; (void)key; (void)nonce; (void)room; (void)head;
    taken->most = 0;
    return 0;
}

int host_parcel_keep(uintptr_t id, const void *message, size_t length)
{
    int i;
    (void)id;
    for(i = 1; i <= PARCELS; i++)
        if(!parcels[i].bytes) {
            parcels[i].bytes = malloc(length ? length : 1);
            if(!parcels[i].bytes)
                return 0;
            memcpy(parcels[i].bytes, message, length);
            parcels[i].length = length;
            return i;
        }
    return 0;
}

static const unsigned char *within(int parcel, size_t at, size_t length)
{
    if(parcel < 1 || parcel > PARCELS || !parcels[parcel].bytes ||
       at > parcels[parcel].length || length > parcels[parcel].length - at)
        abort();
    return parcels[parcel].bytes + at;
}

void host_parcel_give(uintptr_t id, int parcel, size_t at, size_t length)
{
    (void)id;
    look_at(within(parcel, at, length), length);
}

void host_read(uintptr_t id, const void *bytes, size_t length)
{
    (void)id;
    look_at(bytes, length);
}

void host_parcel_copy(uintptr_t id, int parcel, size_t at, void *to,
                      size_t length)
{
    (void)id;
    memcpy(to, within(parcel, at, length), length);
}

void host_parcel_free(uintptr_t id, int parcel)
{
    (void)id;
    within(parcel, 0, 0);
    free(parcels[parcel].bytes);
    parcels[parcel].bytes = NULL;
}

/* Nothing here writes by glue_channel_write. */
void host_text_copy(uintptr_t id, size_t at, void *to, size_t length)
{
    (void)id; (void)at;
    memset(to, 0, length);
}

int host_text_seal(uintptr_t id, int key, const void *nonce,
                   const void *packet, size_t head, size_t at, size_t length,
                   size_t padding)
{
    (void)id; (void)key; (void)nonce; (void)packet; (void)head; (void)at;
    (void)length; (void)padding;
    return HOST_FAILED;
}
