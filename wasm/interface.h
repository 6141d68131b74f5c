/* The interface between C and TypeScript, and its only definition: what the
   module exports and imports, and the structures that TypeScript reads by
   offset. Our C includes this file, so the compiler compares it with the
   definitions and with libssh2's headers; scripts/generate/interface.mjs
   generates src/ffi/{exports,host,layouts}.gen.ts, wasm/library.gen.js and
   wasm/interface.gen.c from it, and scripts/build/wasm-signatures.mjs
   compares the linked module with it.

   It is a small subset of C: typedefs of pointers, structures, enums and
   prototypes. A comment directly above a declaration becomes its
   documentation in TypeScript, where parameters have the same names as here.
   A function called host_* is an import that JavaScript implements, every
   other one is an export. */
#ifndef INTERFACE_H
#define INTERFACE_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include "libssh2.h"
#include "libssh2_sftp.h"

/* ---- Pointers that TypeScript tells apart. All others are `Bytes` there,
   except a `void *` that is passed to an export, which may be of any kind. */

typedef LIBSSH2_SESSION *SessionPointer;
typedef LIBSSH2_CHANNEL *ChannelPointer;
typedef struct opening *OpeningPointer;
typedef LIBSSH2_SFTP *SftpPointer;
typedef LIBSSH2_SFTP_HANDLE *SftpHandlePointer;
typedef LIBSSH2_LISTENER *ListenerPointer;
typedef LIBSSH2_KNOWNHOSTS *KnownHostsPointer;
/* An entry of a collection, owned by it. */
typedef struct libssh2_knownhost *KnownHostPointer;

/* ---- Structures that TypeScript reads or writes by offset. */

/* How the process has ended. */
struct exit_state {
    int32_t has_status;
    int32_t status;
    int32_t core_dumped;
};

/* The results of the first key exchange: addresses and lengths. */
struct first_exchange {
    const void *session_id;
    size_t session_id_length;
    const void *host_key;
    size_t host_key_length;
    const void *signature;
    size_t signature_length;
};

/* What an opening begins with: the number of the channel, as host_news()
   reports it. */
struct opening_head {
    uint32_t number;
};

/* The result of host_parcel_take for a packet: its bytes on the transport
   and its packet_length, if it was taken; otherwise the most that RECV
   should take, 0 for no limit. */
struct taken_packet {
    uint32_t size;
    uint32_t packet_length;
    uint32_t most;
};

/* What the server says about a file that it sends over SCP. */
struct scp_facts {
    int64_t size;
    int64_t mode;
    int64_t mtime;
    int64_t atime;
};

/* layout_NAME repeats a structure NAME of libssh2; interface.gen.c makes the
   compiler check that both are the same. */
typedef struct libssh2_knownhost libssh2_knownhost;

struct layout_libssh2_knownhost {
    unsigned int magic;
    void *node;
    char *name;
    char *key;
    int typemask;
};

struct layout_LIBSSH2_SFTP_ATTRIBUTES {
    unsigned long flags;
    libssh2_uint64_t filesize;
    unsigned long uid, gid;
    unsigned long permissions;
    unsigned long atime, mtime;
};

struct layout_LIBSSH2_SFTP_STATVFS {
    libssh2_uint64_t f_bsize, f_frsize;
    libssh2_uint64_t f_blocks, f_bfree, f_bavail;
    libssh2_uint64_t f_files, f_ffree, f_favail;
    libssh2_uint64_t f_fsid;
    libssh2_uint64_t f_flag;
    libssh2_uint64_t f_namemax;
};

/* ---- Imports: `session` is the number that JavaScript gave to
   glue_session_new(). None may throw. */

/* The answer is not there yet: C returns EAGAIN and asks again. */
#define HOST_PENDING (-1)
/* There will be no answer. */
#define HOST_FAILED (-2)

/* Fills `length` bytes with randomness: 0, or HOST_FAILED. */
int host_random(void *buffer, size_t length);
/* Milliseconds since 1970. */
double host_now(void);
/* Bytes copied; 0 at end of stream; HOST_PENDING if none have arrived. */
int host_recv(uintptr_t session, void *buffer, size_t length);
/* Takes everything: returns `length`, or HOST_FAILED on a closed transport. */
int host_send(uintptr_t session, const void *data, size_t length);
/* Length of the signature blob, HOST_PENDING or HOST_FAILED. */
int host_sign(uintptr_t session, const char *algorithm,
    size_t algorithm_length, const void *data, size_t length);
