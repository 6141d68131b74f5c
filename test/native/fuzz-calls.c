/* What the client of fuzz-session may do: the functions that the module
   exports, with small arguments from the input. As in the module one call is
   under way at a time, and is repeated until it is done. */
#include <stdlib.h>
#include <string.h>
#include "fuzz-session.h"

static struct {
    int busy;
    unsigned number;
    unsigned char args[8];
    size_t length; /* of a path: 0 to 255 */
} call;

static char text[300];
static unsigned char data[70000];
static LIBSSH2_SFTP_ATTRIBUTES attributes;

/* What stands for what JavaScript writes. */
static char written[HOST_TEXT_PACKET];

/* For functions that give a pointer: EAGAIN is the session's last error. */
static int made(const void *pointer)
{
    return pointer ? 0 : libssh2_session_last_errno(fuzz.session);
}

static int keep_channel(LIBSSH2_CHANNEL *channel, int slot)
{
    if(channel)
        fuzz.channels[slot] = channel;
    return made(channel);
}

static int authenticate(unsigned method)
{
    static const unsigned char key[] = "\0\0\0\7ssh-rsa\0\0\0\1\3\0\0\0\1\5";
    static const unsigned char other[] = "\0\0\0\13ssh-ed25519\0\0\0\1\3";
    switch(method % 5) {
    case 0:
        return made(libssh2_userauth_list(fuzz.session, "user", 4));
    case 1:
        return glue_userauth_password(fuzz.session, "user", 4, "word", 4, 1);
    case 2:
        return glue_userauth_keyboard_interactive(fuzz.session, "user", 4);
    case 3:
        return glue_userauth_publickey(fuzz.session, "user", 4, key,
                                       sizeof(key) - 1, NULL);
    default:
        return glue_userauth_publickey(fuzz.session, "user", 4, other,
                                       sizeof(other) - 1, "ssh-ed25519");
    }
}

/* Opens into an empty slot, and does nothing without one. */
static int open_channel(unsigned kind, int slot)
{
    int port = 0;
    if(fuzz.channels[slot] && kind % 6 != 3)
        return 0;
    switch(kind % 6) {
    case 0:
        return keep_channel(libssh2_channel_open_ex(
            fuzz.session, "session", 7, call.args[2] * 100u, 32768, NULL, 0),
            slot);
    case 1:
        return keep_channel(libssh2_channel_direct_tcpip_ex(
            fuzz.session, "host", 22, "127.0.0.1", 22), slot);
    case 2:
        return keep_channel(libssh2_channel_direct_streamlocal_ex(
            fuzz.session, "/path", "host", 22), slot);
    case 3:
        if(fuzz.listener)
            return 0;
        fuzz.listener = call.args[2] & 0x80 ?
            libssh2_channel_forward_listen_streamlocal(fuzz.session, "/path",
                                                       1) :
            libssh2_channel_forward_listen_ex(
                fuzz.session, call.args[2] & 1 ? NULL : "host",
                call.args[2] & 2 ? 0 : 4242, &port, 1 + call.args[2] % 4);
        return made(fuzz.listener);
    case 4:
        return fuzz.listener ? keep_channel(libssh2_channel_forward_accept(
            fuzz.listener), slot) : 0;
    default: {
        struct scp_facts facts;
        return keep_channel(call.args[2] & 1 ?
            glue_scp_recv(fuzz.session, "file", &facts) :
            libssh2_scp_send64(fuzz.session, "file", 0644, 10, 0, 0), slot);
    }
    }
}

