/* bench-client WORKLOAD HOST PORT USER KEY CIPHER BYTES COUNT REMOTE LOCAL
   One workload with libssh2's blocking functions, whichever libssh2 it is linked with. KEY is a file with the 32 bytes of an
   Ed25519 seed; signatures come from OpenSSL, because the module's libssh2 leaves them to its caller. CIPHER may be "-".
   Prints what bench/types.ts calls a Timing. Exit status: 0, or 1 with the error on stderr. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "libssh2.h"
#include "libssh2_sftp.h"

#define BUFFER (256 * 1024)

struct job {
    const char *host, *port, *user, *cipher, *remote, *local;
    long bytes, count;
    EVP_PKEY *key;
    unsigned char public_key[51];
};

static char buffer[BUFFER];
static LIBSSH2_SESSION *session;
static int fd;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char *doing)
{
    char *message = NULL;
    int rc = session ? libssh2_session_last_error(session, &message, NULL, 0)
                     : 0;
    fprintf(stderr, "%s: %d %s\n", doing, rc, message ? message : "");
    exit(1);
}

/* The bytes before the 64 bytes (RFC 8709 section 6); the patched libssh2
   wants them from the callback, upstream's adds them itself. */
static const char signature_head[] = "\0\0\0\013ssh-ed25519\0\0\0\100";

static int sign(LIBSSH2_SESSION *s, unsigned char **sig, size_t *sig_len,
                const unsigned char *data, size_t data_len, void **abstract)
{
    struct job *job = *abstract;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t head = 0, length = 64;
    int ok;
    (void)s;
    *sig = malloc(sizeof(signature_head) - 1 + length);
#ifdef WHOLE_SIGNATURE
    head = sizeof(signature_head) - 1;
    memcpy(*sig, signature_head, head);
#endif
    ok = *sig && context &&
        EVP_DigestSignInit(context, NULL, NULL, NULL, job->key) == 1 &&
        EVP_DigestSign(context, *sig + head, &length, data, data_len) == 1;
    EVP_MD_CTX_free(context);
    *sig_len = head + length;
    return ok ? 0 : -1;
}

static void load_key(struct job *job, const char *path)
{
    static const unsigned char head[19] = "\0\0\0\013ssh-ed25519\0\0\0\040";
    unsigned char seed[32];
    size_t length = 32;
    int file = open(path, O_RDONLY);
    if(file < 0 || read(file, seed, 32) != 32)
        fail("key");
    close(file);
    job->key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
    memcpy(job->public_key, head, 19);
    if(!job->key ||
       EVP_PKEY_get_raw_public_key(job->key, job->public_key + 19, &length)
       != 1)
        fail("key");
}

static void log_in(struct job *job)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    void *abstract = job;
    int on = 1;
    fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    address.sin_port = htons((unsigned short)atoi(job->port));
    inet_pton(AF_INET, job->host, &address.sin_addr);
    if(connect(fd, (struct sockaddr *)&address, sizeof(address)))
        fail("connect");
    session = libssh2_session_init();
    if(!session)
        fail("session");
    if(strcmp(job->cipher, "-") &&
       (libssh2_session_method_pref(session, LIBSSH2_METHOD_CRYPT_CS,
                                    job->cipher) ||
        libssh2_session_method_pref(session, LIBSSH2_METHOD_CRYPT_SC,
                                    job->cipher)))
        fail("cipher");
    if(libssh2_session_handshake(session, fd))
        fail("handshake");
    if(libssh2_userauth_publickey(session, job->user, job->public_key,
                                  sizeof(job->public_key), sign, &abstract))
        fail("authentication");
}

static void log_out(void)
{
    libssh2_session_disconnect(session, "done");
    libssh2_session_free(session);
    session = NULL;
    close(fd);
}

static LIBSSH2_CHANNEL *run(const char *command)
{
    LIBSSH2_CHANNEL *channel = libssh2_channel_open_session(session);
    if(!channel || libssh2_channel_exec(channel, command))
        fail("exec");
    return channel;
}

