#ifndef GLUE_H
#define GLUE_H
/* What the files of our C ask of one another; what C and JavaScript do is in
   interface.h. */
#include "interface.h"

/* Fills `length` bytes from crypto.getRandomValues. 0, or -1 when that failed. */
int glue_random(void *buffer, size_t length);

/* Zeroes the part of the stack that is not in use: keys and what they were made
   from have been there. Only in WebAssembly. */
void glue_wipe_stack(void);

/* The number of the session whose `abstract` libssh2 hands to a callback. */
uintptr_t glue_host_id(void **abstract);

/* How much the keys of a session have been used, and when that is too much. */
struct keys {
    uint64_t bytes; /* both ways, since the last exchange of keys */
    time_t since;
    uint32_t sent, received; /* the packets' numbers then */
    int exchanging, asked;
    double bytes_limit, seconds_limit;
};
struct keys *glue_keys_of(LIBSSH2_SESSION *session);
void glue_keys_new(struct keys *keys);
int glue_keys_service(LIBSSH2_SESSION *session, struct keys *keys);

/* Parcels (glue-parcels.c): a block whose rest lies with JavaScript. It has the
   message up to its data, and the session's memory counts the whole. */
enum { PARCEL_HEAD = HOST_PARCEL_HEAD - 1, PARCEL_OVERHEAD = 256 };
extern const struct libssh2_elsewhere glue_parcels;
/* Bytes that the session's limit leaves for the next one. */
size_t glue_parcel_room(LIBSSH2_SESSION *session);
/* Takes the parcel over, also where it gives NULL. */
unsigned char *glue_parcel_new(LIBSSH2_SESSION *session, uint32_t parcel,
                               const unsigned char *message, size_t length);
/* Its number, or 0 where all of the message lies in the block. */
uint32_t glue_parcel_of(const unsigned char *message);
/* Bytes of the transport that did not come by RECV. */
void glue_count_received(LIBSSH2_SESSION *session, size_t bytes);
/* Whether the read that is made now takes packets whole. */
int *glue_read_whole(LIBSSH2_SESSION *session);

struct _LIBSSH2_SESSION;
/* Has global requests and answers go to the host. */
void glue_global_listen(struct _LIBSSH2_SESSION *session);

/* Whether a long computation may go on for some milliseconds. If not: give
   EAGAIN, the event loop takes its turn, and the call is made again. */
int glue_slice(struct _LIBSSH2_SESSION *session);

#endif