static int use_channel(unsigned what, int slot)
{
    LIBSSH2_CHANNEL *channel = fuzz.channels[slot];
    unsigned char n = call.args[2];
    int rc;
    if(!channel)
        return 0;
    switch(what % 17) {
    case 0:
        return libssh2_channel_request_pty_ex(channel, "xterm", 5, NULL, 0, 80,
                                              24, 0, 0);
    case 1:
        return libssh2_channel_setenv_ex(channel, "NAME", 4, "value", 5);
    case 2:
        return libssh2_channel_process_startup(channel, "exec", 4, "true", 4);
    case 3:
        return libssh2_channel_request_pty_size_ex(channel, 80, 24, 0, 0);
    case 4:
        return libssh2_channel_signal_ex(channel, "TERM", 4);
    case 5:
        return libssh2_channel_request_auth_agent(channel);
    case 6:
        return libssh2_channel_x11_req_ex(channel, n & 1, NULL, NULL, 0);
    case 7: /* what has not come is not waited for, as in the module */
        rc = (int)libssh2_channel_read_ex(channel, n & 1, (char *)data,
                                          n & 2 ? 50000 : n);
        return rc == LIBSSH2_ERROR_EAGAIN ? 0 : rc;
    case 8:
        return (int)glue_channel_write(channel, n & 1, written, (size_t)n * n,
                                       n & 2 ? 0 : 1 << 20);
    case 9:
        return libssh2_channel_flush_ex(channel, n & 1 ? n & 2 : -1);
    case 10:
        return libssh2_channel_send_eof(channel);
    case 11:
        return libssh2_channel_wait_eof(channel);
    case 12:
        return libssh2_channel_close(channel);
    case 13:
        return libssh2_channel_wait_closed(channel);
    case 14:
        return libssh2_channel_handle_extended_data2(channel, n % 3);
    case 15:
        return libssh2_channel_receive_window_adjust2(channel, n * 1000u,
                                                      n & 1, NULL);
    default:
        rc = libssh2_channel_free(channel);
        if(rc != LIBSSH2_ERROR_EAGAIN)
            fuzz.channels[slot] = NULL;
        return rc;
    }
}

static int open_handle(int directory)
{
    if(!fuzz.sftp || fuzz.handles[directory])
        return 0;
    fuzz.handles[directory] = libssh2_sftp_open_ex_r(
        fuzz.sftp, text, call.length, LIBSSH2_FXF_READ | LIBSSH2_FXF_WRITE,
        0644, directory, &attributes);
    return made(fuzz.handles[directory]);
}

static int use_path(unsigned what)
{
    static LIBSSH2_SFTP_STATVFS facts;
    LIBSSH2_SFTP *sftp = fuzz.sftp;
    unsigned int n = (unsigned int)call.length;
    if(!sftp)
        return 0;
    switch(what % 9) {
    case 0:
        return libssh2_sftp_stat_ex(sftp, text, n, call.args[3] % 3,
                                    &attributes);
    case 1:
        return libssh2_sftp_rename_ex(sftp, text, n, text, n, 7);
    case 2:
        return libssh2_sftp_posix_rename_ex(sftp, text, n, text, n);
    case 3:
        return libssh2_sftp_unlink_ex(sftp, text, n);
    case 4:
        return libssh2_sftp_mkdir_ex(sftp, text, n, 0755);
    case 5:
        return libssh2_sftp_rmdir_ex(sftp, text, n);
    case 6: {
        static char target[100];
        return libssh2_sftp_symlink_ex(sftp, text, n, target, call.args[3] % 3
            ? sizeof(target) : 4, call.args[3] % 3);
    }
    case 7:
        return libssh2_sftp_statvfs(sftp, text, n, &facts);
    default: {
        int rc = libssh2_sftp_shutdown(sftp);
        if(rc != LIBSSH2_ERROR_EAGAIN) {
            fuzz.sftp = NULL;
            fuzz.handles[0] = fuzz.handles[1] = NULL;
        }
        return rc;
    }
    }
}

static int use_handle(unsigned what)
{
    static LIBSSH2_SFTP_STATVFS facts;
    static char longentry[200];
    LIBSSH2_SFTP_HANDLE *file = fuzz.handles[0], *directory = fuzz.handles[1];
    unsigned char n = call.args[2];
    int rc;
    if(what % 8 == 0)
        return directory ? libssh2_sftp_readdir_ex(
            directory, (char *)data, n, longentry, n & 1 ? 200 : 10,
            &attributes) : 0;
    if(what % 8 == 1 && directory) {
        rc = libssh2_sftp_close_handle(directory);
        if(rc != LIBSSH2_ERROR_EAGAIN)
            fuzz.handles[1] = NULL;
        return rc;
    }
    if(!file)
        return 0;
    switch(what % 8) {
    case 2:
        return (int)libssh2_sftp_read(file, (char *)data, n & 1 ? n : 70000);
    case 3:
        return (int)libssh2_sftp_write(file, (char *)data, (size_t)n * n);
    case 4:
        return libssh2_sftp_fstat_ex(file, &attributes, n & 1);
    case 5:
        return libssh2_sftp_fstatvfs(file, &facts);
    case 6:
        return libssh2_sftp_fsync(file);
    case 7:
        libssh2_sftp_seek64(file, n);
        return 0;
    default:
        rc = libssh2_sftp_close_handle(file);
        if(rc != LIBSSH2_ERROR_EAGAIN)
            fuzz.handles[0] = NULL;
        return rc;
    }
}