/* Whether the signature (both halves) by a key of ssh-mldsa44-ed25519 is that
   of the data: 0, HOST_PENDING, or HOST_FAILED if not. */
int host_verify(uintptr_t session, const void *key, size_t key_length,
    const void *signature, size_t signature_length, const void *data,
    size_t length);
/* Length of the answers to a round of prompts, HOST_PENDING or HOST_FAILED. */
int host_prompt(uintptr_t session, const void *round, size_t length);
/* Length of the new password, HOST_PENDING or HOST_FAILED. */
int host_new_password(uintptr_t session, const char *prompt, size_t length);
/* Copies the answer that host_sign, host_prompt or host_new_password announced. */
void host_take_answer(uintptr_t session, void *buffer, size_t length);
/* 1, or 0 if there has already been a slice in this turn of the event loop. */
int host_slice(uintptr_t session);
/* A message of this type has arrived for the channel with this number of
   ours, or for all (HOST_PENDING). */
void host_news(uintptr_t session, int channel, int type);

/* Ciphers and MACs of the host, if it has them. */
enum { HOST_AES_CTR, HOST_AES_GCM, HOST_HMAC_SHA256, HOST_HMAC_SHA512 };

/* The number of a key that the host keeps from now on; 0 if it has no such
   algorithm, and ours is used. `counter` is for HOST_AES_CTR. */
int host_key_new(int algorithm, const void *key, size_t length,
    const void *counter);
/* Forgets a key. */
void host_key_free(int key);
/* In place: 0, or HOST_FAILED with nothing changed. */
int host_ctr(int key, void *data, size_t length);
/* `packet`: four bytes of associated data, `body` bytes, a tag of 16. In place:
   0, or HOST_FAILED with nothing changed. */
int host_gcm_seal(int key, const void *nonce, void *packet, size_t body);
/* Like host_gcm_seal; HOST_FAILED if the tag is wrong. */
int host_gcm_open(int key, const void *nonce, void *packet, size_t body);
/* Computes the HMAC of the packet's number, `packet` and `more`: 0, or
   HOST_FAILED. */
int host_hmac(int key, uint32_t sequence, const void *packet,
    size_t packet_length, const void *more, size_t more_length, void *mac);

/* Parcels: channel data whose bytes stay with the host. They have numbers. */

/* The smallest packet that is worth one; and the length of the padding
   length field with as much of the message as can precede data. */
enum { HOST_PARCEL_LEAST = 4096, HOST_PARCEL_HEAD = 17 };

/* Decrypts the next packet of the transport, if it is channel data, is
   complete there and takes no more than `room`: returns its parcel, and the
   HOST_PARCEL_HEAD bytes that it begins with. Otherwise returns 0 with
   nothing taken, and C examines the packet itself. */
int host_parcel_take(uintptr_t session, int key, const void *nonce,
    size_t room, struct taken_packet *taken, void *head);
/* Copies a message: its parcel, or 0. */
int host_parcel_keep(uintptr_t session, const void *message, size_t length);
/* A read gets these bytes of a message that is a parcel. */
void host_parcel_give(uintptr_t session, int parcel, size_t at, size_t length);
/* The same for a message that C holds. */
void host_read(uintptr_t session, const void *bytes, size_t length);
/* Copies bytes of a parcel to C. */
void host_parcel_copy(uintptr_t session, int parcel, size_t at, void *to,
    size_t length);
/* Nobody reads the rest of a parcel. */
void host_parcel_free(uintptr_t session, int parcel);

/* The most of a text that one packet holds. */
#define HOST_TEXT_PACKET 32768
/* `length` bytes of the text that glue_channel_write is called for, from `at` on. */
void host_text_copy(uintptr_t session, size_t at, void *to, size_t length);
/* Seals and sends a packet: `head` bytes of `packet`, of which the first four are
   associated data, `length` bytes of the text from `at` on, and `padding` bytes
   that follow the head. 0; HOST_FAILED with nothing sent; HOST_PENDING on a closed
   transport. */
int host_text_seal(uintptr_t session, int key, const void *nonce,
    const void *packet, size_t head, size_t at, size_t length, size_t padding);

