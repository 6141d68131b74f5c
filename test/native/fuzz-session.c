/* A libFuzzer target: a session of the module's glue, brought as far as the
   first byte of the input says, against a server that the rest of it plays.
   The rest is records: kind, length (2 bytes), content; see play().
   Compiled for 32 bits, as the module is. scripts/fuzz.mjs runs it. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "fuzz-session.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void *__real_malloc(size_t size);

/* What glue-session.c gives as the socket, where libssh2 knows of sockets. */
#define NO_SOCKET 1000

enum { FROM_THE_START, HANDSHAKEN, AUTHENTICATED, EXEC, SFTP, SFTP_HANDLES,
       LISTENING, SCP };
enum { PACKET, CALL, SFTP_ANSWER, CHANNEL_DATA, RAW, ASIDE, REKEY, ANSWERS,
       KINDS };

/* The beginning is right: a failure is one of this file. */
static void must(int good)
{
    if(!good)
        abort();
}

static void packet_of(const char *bytes, size_t length)
{
    server_packet((const unsigned char *)bytes, length);
}
#define PACKET_OF(literal) packet_of(literal, sizeof(literal) - 1)

static void channel_data(const unsigned char *data, size_t length)
{
    unsigned char *packet = __real_malloc(length + 9), *at = packet;
    *at++ = SSH_MSG_CHANNEL_DATA;
    _libssh2_store_u32(&at, 0);
    _libssh2_store_u32(&at, (uint32_t)length);
    if(length)
        memcpy(at, data, length);
    server_packet(packet, length + 9);
    free(packet);
}

/* An SFTP packet of type data[0] to the client's last request. */
static void sftp_answer(const unsigned char *data, size_t length, int numbered)
{
    unsigned char *packet = __real_malloc(length + 8), *at = packet;
    size_t type = length ? 1 : 0;
    _libssh2_store_u32(&at, (uint32_t)(length + (numbered ? 4 : 0)));
    if(length)
        *at++ = data[0];
    if(numbered)
        _libssh2_store_u32(&at, fuzz.last_id);
    memcpy(at, data + type, length - type);
    channel_data(packet, (size_t)(at - packet) + length - type);
    free(packet);
}

static int call_now(unsigned number, unsigned what)
{
    unsigned char args[3] = { (unsigned char)what, 0, 20 };
    return client_call(number, args, sizeof(args));
}

static void go_as_far_as(unsigned stage)
{
    call_now(CALL_HANDSHAKE, 0);
    if(stage == FROM_THE_START)
        return;
    server_identification();
    server_kexinit(0);
    server_kex_reply();
    PACKET_OF("\6\0\0\0\14ssh-userauth");
    must(client_goes_on() == 0);
    if(stage == HANDSHAKEN)
        return;
    PACKET_OF("\64");
    call_now(CALL_AUTH_LIST, 0);
    must(libssh2_userauth_authenticated(fuzz.session));
    if(stage == AUTHENTICATED)
        return;
    if(stage == LISTENING) {
        PACKET_OF("\121");
        must(call_now(CALL_OPEN, 3) == 0);
        return;
    }
    PACKET_OF("\133\0\0\0\0\0\0\0\115\0\20\0\0\0\0\200\0");
    PACKET_OF("\143\0\0\0\0");
    if(stage == SCP) {
        call_now(CALL_OPEN, 5);
        return;
    }
    if(stage == EXEC) {
        must(call_now(CALL_OPEN, 0) == 0 && call_now(CALL_EXEC, 2) == 0);
        return;
    }
    call_now(CALL_SFTP_INIT, 0);
    sftp_answer((const unsigned char *)"\2\0\0\0\3", 5, 0);
    must(client_goes_on() == 0);
    if(stage == SFTP)
        return;
    fuzz.last_id = 0;
    sftp_answer((const unsigned char *)"\146\0\0\0\1h", 6, 1);
    must(call_now(CALL_OPEN_DIR, 0) == 0);
    fuzz.last_id++;
    sftp_answer((const unsigned char *)"\146\0\0\0\1d", 6, 1);
    must(call_now(CALL_OPEN_DIR, 1) == 0);
}

