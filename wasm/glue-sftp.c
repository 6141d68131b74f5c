/* src/bindings/sftp/attributes.ts reads and writes these structures by offset. */
#include <stddef.h>
#include "libssh2_sftp.h"

_Static_assert(sizeof(LIBSSH2_SFTP_ATTRIBUTES) == 40, "size");
_Static_assert(offsetof(LIBSSH2_SFTP_ATTRIBUTES, filesize) == 8, "filesize");
_Static_assert(offsetof(LIBSSH2_SFTP_ATTRIBUTES, uid) == 16, "uid");
_Static_assert(offsetof(LIBSSH2_SFTP_ATTRIBUTES, gid) == 20, "gid");
_Static_assert(offsetof(LIBSSH2_SFTP_ATTRIBUTES, permissions) == 24, "mode");
_Static_assert(offsetof(LIBSSH2_SFTP_ATTRIBUTES, atime) == 28, "atime");
_Static_assert(offsetof(LIBSSH2_SFTP_ATTRIBUTES, mtime) == 32, "mtime");
_Static_assert(sizeof(LIBSSH2_SFTP_STATVFS) == 88, "statvfs");
_Static_assert(offsetof(LIBSSH2_SFTP_STATVFS, f_namemax) == 80, "namemax");