static double exec_download(struct job *job)
{
    char command[128];
    double first = 0, last = 0;
    long seen = 0;
    ssize_t n;
    LIBSSH2_CHANNEL *channel;
    snprintf(command, sizeof(command), "dd if=/dev/zero iflag=fullblock "
             "bs=131072 count=%ld status=none", job->bytes / 131072);
    channel = run(command);
    while((n = libssh2_channel_read(channel, buffer, BUFFER)) > 0) {
        last = now();
        if(!seen)
            first = last;
        seen += n;
    }
    if(seen != job->bytes)
        fail("read");
    return last - first;
}

static double exec_upload(struct job *job)
{
    LIBSSH2_CHANNEL *channel = run("echo go; wc -c");
    char answer[64] = "";
    double start;
    long sent;
    ssize_t n;
    if(libssh2_channel_read(channel, answer, 3) != 3)
        fail("read");
    start = now();
    for(sent = 0; sent < job->bytes; sent += n) {
        size_t left = (size_t)(job->bytes - sent);
        n = libssh2_channel_write(channel, buffer,
                                  left < BUFFER ? left : BUFFER);
        if(n < 0)
            fail("write");
    }
    libssh2_channel_send_eof(channel);
    n = libssh2_channel_read(channel, answer, sizeof(answer) - 1);
    if(n <= 0 || atol(answer) != job->bytes)
        fail("wc");
    return now() - start;
}

static double sftp_copy(struct job *job, int get)
{
    char remote[512], local[512];
    double start, seconds;
    long seen = 0;
    ssize_t n;
    LIBSSH2_SFTP *sftp = libssh2_sftp_init(session);
    LIBSSH2_SFTP_HANDLE *handle;
    int file;
    snprintf(remote, sizeof(remote), "%s/large", job->remote);
    snprintf(local, sizeof(local), "%s/large", job->local);
    start = now();
    file = get ? open(local, O_WRONLY | O_CREAT | O_TRUNC, 0600)
               : open(local, O_RDONLY);
    if(!sftp || file < 0)
        fail("sftp");
    handle = libssh2_sftp_open(sftp, remote, get ? LIBSSH2_FXF_READ :
                               LIBSSH2_FXF_WRITE | LIBSSH2_FXF_CREAT |
                               LIBSSH2_FXF_TRUNC, 0600);
    if(!handle)
        fail("open");
    if(get)
        while((n = libssh2_sftp_read(handle, buffer, BUFFER)) > 0) {
            if(write(file, buffer, (size_t)n) != n)
                fail("write");
            seen += n;
        }
    else
        while((n = read(file, buffer, BUFFER)) > 0) {
            ssize_t done, written;
            for(done = 0; done < n; done += written) {
                written = libssh2_sftp_write(handle, buffer + done,
                                             (size_t)(n - done));
                if(written < 0)
                    fail("sftp write");
            }
            seen += n;
        }
    if(seen != job->bytes || libssh2_sftp_close(handle))
        fail("copy");
    close(file);
    seconds = now() - start;
    libssh2_sftp_shutdown(sftp);
    return seconds;
}

static double first_output(struct job *job)
{
    double start = now(), end;
    log_in(job);
    if(libssh2_channel_read(run("echo"), buffer, BUFFER) != 1)
        fail("read");
    end = now();
    log_out();
    return end - start;
}

int main(int argc, char **argv)
{
    struct job job;
    double seconds;
    long i;
    if(argc != 11 || libssh2_init(0))
        return 2;
    job.host = argv[2];
    job.port = argv[3];
    job.user = argv[4];
    load_key(&job, argv[5]);
    job.cipher = argv[6];
    job.bytes = atol(argv[7]);
    job.count = atol(argv[8]);
    job.remote = argv[9];
    job.local = argv[10];
    if(!strcmp(argv[1], "first-output")) {
        for(i = 0; i < job.count; i++)
            printf("%s%f", i ? "," : "{\"seconds\":[", first_output(&job));
        puts("]}");
        return 0;
    }
    log_in(&job);
    if(!strcmp(argv[1], "exec-download"))
        seconds = exec_download(&job);
    else if(!strcmp(argv[1], "exec-upload"))
        seconds = exec_upload(&job);
    else
        seconds = sftp_copy(&job, !strcmp(argv[1], "sftp-get"));
    printf("{\"seconds\":[%f],\"cipher\":\"%s\"}\n", seconds,
           libssh2_session_methods(session, LIBSSH2_METHOD_CRYPT_SC));
    log_out();
    return 0;
}
