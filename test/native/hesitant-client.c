/* hesitant-client PORT SCENARIO
   A client of the scripted server whose SEND and RECV take their time, which
   those of the module never do: what libssh2 does with EAGAIN in the middle of
   a packet. Exit status 0: as it should be; 2: not within the time; a sanitizer
   reports the rest. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "libssh2.h"

static int hesitate;           /* every other SEND takes nothing */
static ssize_t room = -1;      /* bytes that SEND still takes; -1: any */
static size_t most = SIZE_MAX; /* bytes that one RECV gives */
static int opened;             /* channels that came by a callback */

static LIBSSH2_SEND_FUNC(hesitant_send)
{
    static int turn;
    (void)abstract;
    if(hesitate && (turn = !turn))
        return -EAGAIN;
    if(room >= 0 && (size_t)room < length)
        length = (size_t)room;
    if(room == 0)
        return -EAGAIN;
    if(room > 0)
        room -= (ssize_t)length;
    return send(socket, buffer, length, flags);
}

static LIBSSH2_RECV_FUNC(small_recv)
{
    ssize_t got = recv(socket, buffer, length < most ? length : most,
                       flags | MSG_DONTWAIT);
    (void)abstract;
    return got < 0 ? -errno : got;
}

static LIBSSH2_X11_OPEN_FUNC(x11_open)
{
    (void)session; (void)channel; (void)shost; (void)sport; (void)abstract;
    opened++;
}

static int fd;

/* Repeats until it is not EAGAIN. */
static void wait_for_more(void)
{
    static int turns;
    struct pollfd one = { .fd = fd, .events = POLLIN };
    if(++turns > 500) {
        fprintf(stderr, "nothing came of it\n");
        exit(2);
    }
    poll(&one, 1, 10);
}
#define UNTIL_DONE(rc, call) \
    while(((rc) = (call)) == LIBSSH2_ERROR_EAGAIN) wait_for_more()
#define UNTIL_MADE(pointer, call) \
    while(!((pointer) = (call)) && \
          libssh2_session_last_errno(session) == LIBSSH2_ERROR_EAGAIN) \
        wait_for_more()

static void need(LIBSSH2_SESSION *session, int good, const char *what)
{
    char *message;
    if(good)
        return;
    libssh2_session_last_error(session, &message, NULL, 0);
    fprintf(stderr, "%s: %s\n", what, message);
    exit(1);
}

static void read_done(LIBSSH2_SESSION *session, LIBSSH2_CHANNEL *channel)
{
    char text[5] = "";
    int rc;
    UNTIL_DONE(rc, (int)libssh2_channel_read(channel, text, 4));
    need(session, rc == 4 && !strcmp(text, "done"), "read");
}

/* A write whose packet is half sent when the server begins a key exchange. */
static void half_sent(LIBSSH2_SESSION *session, LIBSSH2_CHANNEL *channel)
{
    static const char data[20000];
    char text[4];
    int there = 0;
    ssize_t rc;
    room = 100;
    rc = libssh2_channel_write(channel, data, sizeof(data));
    need(session, rc == LIBSSH2_ERROR_EAGAIN, "write");
    while(!there) {
        wait_for_more();
        ioctl(fd, FIONREAD, &there);
    }
    libssh2_channel_read(channel, text, 4); /* takes the KEXINIT in */
    room = -1;
    UNTIL_DONE(rc, libssh2_channel_write(channel, data, sizeof(data)));
    need(session, rc == sizeof(data), "write");
}

/* One call takes all that is there, in however small pieces RECV gives it. */
static void small_pieces(LIBSSH2_SESSION *session, LIBSSH2_CHANNEL *channel)
{
    static char data[30000];
    int there = 0;
    while(there < 20000) {
        wait_for_more();
        ioctl(fd, FIONREAD, &there);
    }
    most = 1000;
    need(session, libssh2_channel_read(channel, data, sizeof(data)) > 0,
         "read");
}

/* What is left behind by a packet that cannot be used shows at the end. */
static void broken(LIBSSH2_SESSION *session, LIBSSH2_CHANNEL *channel)
{
    char text[4];
    int rc;
    UNTIL_DONE(rc, (int)libssh2_channel_read(channel, text, 4));
    need(session, rc < 0, "a packet that is broken");
}

static void forwarded(LIBSSH2_SESSION *session)
{
    LIBSSH2_LISTENER *listener;
    LIBSSH2_CHANNEL *channel;
    UNTIL_MADE(listener, libssh2_channel_forward_listen_ex(session, NULL, 4242,
                                                           NULL, 1));
    need(session, listener != NULL, "listen");
    hesitate = 1;
    UNTIL_MADE(channel, libssh2_channel_forward_accept(listener));
    need(session, channel != NULL, "accept");
}

static LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC(nobody_answers)
{
    (void)name; (void)name_len; (void)instruction; (void)instruction_len;
    (void)prompts; (void)responses;
    *(int *)*abstract = num_prompts;
    return LIBSSH2_ERROR_EAGAIN;
}

/* The session ends while a person has not answered. */
static void prompt(LIBSSH2_SESSION *session)
{
    int asked = 0;
    *libssh2_session_abstract(session) = &asked;
    while(!asked) {
        libssh2_userauth_keyboard_interactive_ex(session, "user", 4,
                                                 nobody_answers);
        wait_for_more();
    }
}

/* The server hangs up in turn, and the session is freed. */
static void hang_up(LIBSSH2_SESSION *session, LIBSSH2_CHANNEL *channel)
{
    char text[4];
    int rc;
    shutdown(fd, SHUT_WR);
    UNTIL_DONE(rc, (int)libssh2_channel_read(channel, text, 4));
    need(session, rc < 0, "a connection that is gone");
    UNTIL_DONE(rc, libssh2_session_free(session));
}

/* The connection ends while a signal waits to be sent. */
static void unsent_signal(LIBSSH2_SESSION *session, LIBSSH2_CHANNEL *channel)
{
    room = 0;
    need(session, libssh2_channel_signal(channel, "TERM") ==
         LIBSSH2_ERROR_EAGAIN, "signal");
    hang_up(session, channel);
}

/* The connection ends while the cancelling of a listener is half sent. */
static void half_cancelled(LIBSSH2_SESSION *session, LIBSSH2_CHANNEL *channel)
{
    LIBSSH2_LISTENER *listener;
    UNTIL_MADE(listener, libssh2_channel_forward_listen_ex(session, NULL, 4242,
                                                           NULL, 1));
    need(session, listener != NULL, "listen");
    room = 10;
    need(session, libssh2_channel_forward_cancel(listener) ==
         LIBSSH2_ERROR_EAGAIN, "cancel");
    hang_up(session, channel);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    const char *scenario = argc == 3 ? argv[2] : "";
    LIBSSH2_SESSION *session;
    LIBSSH2_CHANNEL *channel;
    int rc;

    address.sin_port = htons((unsigned short)atoi(argc == 3 ? argv[1] : "0"));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if(connect(fd, (struct sockaddr *)&address, sizeof(address)))
        return perror("connect"), 1;
    libssh2_init(0);
    session = libssh2_session_init();
    libssh2_session_set_blocking(session, 0);
    libssh2_session_callback_set2(session, LIBSSH2_CALLBACK_SEND,
                                  (libssh2_cb_generic *)hesitant_send);
    libssh2_session_callback_set2(session, LIBSSH2_CALLBACK_RECV,
                                  (libssh2_cb_generic *)small_recv);
    libssh2_session_callback_set2(session, LIBSSH2_CALLBACK_X11,
                                  (libssh2_cb_generic *)x11_open);
    UNTIL_DONE(rc, libssh2_session_handshake(session, fd));
    if(!strcmp(scenario, "no-handshake")) {
        need(session, rc != 0, "a handshake that fails");
        libssh2_session_free(session);
        return 0;
    }
    need(session, rc == 0, "handshake");
    if(!strcmp(scenario, "prompt")) {
        prompt(session);
        libssh2_session_free(session);
        return 0;
    }
    while(!libssh2_userauth_list(session, "user", 4) &&
          !libssh2_userauth_authenticated(session))
        wait_for_more();
    UNTIL_MADE(channel, libssh2_channel_open_session(session));
    need(session, channel != NULL, "open");
    UNTIL_DONE(rc, libssh2_channel_exec(channel, "true"));
    need(session, rc == 0, "exec");
    UNTIL_DONE(rc, libssh2_channel_handle_extended_data2(
        channel, LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE));
    UNTIL_DONE(rc, libssh2_channel_signal(channel, "USR1"));

    if(!strcmp(scenario, "half-sent"))
        half_sent(session, channel);
    else if(!strcmp(scenario, "small-pieces"))
        small_pieces(session, channel);
    else if(!strcmp(scenario, "broken"))
        broken(session, channel);
    else if(!strcmp(scenario, "close")) {
        UNTIL_DONE(rc, libssh2_channel_close(channel));
        need(session, libssh2_channel_get_exit_status(channel) == 7,
             "exit status");
    }
    else if(!strcmp(scenario, "forwarded"))
        forwarded(session);
    else if(!strcmp(scenario, "unsent-signal")) {
        unsent_signal(session, channel);
        return 0;
    }
    else if(!strcmp(scenario, "half-cancelled")) {
        half_cancelled(session, channel);
        return 0;
    }
    else {
        hesitate = 1;
        read_done(session, channel);
        need(session, (strcmp(scenario, "x11") == 0) == opened, "x11 channel");
    }
    hesitate = 0;
    close(fd);
    libssh2_session_free(session);
    return 0;
}
