/* A LIBSSH2_SESSION whose transport is JavaScript. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include "glue.h"
#include "libssh2_priv.h"
#include "transport.h"

/* libssh2 never uses it: RECV and SEND are ours (law 1). */
#define NO_SOCKET 1000

/* What `abstract` points to: the number by which JavaScript knows the
   session, and everything that libssh2 has allocated for it. libssh2 leaves
   memory behind when a session ends in the middle of an operation; this list
   frees it all. */
struct block {
    struct block *previous, *next;
    size_t size; /* including the bytes of its parcel, which are elsewhere */
    uint32_t parcel; /* or 0 */
    max_align_t content[];
};

struct owner {
    uintptr_t id;
    size_t used, limit; /* bytes, including those of the list itself */
    int refused;
    struct keys keys;
    int whole; /* see glue_channel_read */
    struct writing writing;
    int arrived; /* JavaScript may have something to receive */
    unsigned char ahead[64]; /* see session_recv: the last `left` of `end` */
    int end, left;
    struct block blocks; /* head of a ring */
};

static struct owner *owner_of(LIBSSH2_SESSION *session)
{
    return session->abstract;
}

struct keys *glue_keys_of(LIBSSH2_SESSION *session)
{
    return &owner_of(session)->keys;
}

uintptr_t glue_host_id(void **abstract)
{
    return ((struct owner *)*abstract)->id;
}

static struct block *block_of(void *ptr)
{
    return (struct block *)((char *)ptr - offsetof(struct block, content));
}

static size_t room_of(const struct owner *owner)
{
    return owner->limit > owner->used ? owner->limit - owner->used : 0;
}

static LIBSSH2_ALLOC_FUNC(session_alloc)
{
    struct owner *owner = *abstract;
    struct block *head = &owner->blocks;
    struct block *block;
    if(count > SIZE_MAX - sizeof(*block))
        return NULL;
    if(sizeof(*block) + count > room_of(owner)) {
        owner->refused = 1;
        return NULL;
    }
    block = malloc(sizeof(*block) + count);
    if(!block)
        return NULL;
    owner->used += sizeof(*block) + count;
    block->size = count;
    block->parcel = 0;
    block->next = head->next;
    block->previous = head;
    head->next->previous = block;
    head->next = block;
    return block->content;
}

/* Passwords, keys and plaintext pass through many buffers of libssh2: no
   buffer is freed with its content. */
static LIBSSH2_FREE_FUNC(session_free)
{
    struct block *block;
    size_t here;
    if(!ptr)
        return;
    block = block_of(ptr);
    here = block->size;
    if(block->parcel) {
        host_parcel_free(glue_host_id(abstract), block->parcel);
        here = PARCEL_HEAD;
    }
    ((struct owner *)*abstract)->used -= sizeof(*block) + block->size;
    block->previous->next = block->next;
    block->next->previous = block->previous;
    explicit_bzero(block, sizeof(*block) + here);
    free(block);
}

size_t glue_parcel_room(LIBSSH2_SESSION *session)
{
    size_t room = room_of(owner_of(session));
    size_t head = sizeof(struct block) + PARCEL_HEAD + PARCEL_OVERHEAD;
    return room > head ? room - head : 0;
}

unsigned char *glue_parcel_new(LIBSSH2_SESSION *session, uint32_t parcel,
                               const unsigned char *message, size_t length)
{
    struct owner *owner = owner_of(session);
    unsigned char *head = session_alloc(PARCEL_HEAD, &session->abstract);
    if(!head) {
        host_parcel_free(owner->id, parcel);
        return NULL;
    }
    memcpy(head, message, PARCEL_HEAD);
    block_of(head)->parcel = parcel;
    block_of(head)->size += length + PARCEL_OVERHEAD;
    owner->used += length + PARCEL_OVERHEAD;
    return head;
}

uint32_t glue_parcel_of(const unsigned char *message)
{
    return block_of((void *)message)->parcel;
}

void glue_count_bytes(LIBSSH2_SESSION *session, size_t bytes)
{
    owner_of(session)->keys.bytes += bytes;
}

