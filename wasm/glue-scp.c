/* SCP without struct stat: src/bindings/scp.ts need not know its layout. */
#include "glue.h"
#include <sys/stat.h>

/* `facts`: size, mode bits, mtime, atime; written together with the channel. */
LIBSSH2_CHANNEL *glue_scp_recv(LIBSSH2_SESSION *session, const char *path,
                               int64_t facts[4])
{
    libssh2_struct_stat found = { 0 };
    LIBSSH2_CHANNEL *channel = libssh2_scp_recv2(session, path, &found);

    if(channel) {
        facts[0] = found.st_size;
        facts[1] = found.st_mode;
        facts[2] = found.st_mtime;
        facts[3] = found.st_atime;
    }
    return channel;
}
