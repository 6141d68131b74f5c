/* libssh's server side: server REKEY_BYTES SFTP_SERVER AUTHORIZED_KEYS HOST_KEY...
   Commands, a shell, terminals and SFTP (OpenSSH's program), channels at once.
   A process for each connection. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#define CHANNELS 50
static struct run {
    ssh_channel channel;
    struct ssh_channel_callbacks_struct callbacks;
    pid_t pid;
    int in, out, err; /* of the command, or -1 */
    int terminal, child;
    char pending[32000]; /* for the command's input */
    int pending_len, pending_sent;
} runs[CHANNELS];

static ssh_session session;
static ssh_key allowed[8];
static const char *sftp_server;
static int authenticated;

static void close_fd(int *fd)
{
    if(*fd >= 0)
        close(*fd);
    *fd = -1;
}

static int start(struct run *run, const char *command)
{
    int in[2], out[2], err[2];
    if(run->pid)
        return 1;
    if(run->terminal >= 0) {
        run->pid = fork();
        if(!run->pid) {
            setsid();
            login_tty(run->child);
            execl("/bin/sh", "sh", command ? "-c" : NULL, command, NULL);
            _exit(127);
        }
        close_fd(&run->child);
        run->in = run->terminal;
        run->out = dup(run->terminal);
        fcntl(run->out, F_SETFL, O_NONBLOCK);
        return 0;
    }
    if(pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
        return 1;
    run->pid = fork();
    if(!run->pid) {
        setsid();
        dup2(in[0], 0);
        dup2(out[1], 1);
        dup2(err[1], 2);
        execl("/bin/sh", "sh", command ? "-c" : NULL, command, NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    close(err[1]);
    run->in = in[1];
    run->out = out[0];
    run->err = err[0];
    fcntl(run->in, F_SETFL, O_NONBLOCK);
    return 0;
}

static int on_exec(ssh_session s, ssh_channel c, const char *command, void *data)
{
    (void)s; (void)c;
    return start(data, command);
}

static int on_shell(ssh_session s, ssh_channel c, void *data)
{
    (void)s; (void)c;
    return start(data, NULL);
}

static int on_subsystem(ssh_session s, ssh_channel c, const char *name, void *data)
{
    (void)s; (void)c;
    return strcmp(name, "sftp") ? 1 : start(data, sftp_server);
}

static int on_env(ssh_session s, ssh_channel c, const char *n, const char *v, void *data)
{
    (void)s; (void)c; (void)n; (void)v; (void)data;
    return 1;
}

static int on_pty(ssh_session s, ssh_channel c, const char *term, int columns, int rows, int x, int y, void *data)
{
    struct run *run = data;
    struct winsize size = { (unsigned short)rows, (unsigned short)columns, (unsigned short)x, (unsigned short)y };
    (void)s; (void)c;
    setenv("TERM", term, 1);
    return openpty(&run->terminal, &run->child, NULL, NULL, &size) ? -1 : 0;
}

static int on_resize(ssh_session s, ssh_channel c, int columns, int rows, int x, int y, void *data)
{
    struct winsize size = { (unsigned short)rows, (unsigned short)columns, (unsigned short)x, (unsigned short)y };
    (void)s; (void)c;
    return ioctl(((struct run *)data)->terminal, TIOCSWINSZ, &size);
}

static ssh_channel on_channel(ssh_session s, void *data)
{
    int i;
    (void)data;
    for(i = 0; i < CHANNELS; i++) {
        struct run *run = &runs[i];
        if(run->channel)
            continue;
        memset(run, 0, sizeof(*run));
        run->in = run->out = run->err = run->terminal = run->child = -1;
        run->channel = ssh_channel_new(s);
        run->callbacks.userdata = run;
        run->callbacks.channel_exec_request_function = on_exec;
        run->callbacks.channel_shell_request_function = on_shell;
        run->callbacks.channel_subsystem_request_function = on_subsystem;
        run->callbacks.channel_env_request_function = on_env;
        run->callbacks.channel_pty_request_function = on_pty;
        run->callbacks.channel_pty_window_change_function = on_resize;
        ssh_callbacks_init(&run->callbacks);
        ssh_set_channel_callbacks(run->channel, &run->callbacks);
        return run->channel;
    }
    return NULL;
}

static int on_key(ssh_session s, const char *user, struct ssh_key_struct *key, char state, void *data)
{
    int i;
    (void)s; (void)user; (void)data;
    for(i = 0; allowed[i]; i++)
        if(!ssh_key_cmp(key, allowed[i], SSH_KEY_CMP_PUBLIC)) {
            if(state == SSH_PUBLICKEY_STATE_VALID)
                authenticated = 1;
            return SSH_AUTH_SUCCESS;
        }
    return SSH_AUTH_DENIED;
}

/* As much as the peer's window takes. 1 at the end of the output. */
static int forward(struct run *run, int *fd, int is_stderr)
{
    static char buffer[32000];
    uint32_t room = ssh_channel_window_size(run->channel);
    struct pollfd one = { *fd, POLLIN, 0 };
    ssize_t got;
    if(*fd < 0)
        return 1;
    if(!room || poll(&one, 1, 0) <= 0)
        return 0;
    got = read(*fd, buffer, room < sizeof(buffer) ? room : sizeof(buffer));
    if(got <= 0) {
        if(got < 0 && errno == EAGAIN)
            return 0;
        close_fd(fd);
        return 1;
    }
    if(is_stderr)
        ssh_channel_write_stderr(run->channel, buffer, (uint32_t)got);
    else
        ssh_channel_write(run->channel, buffer, (uint32_t)got);
    return 0;
}

/* What the command takes now; the rest stays with libssh, and so in the window. */
static int feed(struct run *run)
{
    ssize_t done;
    if(run->pending_sent == run->pending_len) {
        int got = ssh_channel_read_nonblocking(run->channel, run->pending, sizeof(run->pending), 0);
        if(got <= 0) {
            if((got < 0 || ssh_channel_is_eof(run->channel)) && run->terminal < 0)
                close_fd(&run->in);
            return 0;
        }
        run->pending_len = got;
        run->pending_sent = 0;
    }
    done = run->in < 0 ? run->pending_len - run->pending_sent :
        write(run->in, run->pending + run->pending_sent, (size_t)(run->pending_len - run->pending_sent));
    if(done < 0 && errno == EAGAIN)
        return 0;
    if(done < 0)
        close_fd(&run->in);
    else
        run->pending_sent += (int)done;
    return 1;
}

static void serve(struct run *run)
{
    int status, ended;
    if(!run->channel || !run->pid)
        return;
    while(feed(run))
        ;
    ended = forward(run, &run->out, 0);
    ended &= forward(run, &run->err, 1);
    if(!ended && !ssh_channel_is_closed(run->channel))
        return;
    if(ssh_channel_is_closed(run->channel))
        kill(-run->pid, SIGHUP);
    close_fd(&run->in);
    if(waitpid(run->pid, &status, WNOHANG) == 0)
        return;
    ssh_channel_send_eof(run->channel);
    if(WIFSIGNALED(status))
        ssh_channel_request_send_exit_signal(run->channel, sigabbrev_np(WTERMSIG(status)), 0, "", "");
    else
        ssh_channel_request_send_exit_status(run->channel, WEXITSTATUS(status));
    ssh_channel_close(run->channel);
    close_fd(&run->out);
    close_fd(&run->err);
    ssh_channel_free(run->channel);
    run->channel = NULL;
}

static void connection(uint64_t rekey)
{
    struct ssh_server_callbacks_struct callbacks = { .auth_pubkey_function = on_key, .channel_open_request_session_function = on_channel };
    ssh_event event = ssh_event_new();
    int i;
    ssh_callbacks_init(&callbacks);
    ssh_set_server_callbacks(session, &callbacks);
    if(rekey)
        ssh_options_set(session, SSH_OPTIONS_REKEY_DATA, &rekey);
    if(ssh_handle_key_exchange(session)) {
        fprintf(stderr, "%s\n", ssh_get_error(session));
        return;
    }
    ssh_set_auth_methods(session, SSH_AUTH_METHOD_PUBLICKEY);
    ssh_event_add_session(event, session);
    while(ssh_is_connected(session) && !(ssh_get_status(session) & (SSH_CLOSED | SSH_CLOSED_ERROR))) {
        if(ssh_event_dopoll(event, 5) == SSH_ERROR)
            break;
        for(i = 0; i < CHANNELS; i++)
            serve(&runs[i]);
    }
    fprintf(stderr, "over: %s\n", ssh_get_error(session));
    for(i = 0; i < CHANNELS; i++)
        if(runs[i].pid > 0)
            kill(-runs[i].pid, SIGHUP);
}

int main(int argc, char **argv)
{
    ssh_bind bind = ssh_bind_new();
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    unsigned int port = 0;
    char line[4096], type[40], key[4000];
    int i, keys = 0, no = 0;
    FILE *file = fopen(argv[3], "r");
    (void)argc;
    signal(SIGCHLD, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    ssh_init();
    sftp_server = argv[2];
    while(file && fgets(line, sizeof(line), file))
        if(sscanf(line, "%39s %3999s", type, key) == 2 && keys < 7)
            ssh_pki_import_pubkey_base64(key, ssh_key_type_from_name(type), &allowed[keys++]);
    ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no);
    ssh_bind_options_set(bind, SSH_BIND_OPTIONS_BINDADDR, "127.0.0.1");
    ssh_bind_options_set(bind, SSH_BIND_OPTIONS_BINDPORT, &port);
    if(getenv("LIBSSH_LOG"))
        ssh_bind_options_set(bind, SSH_BIND_OPTIONS_LOG_VERBOSITY_STR, getenv("LIBSSH_LOG"));
    for(i = 4; i < argc; i++)
        ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HOSTKEY, argv[i]);
    if(ssh_bind_listen(bind))
        return fprintf(stderr, "%s\n", ssh_get_error(bind)), 1;
    getsockname(ssh_bind_get_fd(bind), (struct sockaddr *)&address, &size);
    printf("listening on %d\n", ntohs(address.sin_port));
    for(;;) {
        session = ssh_new();
        if(ssh_bind_accept(bind, session))
            return fprintf(stderr, "%s\n", ssh_get_error(bind)), 1;
        while(waitpid(-1, NULL, WNOHANG) > 0)
            ;
        if(!fork()) {
            ssh_bind_free(bind);
            connection(strtoull(argv[1], NULL, 10));
            _exit(0);
        }
        ssh_free(session);
    }
}