/* SSH_MSG_DISCONNECT has arrived. */
void host_disconnect(uintptr_t session, int reason, const char *message,
    int length);
/* SSH_MSG_DEBUG has arrived. */
void host_debug(uintptr_t session, int always_display, const char *message,
    int length);
/* SSH_MSG_IGNORE has arrived. */
void host_ignore(uintptr_t session, const char *message, int length);
/* A global request of the server; C refuses it if an answer is wanted. */
void host_global_request(uintptr_t session, const void *name,
    size_t name_length, int want_reply, const void *body, size_t body_length);
/* The answer to a glue_session_global_request(). */
void host_global_answer(uintptr_t session, int success, const void *body,
    size_t body_length);
/* The server has opened an X11 channel. */
void host_x11_open(uintptr_t session, LIBSSH2_CHANNEL *channel,
    const char *originator, int port);
/* The server has opened a channel to the agent. */
void host_agent_open(uintptr_t session, LIBSSH2_CHANNEL *channel);

/* ---- Exports of the C library and of our own C, which documents them. */

/* Memory. */

void *malloc(size_t size);
void free(void *pointer);
size_t glue_heap_used(void);

/* Channels: glue-channel.c. */

int glue_channel_answer(LIBSSH2_CHANNEL *channel, uint32_t reason);
const char *glue_channel_exit(LIBSSH2_CHANNEL *channel,
    struct exit_state *state);
int glue_channel_notify(LIBSSH2_CHANNEL *channel, const char *type,
    size_t type_length, int want_reply, const void *body, size_t body_length);
int glue_channel_reply(LIBSSH2_CHANNEL *channel);
int glue_channel_number(LIBSSH2_CHANNEL *channel);
LIBSSH2_CHANNEL *glue_channel_open(LIBSSH2_SESSION *session,
    struct opening *opening, const char *type, unsigned int type_length,
    unsigned int window_size, unsigned int packet_size, const char *message,
    unsigned int message_length);
unsigned int glue_channel_open_reason(LIBSSH2_SESSION *session);
const char *glue_channel_originator(LIBSSH2_CHANNEL *channel, uint32_t *port);
int glue_channel_peer_closed(LIBSSH2_CHANNEL *channel);
ssize_t glue_channel_read(LIBSSH2_CHANNEL *channel, int stream, size_t length,
    int whole);
void glue_channel_window_size(LIBSSH2_CHANNEL *channel, uint32_t size);
ssize_t glue_channel_write(LIBSSH2_CHANNEL *channel, int stream, char *buffer,
    size_t length, size_t room);
void glue_channel_write_forget(LIBSSH2_CHANNEL *channel);
size_t glue_channel_written(LIBSSH2_CHANNEL *channel);
int glue_channel_write_pending(LIBSSH2_CHANNEL *channel);
void glue_opening_free(LIBSSH2_SESSION *session, struct opening *opening);
struct opening *glue_opening_new(LIBSSH2_SESSION *session);

/* Sessions: glue-session.c, glue-global.c, glue-listen.c, glue-rekey.c. */

int *glue_session_arrived(LIBSSH2_SESSION *session);
int glue_session_exchange(LIBSSH2_SESSION *session,
    struct first_exchange *facts);
int glue_session_exchanges(LIBSSH2_SESSION *session);
const void *glue_session_extensions(LIBSSH2_SESSION *session, size_t *length);
int glue_session_global_request(LIBSSH2_SESSION *session, const char *name,
    size_t name_length, int want_reply, const void *body, size_t body_length);
LIBSSH2_SESSION *glue_session_new(uintptr_t id, size_t limit);
void glue_session_free(LIBSSH2_SESSION *session);
int glue_session_handshake(LIBSSH2_SESSION *session);
void glue_session_hold_opens(LIBSSH2_SESSION *session);
int glue_session_keepalive(LIBSSH2_SESSION *session);
int glue_session_refused(LIBSSH2_SESSION *session);
int glue_session_rekey(LIBSSH2_SESSION *session);
void glue_session_rekey_after(LIBSSH2_SESSION *session, double bytes,
    double seconds);
int glue_session_listen(LIBSSH2_SESSION *session, int callback, int on);
int glue_session_ignore(LIBSSH2_SESSION *session);
int glue_session_ping(LIBSSH2_SESSION *session);
int glue_session_service(LIBSSH2_SESSION *session);
int glue_session_strict(LIBSSH2_SESSION *session);