int *glue_read_whole(LIBSSH2_SESSION *session)
{
    return &owner_of(session)->whole;
}

struct writing *glue_writing(LIBSSH2_SESSION *session)
{
    return &owner_of(session)->writing;
}

/* Where JavaScript says, by any value but 0, that something has arrived. RECV
   asks once in vain, and then not before that: libssh2 reads before each
   packet that it sends, and at the end of each call. */
int *glue_session_arrived(LIBSSH2_SESSION *session)
{
    return &owner_of(session)->arrived;
}

static LIBSSH2_REALLOC_FUNC(session_realloc)
{
    size_t old = ptr ? block_of(ptr)->size : 0;
    void *copy = session_alloc(count, abstract);
    if(copy && ptr) {
        memcpy(copy, ptr, old < count ? old : count);
        session_free(ptr, abstract);
    }
    return copy;
}

/* libssh2 takes the identification byte by byte, JavaScript gives 64. */
static LIBSSH2_RECV_FUNC(session_recv)
{
    struct owner *owner = *abstract;
    int ahead = length == 1 && !owner->keys.exchanges, got = owner->left;
    (void)socket;
    (void)flags;
    if(!got && !owner->arrived)
        return -EAGAIN;
    if(!got)
        got = ahead ? host_recv(owner->id, owner->ahead, sizeof(owner->ahead))
            : host_recv(owner->id, buffer, length);
    if(got > 0 && (ahead || owner->left)) {
        if(!owner->left)
            owner->left = owner->end = got;
        got = length < (size_t)owner->left ? (int)length : owner->left;
        memcpy(buffer, owner->ahead + owner->end - owner->left, (size_t)got);
        owner->left -= got;
    }
    if(got > 0)
        owner->keys.bytes += (size_t)got;
    if(got == HOST_PENDING)
        owner->arrived = 0;
    return got == HOST_PENDING ? -EAGAIN : got;
}

static LIBSSH2_SEND_FUNC(session_send)
{
    int sent = host_send(glue_host_id(abstract), buffer, length);
    (void)socket;
    (void)flags;
    if(sent > 0)
        ((struct owner *)*abstract)->keys.bytes += (size_t)sent;
    return sent == HOST_FAILED ? -EPIPE : sent;
}

static LIBSSH2_DISCONNECT_FUNC(session_disconnect)
{
    (void)session;
    (void)language;
    (void)language_len;
    host_disconnect(glue_host_id(abstract), reason, message, message_len);
}

/* During a key exchange every call may return EAGAIN, so afterwards all are
   worth another attempt. Messages that do not belong to a channel have their
   own calls. */
static void session_arrived(LIBSSH2_SESSION *session,
                            const unsigned char *message, size_t length)
{
    uintptr_t id = glue_host_id(&session->abstract);
    if(message[0] < SSH_MSG_GLOBAL_REQUEST)
        host_news(id, HOST_PENDING, message[0]);
    else if(length >= 5 && message[0] >= SSH_MSG_CHANNEL_OPEN_CONFIRMATION &&
            message[0] <= SSH_MSG_CHANNEL_FAILURE)
        host_news(id, (int)_libssh2_ntohu32(message + 1), message[0]);
}

int glue_slice(LIBSSH2_SESSION *session)
{
    return host_slice(glue_host_id(&session->abstract));
}

/* `limit`: the most bytes that libssh2 may hold for it. */
LIBSSH2_SESSION *glue_session_new(uintptr_t id, size_t limit)
{
    LIBSSH2_SESSION *session;
    struct owner *owner = malloc(sizeof(*owner));
    if(!owner)
        return NULL;
    owner->id = id;
    owner->used = 0;
    owner->limit = limit;
    owner->refused = owner->whole = owner->left = 0;
    owner->arrived = 1;
    memset(&owner->writing, 0, sizeof(owner->writing));
    glue_keys_new(&owner->keys);
    owner->blocks.previous = owner->blocks.next = &owner->blocks;
    session = libssh2_session_init_ex(session_alloc, session_free,
                                      session_realloc, owner);
    if(!session) {
        free(owner);
        return NULL;
    }
    libssh2_session_set_blocking(session, 0);
    /* libssh2's own limit is off: time-outs are the caller's (AbortSignal). */
    libssh2_session_set_read_timeout(session, 0);
    session->recv = session_recv;
    session->send = session_send;
    session->ssh_msg_disconnect = session_disconnect;
    session->packet_arrived = session_arrived;
    session->elsewhere = &glue_parcels;
    glue_global_listen(session);
    return session;
}

