#ifndef GLUE_H
#define GLUE_H
/* Shared declarations of our C files; the interface of C and JavaScript is
   in interface.h. */
#include "interface.h"

/* Fills `length` bytes from crypto.getRandomValues. 0, or -1 if that failed.
 */
int glue_random(void *buffer, size_t length);

/* Zeroes the unused part of the stack, which has held keys and their inputs.
   Only in WebAssembly. */
void glue_wipe_stack(void);

/* The number of the session whose `abstract` libssh2 passes to a callback. */
uintptr_t glue_host_id(void **abstract);

/* How much the keys of a session have been used, and the limits. */
struct keys {
    uint64_t bytes; /* in both directions, since the last key exchange */
    time_t since;
    uint32_t sent, received; /* the packet numbers at that time */
    int exchanging, asked;
    int exchanges; /* that have come to their end */
    double bytes_limit, seconds_limit;
};
struct keys *glue_keys_of(LIBSSH2_SESSION *session);
void glue_keys_new(struct keys *keys);
int glue_keys_service(LIBSSH2_SESSION *session, struct keys *keys);

/* Parcels (glue-parcels.c): a block whose rest is in JavaScript. It has the
   message up to its data, and the session's memory counts the whole. */
enum { PARCEL_HEAD = HOST_PARCEL_HEAD - 1, PARCEL_OVERHEAD = 256 };
extern const struct libssh2_elsewhere glue_parcels;
/* The bytes that the session's limit leaves for the next one. */
size_t glue_parcel_room(LIBSSH2_SESSION *session);
/* Takes ownership of the parcel, also if it returns NULL. */
unsigned char *glue_parcel_new(LIBSSH2_SESSION *session, uint32_t parcel,
                               const unsigned char *message, size_t length);
/* Its number, or 0 if the whole message is in the block. */
uint32_t glue_parcel_of(const unsigned char *message);
/* Bytes of the transport that did not pass through RECV or SEND. */
void glue_count_bytes(LIBSSH2_SESSION *session, size_t bytes);
/* Whether the current read takes whole packets. */
int *glue_read_whole(LIBSSH2_SESSION *session);
/* The write that is made now (glue_channel_write). */
struct writing {
    const void *text; /* what stands for it, or NULL */
    size_t at; /* how much of it is in packets that have left */
};
struct writing *glue_writing(LIBSSH2_SESSION *session);

struct _LIBSSH2_SESSION;
/* Passes global requests and answers to the host. */
void glue_global_listen(struct _LIBSSH2_SESSION *session);

/* Whether a long computation may continue for some milliseconds. If not:
   return EAGAIN, the event loop gets its turn, and the call is made again. */
int glue_slice(struct _LIBSSH2_SESSION *session);

#endif
