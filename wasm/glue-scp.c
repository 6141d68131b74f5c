/* SCP without struct stat, so that src/bindings/scp.ts need not know its
   layout. */
#include "glue.h"
#include <sys/stat.h>

/* `facts` is filled together with the channel. */
LIBSSH2_CHANNEL *glue_scp_recv(LIBSSH2_SESSION *session, const char *path,
                               struct scp_facts *facts)
{
    libssh2_struct_stat found = { 0 };
    LIBSSH2_CHANNEL *channel = libssh2_scp_recv2(session, path, &found);

    if(channel) {
        facts->size = found.st_size;
        facts->mode = found.st_mode;
        facts->mtime = found.st_mtime;
        facts->atime = found.st_atime;
    }
    return channel;
}
