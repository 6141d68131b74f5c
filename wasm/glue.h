#ifndef GLUE_H
#define GLUE_H
/* What C and JavaScript ask of one another. The host_* functions are imports,
   written in library.js; every other function here is C. */
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include "libssh2.h"

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

struct _LIBSSH2_SESSION;
/* Has global requests and answers go to the host. */
void glue_global_listen(struct _LIBSSH2_SESSION *session);

/* Answers of the host functions that may have to wait for somebody. */
#define HOST_PENDING (-1)
#define HOST_FAILED (-2)

/* Whether a long computation may go on for some milliseconds. If not: give
   EAGAIN, the event loop takes its turn, and the call is made again. */
int glue_slice(struct _LIBSSH2_SESSION *session);

/* `session` is the number that JavaScript gave to glue_session_new(). */
int host_random(void *buffer, size_t length);
/* Bytes copied; 0 at end of stream; HOST_PENDING when none have arrived. */
int host_recv(uintptr_t session, void *buffer, size_t length);
/* Takes everything: returns `length`, or HOST_FAILED on a closed transport. */
int host_send(uintptr_t session, const void *data, size_t length);
/* Length of the signature blob, HOST_PENDING or HOST_FAILED. */
int host_sign(uintptr_t session, const char *algorithm, size_t algorithm_len,
              const void *data, size_t length);
/* Length of the answers to a round of prompts, or as host_sign. */
int host_prompt(uintptr_t session, const void *round, size_t length);
/* Length of the new password, or as host_sign. */
int host_new_password(uintptr_t session, const char *prompt, size_t length);
/* Copies the answer that one of the three announced. */
void host_take_answer(uintptr_t session, void *buffer, size_t length);
/* 1, or 0 when there has been a slice in this turn of the event loop already. */
int host_slice(uintptr_t session);
/* Something has arrived for the channel of this number of ours, or for all
   (HOST_PENDING). */
void host_news(uintptr_t session, int channel);
/* Ciphers and MACs of the host, where it has them. */
enum { HOST_AES_CTR, HOST_AES_GCM, HOST_HMAC_SHA256, HOST_HMAC_SHA512 };
/* The number of a key that the host keeps from now on; 0 if it has no such
   algorithm, then ours are used. `counter` is that of HOST_AES_CTR. */
int host_key_new(int algorithm, const void *key, size_t key_len,
                 const void *counter);
void host_key_free(int key);
/* These work in place: 0, or HOST_FAILED with nothing changed. */
int host_ctr(int key, void *data, size_t length);
/* `packet`: four bytes of associated data, `body` bytes, a tag of 16. */
int host_gcm_seal(int key, const void *nonce, void *packet, size_t body);
int host_gcm_open(int key, const void *nonce, void *packet, size_t body);
int host_hmac(int key, uint32_t sequence, const void *packet,
              size_t packet_len, const void *more, size_t more_len,
              void *mac);
void host_disconnect(uintptr_t session, int reason, const char *message,
                     int message_len);
void host_debug(uintptr_t session, int always_display, const char *message,
                int message_len);
void host_ignore(uintptr_t session, const char *message, int message_len);
/* A global request of the server, answered with a refusal by C if it wants an
   answer; and the answer to one of glue_session_global_request(). */
void host_global_request(uintptr_t session, const void *name, size_t name_len,
                         int want_reply, const void *body, size_t body_len);
void host_global_answer(uintptr_t session, int success, const void *body,
                        size_t body_len);
void host_x11_open(uintptr_t session, LIBSSH2_CHANNEL *channel,
                   const char *originator, int port);
void host_agent_open(uintptr_t session, LIBSSH2_CHANNEL *channel);

#endif
