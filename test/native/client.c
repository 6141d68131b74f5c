/* client PORT USER PASSWORD [KIND=LIST ...] [--bytes=N]
   Connects to 127.0.0.1, offers only the named methods, logs in, reads N bytes
   that the server's `head -c N /dev/zero` sends, sends N bytes to `wc -c`, and
   prints what was agreed on. KIND: kex hostkey cipher mac comp.
   Exit status: 0, or the positive libssh2 error of the handshake. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "libssh2.h"

static const struct {
    const char *name;
    int first, second; /* method types; the same list for both directions */
} kinds[] = {
    { "kex", LIBSSH2_METHOD_KEX, -1 },
    { "hostkey", LIBSSH2_METHOD_HOSTKEY, -1 },
    { "cipher", LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC },
    { "mac", LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC },
    { "comp", LIBSSH2_METHOD_COMP_CS, LIBSSH2_METHOD_COMP_SC },
};

static int say(LIBSSH2_SESSION *session, const char *doing, int rc)
{
    char *message;
    libssh2_session_last_error(session, &message, NULL, 0);
    fprintf(stderr, "%s: %d %s\n", doing, rc, message);
    return rc < 0 ? -rc : 1;
}

static int prefer(LIBSSH2_SESSION *session, const char *argument)
{
    size_t i, length;
    for(i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        length = strlen(kinds[i].name);
        if(strncmp(argument, kinds[i].name, length) ||
           argument[length] != '=')
            continue;
        argument += length + 1;
        if(kinds[i].first == LIBSSH2_METHOD_COMP_CS)
            libssh2_session_flag(session, LIBSSH2_FLAG_COMPRESS, 1);
        if(libssh2_session_method_pref(session, kinds[i].first, argument))
            return -1;
        return kinds[i].second < 0 ? 0 :
            libssh2_session_method_pref(session, kinds[i].second, argument);
    }
    return -1;
}

static int connect_to(int port)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    address.sin_port = htons((unsigned short)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if(connect(fd, (struct sockaddr *)&address, sizeof(address))) {
        perror("connect");
        exit(99);
    }
    return fd;
}

static int transfer(LIBSSH2_SESSION *session, long bytes)
{
    static char buffer[65536], command[64], answer[64];
    LIBSSH2_CHANNEL *channel = libssh2_channel_open_session(session);
    ssize_t n;
    long seen = 0;
    size_t have = 0;
    if(!channel)
        return say(session, "open", -1);
    snprintf(command, sizeof(command), "head -c %ld /dev/zero", bytes);
    if(libssh2_channel_exec(channel, command))
        return say(session, "exec", -1);
    while((n = libssh2_channel_read(channel, buffer, sizeof(buffer))) > 0)
        seen += n;
    if(n < 0 || seen != bytes)
        return say(session, "read", (int)n);
    libssh2_channel_free(channel);
    channel = libssh2_channel_open_session(session);
    if(!channel || libssh2_channel_exec(channel, "wc -c"))
        return say(session, "exec wc", -1);
    for(seen = 0; seen < bytes; seen += n) {
        size_t want = bytes - seen < (long)sizeof(buffer) ?
            (size_t)(bytes - seen) : sizeof(buffer);
        n = libssh2_channel_write(channel, buffer, want);
        if(n < 0)
            return say(session, "write", (int)n);
    }
    libssh2_channel_send_eof(channel);
    while(have < sizeof(answer) - 1 &&
          (n = libssh2_channel_read(channel, answer + have,
                                    sizeof(answer) - 1 - have)) > 0)
        have += (size_t)n;
    libssh2_channel_free(channel);
    return atol(answer) == bytes ? 0 : say(session, "wc", -1);
}

int main(int argc, char **argv)
{
    LIBSSH2_SESSION *session;
    long bytes = 1000;
    int fd, i, rc;
    if(argc < 4)
        return 98;
    if(libssh2_init(0))
        return 97;
    session = libssh2_session_init();
    for(i = 4; i < argc; i++) {
        if(!strncmp(argv[i], "--bytes=", 8))
            bytes = atol(argv[i] + 8);
        else if(prefer(session, argv[i]))
            return say(session, argv[i], -33);
    }
    fd = connect_to(atoi(argv[1]));
    rc = libssh2_session_handshake(session, fd);
    if(rc)
        rc = say(session, "handshake", rc);
    else {
        printf("%s %s %s %s %s\n",
               libssh2_session_methods(session, LIBSSH2_METHOD_KEX),
               libssh2_session_methods(session, LIBSSH2_METHOD_HOSTKEY),
               libssh2_session_methods(session, LIBSSH2_METHOD_CRYPT_SC),
               libssh2_session_methods(session, LIBSSH2_METHOD_MAC_SC),
               libssh2_session_methods(session, LIBSSH2_METHOD_COMP_SC));
        rc = libssh2_userauth_password(session, argv[2], argv[3]);
        rc = rc ? say(session, "password", rc) : transfer(session, bytes);
        libssh2_session_disconnect(session, "done");
    }
    libssh2_session_free(session);
    close(fd);
    libssh2_exit();
    return rc;
}
