#ifndef FUZZ_SESSION_H
#define FUZZ_SESSION_H
/* One run of fuzz-session: a session of the module's glue against a server
   that the input plays. */
#include "crypto-kex.h"
#include "glue.h"
#include "libssh2_sftp.h"

/* How packets look after NEWKEYS. Nothing is encrypted: what a hostile server
   may send is anything, and it knows the keys. */
enum shape { MAC_AFTER, ETM, AEAD, SHAPES };

#define SLOTS 3

struct fuzz {
    LIBSSH2_SESSION *session;
    LIBSSH2_CHANNEL *channels[SLOTS];
    LIBSSH2_LISTENER *listener;
    LIBSSH2_SFTP *sftp;
    LIBSSH2_SFTP_HANDLE *handles[2]; /* a file, a directory */

    unsigned char *wire; /* what the server has sent */
    size_t wire_len, wire_size, wire_at;
    size_t most;  /* bytes that one RECV gives */
    int ended;    /* nothing more will come */
    int handshaken;
    int packets;  /* framed as after NEWKEYS */
    enum shape shape;
    unsigned exchange; /* of the server's last KEXINIT */
    uint32_t last_id;  /* of the client's last SFTP request */
    uint32_t answers;  /* of the next callback: 0 PENDING, else what it gives */
    size_t answer_len; /* announced to C and not taken yet */
    unsigned fail_after; /* of so many allocations the last fails; 0: none */
};

extern struct fuzz fuzz;

/* fuzz-server.c: the server's side of the wire. */
void server_bytes(const void *data, size_t length);
/* Says that RECV has something to tell. */
void server_moved(void);
void server_packet(const unsigned char *payload, size_t length);
/* Reads what it is given: a pointer or length that lies is noticed. */
void look_at(const void *data, size_t length);
/* The identification, and what makes a key exchange succeed, in two parts. */
void server_identification(void);
/* `choice`: of key exchange and host key; 0 is one that works. The reply has
   the form of the exchange, and an Ed25519 key. */
void server_kexinit(unsigned choice);
void server_kex_reply(void);

/* fuzz-calls.c: begins call `number`, or goes on with the one under way.
   LIBSSH2_ERROR_EAGAIN while it wants to be repeated. */
int client_call(unsigned number, const unsigned char *args, size_t length);
int client_goes_on(void);
int client_busy(void);
/* Calls that do not wait for the one under way. */
void client_aside(unsigned number);
void client_forgets(void);
enum { CALL_HANDSHAKE, CALL_AUTH_LIST, CALL_OPEN, CALL_EXEC, CALL_SFTP_INIT,
       CALL_LISTEN, CALL_CLOSE_ALL, CALL_OPEN_FILE, CALL_OPEN_DIR };

#endif
