/* units NUMBER
   Functions of libssh2 by themselves, where no server can bring the module
   there. Exit status 0: as it should be; a sanitizer reports the rest. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "libssh2_priv.h"
#include "comp.h"

static size_t asked;

static LIBSSH2_ALLOC_FUNC(counting_alloc)
{
    (void)abstract;
    asked = count;
    return count > 1u << 30 ? NULL : malloc(count);
}

static LIBSSH2_FREE_FUNC(counting_free)
{
    (void)abstract;
    free(ptr);
}

static LIBSSH2_REALLOC_FUNC(counting_realloc)
{
    (void)abstract;
    return realloc(ptr, count);
}

/* 0142: the state of zlib is as large as zlib asks for, and nothing is not
   inflated. */
static int inflate_bounds(LIBSSH2_SESSION *session)
{
    const LIBSSH2_COMP_METHOD **methods, *zlib = NULL;
    unsigned char *out = NULL;
    size_t out_len = 0;
    void *state = NULL;
    z_stream *stream;
    int rc;
    session->flag.compress = 1;
    for(methods = _libssh2_comp_methods(session); *methods; methods++)
        if((*methods)->compress)
            zlib = *methods;
    if(!zlib || zlib->init(session, 0, &state))
        return 1;
    stream = state;
    if(stream->zalloc(stream->opaque, 65537, 65536) || asked < 1u << 30)
        return 2;
    rc = zlib->decomp(session, &out, &out_len, 40000, (unsigned char *)"", 0,
                      &state);
    free(out);
    zlib->dtor(session, 0, &state);
    return rc == LIBSSH2_ERROR_ZLIB ? 0 : 3;
}

int main(int argc, char **argv)
{
    LIBSSH2_SESSION *session = libssh2_session_init_ex(
        counting_alloc, counting_free, counting_realloc, NULL);
    int rc = argc == 2 && !strcmp(argv[1], "0142") ? inflate_bounds(session) :
        99;
    libssh2_session_free(session);
    return rc;
}