/* Authentication: glue-userauth.c. */

int glue_userauth_keyboard_interactive(LIBSSH2_SESSION *session,
    const char *user, unsigned int user_length);
int glue_userauth_password(LIBSSH2_SESSION *session, const char *user,
    unsigned int user_length, const char *password,
    unsigned int password_length, int may_change);
int glue_userauth_publickey(LIBSSH2_SESSION *session, const char *user,
    size_t user_length, const unsigned char *key, size_t key_length,
    const char *algorithms);
int glue_userauth_request(LIBSSH2_SESSION *session,
    const unsigned char *request, size_t length);

/* SCP: glue-scp.c. */

LIBSSH2_CHANNEL *glue_scp_recv(LIBSSH2_SESSION *session, const char *path,
    struct scp_facts *facts);

/* ---- Exports of libssh2, as declared in its headers. */

/* Sessions and authentication. */

int libssh2_init(int flags);
void libssh2_exit(void);
int libssh2_session_disconnect_ex(LIBSSH2_SESSION *session, int reason,
    const char *description, const char *language);
int libssh2_session_banner_set(LIBSSH2_SESSION *session, const char *banner);
const char *libssh2_session_banner_get(LIBSSH2_SESSION *session);
int libssh2_session_block_directions(LIBSSH2_SESSION *session);
int libssh2_session_flag(LIBSSH2_SESSION *session, int flag, int value);
const char *libssh2_session_hostkey(LIBSSH2_SESSION *session, size_t *length,
    int *type);
const char *libssh2_hostkey_hash(LIBSSH2_SESSION *session, int type);
int libssh2_session_last_error(LIBSSH2_SESSION *session, char **message,
    int *length, int want_copy);
int libssh2_session_last_errno(LIBSSH2_SESSION *session);
int libssh2_session_set_last_error(LIBSSH2_SESSION *session, int error,
    const char *message);
int libssh2_session_method_pref(LIBSSH2_SESSION *session, int type,
    const char *methods);
const char *libssh2_session_methods(LIBSSH2_SESSION *session, int type);
int libssh2_session_supported_algs(LIBSSH2_SESSION *session, int type,
    const char ***list);
long libssh2_session_get_timeout(LIBSSH2_SESSION *session);
void libssh2_session_set_timeout(LIBSSH2_SESSION *session, long milliseconds);
long libssh2_session_get_read_timeout(LIBSSH2_SESSION *session);
void libssh2_session_set_read_timeout(LIBSSH2_SESSION *session, long seconds);
void libssh2_keepalive_config(LIBSSH2_SESSION *session, int want_reply,
    unsigned int interval);
int libssh2_keepalive_send(LIBSSH2_SESSION *session, int *seconds_to_next);
void libssh2_free(LIBSSH2_SESSION *session, void *pointer);
int libssh2_userauth_authenticated(LIBSSH2_SESSION *session);
int libssh2_userauth_banner(LIBSSH2_SESSION *session, char **banner);
char *libssh2_userauth_list(LIBSSH2_SESSION *session, const char *user,
    unsigned int user_length);
const char *libssh2_userauth_methods_left(LIBSSH2_SESSION *session,
    int *partial_success);

/* Channels and listeners. */

LIBSSH2_CHANNEL *libssh2_channel_open_ex(LIBSSH2_SESSION *session,
    const char *type, unsigned int type_length, unsigned int window_size,
    unsigned int packet_size, const char *message,
    unsigned int message_length);
LIBSSH2_CHANNEL *libssh2_channel_direct_tcpip_ex(LIBSSH2_SESSION *session,
    const char *host, int port, const char *originator, int originator_port);
LIBSSH2_CHANNEL *libssh2_channel_direct_streamlocal_ex(
    LIBSSH2_SESSION *session, const char *path, const char *originator,
    int originator_port);
LIBSSH2_LISTENER *libssh2_channel_forward_listen_ex(LIBSSH2_SESSION *session,
    const char *host, int port, int *bound_port, int queue_maxsize);
LIBSSH2_LISTENER *libssh2_channel_forward_listen_streamlocal(
    LIBSSH2_SESSION *session, const char *path, int queue_maxsize);