static void play(unsigned kind, const uint8_t *data, size_t length)
{
    switch(kind % KINDS) {
    case PACKET:
        server_packet(data, length);
        break;
    case CALL:
        if(length)
            client_call(data[0], data + 1, length - 1);
        break;
    case SFTP_ANSWER:
        sftp_answer(data, length, !(kind & 0x80));
        break;
    case CHANNEL_DATA:
        channel_data(data, length);
        break;
    case RAW:
        server_bytes(data, length);
        break;
    case ASIDE:
        client_aside(length ? data[0] : 0);
        break;
    case REKEY:
        if(length) {
            server_kexinit(length > 1 ? data[1] : 0);
            fuzz.shape = data[0] % SHAPES;
        }
        else
            server_kex_reply();
        break;
    default:
        fuzz.answers = length ? data[0] : 1;
        fuzz.fail_after = length > 1 ? 1u + data[1] : 0;
    }
    if(client_busy())
        client_goes_on();
    else
        client_aside(0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t most[4] = { 65536, 1, 7, 100 };
    unsigned turns = 0;
    int abandons;
    if(size < 2)
        return 0;
    if(fcntl(NO_SOCKET, F_GETFL) < 0)
        must(dup2(open("/dev/null", O_RDWR), NO_SOCKET) == NO_SOCKET);
    memset(&fuzz, 0, sizeof(fuzz));
    client_forgets();
    fuzz.most = 65536;
    fuzz.answers = 20;
    fuzz.shape = data[1] % SHAPES;
    fuzz.session = glue_session_new(1, SIZE_MAX);
    must(fuzz.session != NULL);
    if(data[1] & 0x80)
        libssh2_session_flag(fuzz.session, LIBSSH2_FLAG_COMPRESS, 1);
    glue_session_listen(fuzz.session, LIBSSH2_CALLBACK_DEBUG, 1);
    glue_session_listen(fuzz.session, LIBSSH2_CALLBACK_IGNORE, 1);
    glue_session_listen(fuzz.session, LIBSSH2_CALLBACK_X11, 1);
    glue_session_listen(fuzz.session, LIBSSH2_CALLBACK_AUTHAGENT, 1);
    /* a client that knows a key of ML-DSA names its algorithm */
    must(!libssh2_session_method_pref(
        fuzz.session, LIBSSH2_METHOD_HOSTKEY, "ssh-ed25519,rsa-sha2-512,"
        "ecdsa-sha2-nistp256,sk-ssh-ed25519@openssh.com,"
        "sk-ecdsa-sha2-nistp256@openssh.com,ssh-ed25519-cert-v01@openssh.com,"
        "rsa-sha2-256-cert-v01@openssh.com,ssh-mldsa44-ed25519@openssh.com,"
        "ssh-mldsa44-ed25519-cert-v01@openssh.com"));
    go_as_far_as(data[1] & 0x80 ? data[0] % 2 : data[0] % (SCP + 1));
    fuzz.most = most[(data[1] >> 4) % 4];
    abandons = data[0] & 0x40;
    data += 2;
    size -= 2;
    while(size >= 3) {
        size_t length = data[1] | (size_t)data[2] << 8;
        if(length > size - 3)
            length = size - 3;
        play(data[0], data + 3, length);
        data += 3 + length;
        size -= 3 + length;
    }
    /* The connection is gone: nothing may wait any longer. A module frees a
       session in the middle of any call, too. */
    fuzz.ended = 1;
    server_moved();
    fuzz.fail_after = 0;
    fuzz.answers = 1;
    while(!abandons && client_busy() && ++turns < 1000)
        client_goes_on();
    must(turns < 1000);
    glue_session_free(fuzz.session);
    free(fuzz.wire);
    return 0;
}