static int dispatch(void)
{
    unsigned what = call.args[0];
    int slot = call.args[1] % SLOTS, rc;
    switch(call.number) {
    case CALL_HANDSHAKE:
        rc = glue_session_handshake(fuzz.session);
        fuzz.handshaken = !rc;
        return rc;
    case CALL_AUTH_LIST:
        return authenticate(what);
    case CALL_OPEN:
        return open_channel(what, slot);
    case CALL_EXEC:
        return use_channel(what, slot);
    case CALL_SFTP_INIT:
        if(fuzz.sftp)
            return 0;
        fuzz.sftp = libssh2_sftp_init(fuzz.session);
        return made(fuzz.sftp);
    case CALL_LISTEN:
        if(!fuzz.listener)
            return 0;
        rc = libssh2_channel_forward_cancel(fuzz.listener);
        if(rc != LIBSSH2_ERROR_EAGAIN)
            fuzz.listener = NULL;
        return rc;
    case CALL_CLOSE_ALL:
        return use_path(what);
    case CALL_OPEN_FILE:
        return use_handle(what);
    default:
        return open_handle(what & 1);
    }
}

int client_busy(void)
{
    return call.busy;
}

void client_forgets(void)
{
    call.busy = 0;
}

int client_goes_on(void)
{
    int rc = dispatch();
    call.busy = rc == LIBSSH2_ERROR_EAGAIN;
    return rc;
}

int client_call(unsigned number, const unsigned char *args, size_t length)
{
    if(call.busy)
        return LIBSSH2_ERROR_EAGAIN;
    number %= CALL_OPEN_DIR + 1;
    /* once, and before all others, as src/bindings wants it */
    if(number == CALL_HANDSHAKE ? fuzz.wire_len > 0 : !fuzz.handshaken)
        return 0;
    memset(call.args, 0, sizeof(call.args));
    memcpy(call.args, args, length < sizeof(call.args) ? length :
           sizeof(call.args));
    call.number = number;
    call.length = call.args[4];
    memset(text, 'p', sizeof(text) - 1);
    return client_goes_on();
}

void client_aside(unsigned number)
{
    struct first_exchange facts;
    struct exit_state state;
    uint32_t port;
    size_t size = 0;
    unsigned long window;
    char *banner;
    int partial, i;
    if(!fuzz.handshaken)
        return;
    switch(number % 4) {
    case 0:
        glue_session_service(fuzz.session);
        break;
    case 1:
        if(number & 8)
            glue_session_global_request(fuzz.session, number & 16 ?
                "hostkeys-prove-00@openssh.com" :
                "no-more-sessions@openssh.com", number & 16 ? 29 : 28,
                number & 16, "\0\0\0\1k", 5);
        else if(number & 32)
            glue_session_ping(fuzz.session);
        else if(number & 4)
            glue_session_rekey(fuzz.session);
        else
            glue_session_keepalive(fuzz.session);
        break;
    case 2:
        for(i = 0; i < SLOTS; i++)
            if(fuzz.channels[i]) {
                libssh2_channel_read_ex(fuzz.channels[i], i & 1, (char *)data,
                                        1000);
                libssh2_channel_eof(fuzz.channels[i]);
                glue_channel_exit(fuzz.channels[i], &state);
                glue_channel_originator(fuzz.channels[i], &port);
                libssh2_channel_window_read_ex(fuzz.channels[i], &window,
                                               NULL);
                libssh2_poll_channel_read(fuzz.channels[i], 0);
            }
        break;
    default:
        look_at(glue_session_extensions(fuzz.session, &size), size);
        if(glue_session_exchange(fuzz.session, &facts)) {
            look_at(facts.session_id, facts.session_id_length);
            look_at(facts.host_key, facts.host_key_length);
            look_at(facts.signature, facts.signature_length);
        }
        libssh2_userauth_banner(fuzz.session, &banner);
        libssh2_userauth_methods_left(fuzz.session, &partial);
        libssh2_session_banner_get(fuzz.session);
        libssh2_hostkey_hash(fuzz.session, LIBSSH2_HOSTKEY_HASH_SHA256);
        libssh2_session_last_error(fuzz.session, &banner, NULL, 0);
    }
}
