// Functions of libssh2 that have no method, with the reason.
const BLOCKING = 'not bound: nothing blocks here; `Session.complete()` is the counterpart of blocking mode'
const FILES = 'not bound: it reads files, and there is no file system'
const TRACE = 'not bound: it has no effect in a release build of libssh2; `onDebug` shows the server\'s messages'

/** @type {Readonly<Record<string, string>>} */
export const unbound = {
  libssh2_init: 'called by `Instance.create()`',
  libssh2_exit: 'not needed: an instance is freed with its memory',
  libssh2_free: 'not needed: methods return copies, and free what C allocated',
  libssh2_scp_recv: 'deprecated; see `libssh2_scp_recv2`',
  libssh2_scp_send_ex: '32-bit sizes; see `libssh2_scp_send64`',
  libssh2_session_abstract: 'not bound: a pointer for C callers; subclass or wrap `Session` instead',
  libssh2_session_callback_set: 'deprecated; see `libssh2_session_callback_set2`',
  libssh2_session_callback_set2: 'as properties and methods: `Session.onDebug`, `Session.onIgnore`, `Session.onDisconnect`, `Session.acceptX11`, `Session.acceptAgent`; SEND and RECV are the transport',
  libssh2_banner_set: 'deprecated; see `libssh2_session_banner_set`',
  libssh2_session_startup: 'deprecated; see `libssh2_session_handshake`',
  libssh2_userauth_publickey_fromfile_ex: `${FILES}; read the key and call \`Session.userauthPublickeyFromMemory\``,
  libssh2_userauth_hostbased_fromfile_ex: `${FILES}; host-based authentication needs the host's private key, which a user's program does not have`,
  libssh2_userauth_publickey_sk: 'security keys sign through `Session.userauthPublickey`, whose `sign` may be slow',
  libssh2_poll: 'deprecated; it polls sockets: use `Session.wait()`',
  libssh2_session_set_blocking: BLOCKING,
  libssh2_session_get_blocking: BLOCKING,
  libssh2_channel_set_blocking: BLOCKING,
  libssh2_base64_decode: 'deprecated; JavaScript has its own',
  libssh2_version: 'the constants `LIBSSH2_VERSION_MAJOR`, … have the version; `build-info.json` has all versions',
  libssh2_crypto_engine: 'not bound: there is one backend, this package\'s own; `build-info.json` lists its parts',
  libssh2_knownhost_readfile: `${FILES}; call \`KnownHosts.readline\` for each line`,
  libssh2_knownhost_writefile: `${FILES}; call \`KnownHosts.writeline\` for each entry`,
  libssh2_trace: TRACE,
  libssh2_trace_sethandler: TRACE,
  libssh2_publickey_list_free: 'not needed: `PublickeySubsystem.listFetch` returns JavaScript objects',
}