LIBSSH2_CHANNEL *libssh2_channel_forward_accept(LIBSSH2_LISTENER *listener);
int libssh2_channel_forward_cancel(LIBSSH2_LISTENER *listener);
int libssh2_channel_free(LIBSSH2_CHANNEL *channel);
int libssh2_channel_request_pty_ex(LIBSSH2_CHANNEL *channel, const char *term,
    unsigned int term_length, const char *modes, unsigned int modes_length,
    int columns, int rows, int width_px, int height_px);
int libssh2_channel_request_pty_size_ex(LIBSSH2_CHANNEL *channel, int columns,
    int rows, int width_px, int height_px);
int libssh2_channel_request_auth_agent(LIBSSH2_CHANNEL *channel);
int libssh2_channel_process_startup(LIBSSH2_CHANNEL *channel,
    const char *request, unsigned int request_length, const char *message,
    unsigned int message_length);
int libssh2_channel_setenv_ex(LIBSSH2_CHANNEL *channel, const char *name,
    unsigned int name_length, const char *value, unsigned int value_length);
int libssh2_channel_signal_ex(LIBSSH2_CHANNEL *channel, const char *name,
    size_t name_length);
int libssh2_channel_x11_req_ex(LIBSSH2_CHANNEL *channel, int single_connection,
    const char *auth_proto, const char *auth_cookie, int screen);
ssize_t libssh2_channel_read_ex(LIBSSH2_CHANNEL *channel, int stream_id,
    char *buffer, size_t length);
ssize_t libssh2_channel_write_ex(LIBSSH2_CHANNEL *channel, int stream_id,
    const char *buffer, size_t length);
int libssh2_channel_flush_ex(LIBSSH2_CHANNEL *channel, int stream_id);
int libssh2_channel_eof(LIBSSH2_CHANNEL *channel);
int libssh2_channel_send_eof(LIBSSH2_CHANNEL *channel);
int libssh2_channel_wait_eof(LIBSSH2_CHANNEL *channel);
int libssh2_channel_close(LIBSSH2_CHANNEL *channel);
int libssh2_channel_wait_closed(LIBSSH2_CHANNEL *channel);
int libssh2_channel_get_exit_status(LIBSSH2_CHANNEL *channel);
int libssh2_channel_get_exit_signal(LIBSSH2_CHANNEL *channel, char **signal,
    size_t *signal_length, char **message, size_t *message_length,
    char **language, size_t *language_length);
unsigned long libssh2_channel_window_read_ex(LIBSSH2_CHANNEL *channel,
    unsigned long *read_avail, unsigned long *window_size_initial);
unsigned long libssh2_channel_window_write_ex(LIBSSH2_CHANNEL *channel,
    unsigned long *window_size_initial);
unsigned long libssh2_channel_receive_window_adjust(LIBSSH2_CHANNEL *channel,
    unsigned long adjustment, unsigned char force);
int libssh2_channel_receive_window_adjust2(LIBSSH2_CHANNEL *channel,
    unsigned long adjustment, unsigned char force, unsigned int *window);
void libssh2_channel_handle_extended_data(LIBSSH2_CHANNEL *channel, int mode);
int libssh2_channel_handle_extended_data2(LIBSSH2_CHANNEL *channel, int mode);
int libssh2_poll_channel_read(LIBSSH2_CHANNEL *channel, int extended);

/* Known hosts and SCP. */

LIBSSH2_KNOWNHOSTS *libssh2_knownhost_init(LIBSSH2_SESSION *session);
int libssh2_knownhost_add(LIBSSH2_KNOWNHOSTS *hosts, const char *host,
    const char *salt, const char *key, size_t key_length, int typemask,
    struct libssh2_knownhost **store);
int libssh2_knownhost_addc(LIBSSH2_KNOWNHOSTS *hosts, const char *host,
    const char *salt, const char *key, size_t key_length, const char *comment,
    size_t comment_length, int typemask, struct libssh2_knownhost **store);
int libssh2_knownhost_check(LIBSSH2_KNOWNHOSTS *hosts, const char *host,
    const char *key, size_t key_length, int typemask,
    struct libssh2_knownhost **found);
int libssh2_knownhost_checkp(LIBSSH2_KNOWNHOSTS *hosts, const char *host,
    int port, const char *key, size_t key_length, int typemask,
    struct libssh2_knownhost **found);
int libssh2_knownhost_del(LIBSSH2_KNOWNHOSTS *hosts,
    struct libssh2_knownhost *entry);