/* Whether the limit has refused an allocation. */
int glue_session_refused(LIBSSH2_SESSION *session)
{
    return owner_of(session)->refused;
}

int glue_session_handshake(LIBSSH2_SESSION *session)
{
    return libssh2_session_handshake(session, NO_SOCKET);
}

/* Frees at once, without sending or waiting. */
void glue_session_free(LIBSSH2_SESSION *session)
{
    struct owner *owner = session->abstract;
    void *abstract = owner;
    session->socket_state = LIBSSH2_SOCKET_DISCONNECTED;
    while(libssh2_session_free(session) == LIBSSH2_ERROR_EAGAIN)
        ;
    while(owner->blocks.next != &owner->blocks)
        session_free(owner->blocks.next->content, &abstract);
    free(owner);
    glue_wipe_stack();
}

/* Sends the message, or nothing if a key exchange is in the way. */
static int send_or_leave(LIBSSH2_SESSION *session,
                         const unsigned char *message, size_t size)
{
    int rc = _libssh2_transport_send(session, message, size, NULL, 0);
    return rc == LIBSSH2_ERROR_EAGAIN ? 0 : rc;
}

/* Sends SSH_MSG_IGNORE without data, or nothing if a key exchange is in the
   way. */
int glue_session_ignore(LIBSSH2_SESSION *session)
{
    static const unsigned char message[5] = { SSH_MSG_IGNORE, 0, 0, 0, 0 };
    return send_or_leave(session, message, sizeof(message));
}

/* Sends PING of ping@openssh.com, as large as CHANNEL_DATA of one byte. */
int glue_session_ping(LIBSSH2_SESSION *session)
{
    static const unsigned char message[10] = { 192, 0, 0, 0, 5,
                                               'P', 'I', 'N', 'G', '!' };
    return send_or_leave(session, message, sizeof(message));
}

/* libssh2_keepalive_send counts whole seconds; this sends now. */
int glue_session_keepalive(LIBSSH2_SESSION *session)
{
    int interval = session->keepalive_interval;
    int want_reply = session->keepalive_want_reply;
    int rc;
    session->keepalive_interval = 1;
    session->keepalive_want_reply = 1;
    session->keepalive_last_sent = 0;
    rc = libssh2_keepalive_send(session, NULL);
    session->keepalive_interval = interval;
    session->keepalive_want_reply = want_reply;
    return rc;
}

/* Whether the server has accepted the login and no call has noticed yet:
   later packets may be compressed (zlib@openssh.com), and libssh2 inflates
   them only after the call has noticed. */
static int success_unseen(LIBSSH2_SESSION *session)
{
    LIBSSH2_PACKET *packet;
    if(session->state & LIBSSH2_STATE_AUTHENTICATED)
        return 0;
    for(packet = _libssh2_list_first(&session->packets); packet;
        packet = _libssh2_list_next(&packet->node)) {
        if(packet->data_len && packet->data[0] == SSH_MSG_USERAUTH_SUCCESS)
            return 1;
    }
    return 0;
}

/* Law 8: processes whatever has arrived while no call is waiting for it.
   Only after the handshake. LIBSSH2_ERROR_EAGAIN is the normal end. */
int glue_session_service(LIBSSH2_SESSION *session)
{
    int rc = glue_keys_service(session, glue_keys_of(session));
    if(rc)
        return rc;
    do {
        if(success_unseen(session))
            return LIBSSH2_ERROR_EAGAIN;
        rc = _libssh2_transport_read(session);
    } while(rc > 0);
    return rc;
}
