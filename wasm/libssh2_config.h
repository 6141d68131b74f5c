/* What libssh2 may use of the platform. Deliberately not defined:
   HAVE_O_NONBLOCK, HAVE_POLL, HAVE_SELECT (there is no socket, only the RECV
   and SEND callbacks). */
#ifndef LIBSSH2_CONFIG_H
/* Keys are parsed in TypeScript (src/keys); C only asks for signatures. */
#define LIBSSH2_NO_KEY_FILES 1
#define LIBSSH2_CONFIG_H

#define HAVE_UNISTD_H
#define HAVE_INTTYPES_H
#define HAVE_SYS_SOCKET_H
#define HAVE_SYS_TIME_H
#define HAVE_ARPA_INET_H
#define HAVE_NETINET_IN_H
#define HAVE_GETTIMEOFDAY
#define HAVE_STRTOLL
#define HAVE_SNPRINTF
#define HAVE_EXPLICIT_BZERO

/* The backend: crypto-backend.h. */
#define LIBSSH2_WASM_CRYPTO
#define LIBSSH2_HAVE_ZLIB

#endif