void libssh2_knownhost_free(LIBSSH2_KNOWNHOSTS *hosts);
int libssh2_knownhost_readline(LIBSSH2_KNOWNHOSTS *hosts, const char *line,
    size_t length, int type);
int libssh2_knownhost_writeline(LIBSSH2_KNOWNHOSTS *hosts,
    struct libssh2_knownhost *entry, char *buffer, size_t size,
    size_t *written, int type);
int libssh2_knownhost_get(LIBSSH2_KNOWNHOSTS *hosts,
    struct libssh2_knownhost **store, struct libssh2_knownhost *previous);
LIBSSH2_CHANNEL *libssh2_scp_send64(LIBSSH2_SESSION *session, const char *path,
    int mode, libssh2_int64_t size, time_t mtime, time_t atime);

/* SFTP. */

int libssh2_sftp_close_handle(LIBSSH2_SFTP_HANDLE *handle);
int libssh2_sftp_fstat_ex(LIBSSH2_SFTP_HANDLE *handle,
    LIBSSH2_SFTP_ATTRIBUTES *attributes, int set);
int libssh2_sftp_fstatvfs(LIBSSH2_SFTP_HANDLE *handle,
    LIBSSH2_SFTP_STATVFS *figures);
int libssh2_sftp_fsync(LIBSSH2_SFTP_HANDLE *handle);
LIBSSH2_CHANNEL *libssh2_sftp_get_channel(LIBSSH2_SFTP *sftp);
LIBSSH2_SFTP *libssh2_sftp_init(LIBSSH2_SESSION *session);
unsigned long libssh2_sftp_last_error(LIBSSH2_SFTP *sftp);
int libssh2_sftp_mkdir_ex(LIBSSH2_SFTP *sftp, const char *path,
    unsigned int path_length, long mode);
LIBSSH2_SFTP_HANDLE *libssh2_sftp_open_ex(LIBSSH2_SFTP *sftp, const char *path,
    unsigned int path_length, unsigned long flags, long mode, int open_type);
LIBSSH2_SFTP_HANDLE *libssh2_sftp_open_ex_r(LIBSSH2_SFTP *sftp,
    const char *path, size_t path_length, unsigned long flags, long mode,
    int open_type, LIBSSH2_SFTP_ATTRIBUTES *attributes);
int libssh2_sftp_posix_rename_ex(LIBSSH2_SFTP *sftp, const char *source,
    size_t source_length, const char *target, size_t target_length);
ssize_t libssh2_sftp_read(LIBSSH2_SFTP_HANDLE *handle, char *buffer,
    size_t length);
int libssh2_sftp_readdir_ex(LIBSSH2_SFTP_HANDLE *handle, char *name,
    size_t name_length, char *longentry, size_t longentry_length,
    LIBSSH2_SFTP_ATTRIBUTES *attributes);
int libssh2_sftp_rename_ex(LIBSSH2_SFTP *sftp, const char *source,
    unsigned int source_length, const char *target, unsigned int target_length,
    long flags);
int libssh2_sftp_rmdir_ex(LIBSSH2_SFTP *sftp, const char *path,
    unsigned int path_length);
void libssh2_sftp_seek64(LIBSSH2_SFTP_HANDLE *handle, libssh2_uint64_t offset);
int libssh2_sftp_shutdown(LIBSSH2_SFTP *sftp);
int libssh2_sftp_stat_ex(LIBSSH2_SFTP *sftp, const char *path,
    unsigned int path_length, int type, LIBSSH2_SFTP_ATTRIBUTES *attributes);
int libssh2_sftp_statvfs(LIBSSH2_SFTP *sftp, const char *path,
    size_t path_length, LIBSSH2_SFTP_STATVFS *figures);
int libssh2_sftp_symlink_ex(LIBSSH2_SFTP *sftp, const char *path,
    unsigned int path_length, char *target, unsigned int target_length,
    int type);
libssh2_uint64_t libssh2_sftp_tell64(LIBSSH2_SFTP_HANDLE *handle);
int libssh2_sftp_unlink_ex(LIBSSH2_SFTP *sftp, const char *path,
    unsigned int path_length);
ssize_t libssh2_sftp_write(LIBSSH2_SFTP_HANDLE *handle, const char *buffer,
    size_t length);

#endif
