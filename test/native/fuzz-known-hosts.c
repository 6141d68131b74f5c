/* A libFuzzer target: lines of known_hosts in C, read, asked for, written. */
#include <stdlib.h>
#include <string.h>
#include "libssh2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    LIBSSH2_SESSION *session = libssh2_session_init();
    LIBSSH2_KNOWNHOSTS *hosts = libssh2_knownhost_init(session);
    struct libssh2_knownhost *host = NULL;
    char *text = malloc(size), written[300];
    size_t length;
    if(size)
        memcpy(text, data, size);
    while(size) {
        char *end = memchr(text + (size_t)0, '\n', size);
        size_t line = end ? (size_t)(end - text) + 1 : size;
        char *copy = malloc(line);
        memcpy(copy, text, line);
        libssh2_knownhost_readline(hosts, copy, line,
                                   LIBSSH2_KNOWNHOST_FILE_OPENSSH);
        free(copy);
        memmove(text, text + line, size - line);
        size -= line;
    }
    free(text);
    libssh2_knownhost_checkp(hosts, "host", 22, "key", 3,
                             LIBSSH2_KNOWNHOST_TYPE_PLAIN |
                             LIBSSH2_KNOWNHOST_KEYENC_RAW, &host);
    libssh2_knownhost_checkp(hosts, "host", 2222, "AAAA", 4,
                             LIBSSH2_KNOWNHOST_TYPE_PLAIN |
                             LIBSSH2_KNOWNHOST_KEYENC_BASE64, &host);
    host = NULL;
    while(!libssh2_knownhost_get(hosts, &host, host)) {
        libssh2_knownhost_writeline(hosts, host, written, sizeof(written),
                                    &length, LIBSSH2_KNOWNHOST_FILE_OPENSSH);
        libssh2_knownhost_writeline(hosts, host, written, 10, &length,
                                    LIBSSH2_KNOWNHOST_FILE_OPENSSH);
    }
    libssh2_knownhost_free(hosts);
    libssh2_session_free(session);
    return 0;
}
