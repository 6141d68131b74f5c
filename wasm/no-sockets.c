/* libssh2 links its default RECV and SEND, which glue_session_new() always
   replaces (law 1). These functions replace the C library's sockets, which
   would pull in Emscripten's file system. */
#include <errno.h>
#include <sys/socket.h>

ssize_t recv(int socket, void *buffer, size_t length, int flags)
{
    (void)socket;
    (void)buffer;
    (void)length;
    (void)flags;
    errno = ENOTSUP;
    return -1;
}

ssize_t send(int socket, const void *buffer, size_t length, int flags)
{
    (void)socket;
    (void)buffer;
    (void)length;
    (void)flags;
    errno = ENOTSUP;
    return -1;
}
