import type { RunOptions } from '../../core/driver.ts'
import { Lane } from '../../core/lane.ts'
import { portOf } from '../../core/port-of.ts'
import { libssh2Error } from '../../errors/libssh2-error.ts'
import type { SSHError } from '../../errors/ssh-error.ts'
import {
  LIBSSH2_CALLBACK_AUTHAGENT, LIBSSH2_CALLBACK_DEBUG, LIBSSH2_CALLBACK_IGNORE, LIBSSH2_CALLBACK_X11, LIBSSH2_CHANNEL_PACKET_DEFAULT, LIBSSH2_CHANNEL_WINDOW_DEFAULT,
  LIBSSH2_ERROR_METHOD_NOT_SUPPORTED, SSH_DISCONNECT_BY_APPLICATION,
} from '../../ffi/constants.gen.ts'
import type { Bytes, KnownHostsPointer } from '../../ffi/exports.gen.ts'
import { Instance, type InstanceOptions } from '../../ffi/instance.ts'
import type { BytePort, Transport } from '../../runtime/transport.ts'
import type { Agent } from '../agent.ts'
import { Answers } from '../answers.ts'
import { callable, callables, flag as checkedFlag, int, INT_MAX, record, wholeNumber } from '../arguments.ts'
import { AsyncCall } from '../async-call.ts'
import type { Channel } from '../channel/channel.ts'
import type { KnownHosts } from '../known-hosts.ts'
import { AcceptQueue } from '../listener/accept-queue.ts'
import type { Listener } from '../listener/listener.ts'
import type { PublickeySubsystem } from '../publickey/subsystem.ts'
import type { ScpStat } from '../scp.ts'
import { type Again, CONTEXT, type Run, SessionContext } from '../session-context.ts'
import type { Sftp } from '../sftp/sftp.ts'
import { preferAlgorithms, supportedAlgorithms } from './algorithms.ts'
import { Connection } from './connection.ts'
import { disconnect, type Disconnected, disconnectedByServer } from './disconnect.ts'
import type { FirstExchange } from './first-exchange.ts'
import { type GlobalAnswer, GlobalRequests } from './global-requests.ts'
import { Handshake } from './handshake.ts'
import { type HostKey, readHostKey, readHostKeyHash } from './host-key.ts'
import type * as Later from './later.ts'
import type { PromptFunction } from './prompt-round.ts'
import type { RekeyLimits } from './rekey-limits.ts'
import { type MethodsLeft, type NewPasswordFunction, questions, type SignFunction, Userauth } from './userauth.ts'

export interface SessionOptions extends InstanceOptions {
  /** Shares this WebAssembly instance with other sessions. By default each session has its own, so that none can reach another's memory. */
  readonly instance?: Instance
  /**
   * The most bytes of WebAssembly memory that libssh2 may hold for this session: mostly unread data of its channels, with a window of 2 MiB to 16 MiB
   * each. A session that needs more ends with `ERR_LIBSSH2_ALLOC`. Default 512 MiB; 256 KiB is the least.
   */
  readonly memoryLimit?: number | undefined
}

/** An X11 channel that the server opened, and where its connection came from. */
export interface IncomingX11 {
  readonly channel: Channel
  readonly originatorHost: string
  readonly originatorPort: number
}

/**
 * One SSH connection, non-blocking: the transport layer (RFC 4253), authentication (RFC 4252) and the connection layer (RFC 4254).
 * Return codes are those of ssh2-python: EAGAIN (-37) is returned, every other negative code is thrown as an `SSHError`.
 */
export class Session implements Disposable, AsyncDisposable {
  readonly [CONTEXT]: SessionContext
  readonly #later: typeof Later
  readonly #handshake: Handshake
  readonly #userauth: Userauth
  readonly #connection: Connection
  readonly #asyncCalls: AsyncCall
  readonly #globalRequests = new GlobalRequests()
  readonly #x11: AcceptQueue<IncomingX11>
  readonly #agents: AcceptQueue<Channel>
  readonly #rekeying = new Lane()
  #disconnected: Disconnected | undefined
  #onDebug: ((message: string, alwaysDisplay: boolean) => void) | null = null
  #onIgnore: ((data: Uint8Array) => void) | null = null
  /** Called with the reason code (RFC 4253 section 11.1) and text when the server sends SSH_MSG_DISCONNECT. */
  onDisconnect: ((reason: number, description: string) => void) | null = null

  /**
   * Called with a global request of the server (RFC 4254 section 4), e.g. `hostkeys-00@openssh.com`. If the request wants a reply, the reply is
   * a refusal. Set it before authentication.
   */
  onGlobalRequest: ((name: string, body: Uint8Array, wantReply: boolean) => void) | null = null

  private constructor(instance: Instance, port: BytePort, memoryLimit: number, later: typeof Later) {
    this.#later = later
    const answers: Answers = new Answers(() => context.running, () => context.driver.wake())
    const context: SessionContext = this[CONTEXT] = new SessionContext(instance, port, memoryLimit, later, new later.Negotiation(), {
      ...questions(answers),
      verify: later.hostKeyVerifier(() => context),
      disconnect: (reason, description) => {
        disconnectedByServer(context, this.#disconnected = { reason, description })
        queueMicrotask(() => this.onDisconnect?.(reason, description))
      },
      debug: (alwaysDisplay, message) => queueMicrotask(() => this.#onDebug?.(message, alwaysDisplay)),
      ignore: (data) => queueMicrotask(() => this.#onIgnore?.(data)),
      globalRequest: (name, body, wantReply) => queueMicrotask(() => this.onGlobalRequest?.(name, body, wantReply)),
      globalAnswer: (body) => this.#globalRequests.answered(body),
      x11Open: (channel, originatorHost, originatorPort) => this.#x11.push({ channel: this.#connection.channel(channel), originatorHost, originatorPort }),
      agentOpen: (channel) => this.#agents.push(this.#connection.channel(channel)),
    })
    this.#handshake = new Handshake(context)
    this.#asyncCalls = new AsyncCall(context)
    this.#userauth = new Userauth(context, this.#handshake, this.#asyncCalls, answers)
    this.#connection = new Connection(this, context, this.#handshake, this.#asyncCalls)
    this.#x11 = new AcceptQueue(context)
    this.#agents = new AcceptQueue(context)
  }

  /**
   * Takes over `transport` and makes a session on it, in its own WebAssembly instance unless `options.instance` is given.
   * @throws SSHError if memory is exhausted. libssh2_session_init_ex.
   */
  static async create(transport: Transport, options: SessionOptions = {}): Promise<Session> {
    const memoryLimit = wholeNumber(record(options, 'options').memoryLimit ?? MEMORY_LIMIT, 'memoryLimit', LEAST_MEMORY)
    if (options.instance !== undefined && !(options.instance instanceof Instance)) throw new TypeError('instance must be an Instance')
    const [instance, later] = await Promise.all([options.instance?.again() ?? Instance.create(options), import('./later.ts')])
    const session = new Session(instance, await portOf(transport), memoryLimit, later)
    instance.temporary = options.instance === undefined
    return session
  }

  /** The WebAssembly instance that this session lives in. */
  get instance(): Instance {
    this[CONTEXT].instance.temporary = false
    return this[CONTEXT].instance
  }

  /** What ended the session; `undefined` while it lives. */
  get failure(): SSHError | undefined { return this[CONTEXT].failure }

  /** Resolves with what ended the session, when it has ended. Never rejects. */
  ended(): Promise<SSHError> { return this[CONTEXT].ended }

  /** The content of the server's disconnect message, if it sent one. */
  get disconnected(): Disconnected | undefined { return this.#disconnected }

  /**
   * Resolves when it makes sense to repeat a call that returned EAGAIN: bytes arrived, the outgoing queue drained, a signer answered. It resolves at
   * once if that has happened since the caller's EAGAIN, whoever has called since. Any number of loops may wait, and await other things before. A
   * caller that looks at something that does not return EAGAIN (`windowReadEx`) has to start waiting in the same turn. The counterpart of polling the
   * socket. Rejects with `signal.reason` when aborted.
   */
  wait(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    return this.failure ? Promise.resolve() : this[CONTEXT].driver.wait(record(options, 'options').signal)
  }

  /**
   * Repeats `call` until it no longer returns EAGAIN: the counterpart of blocking mode, in which `write` always writes its whole buffer. Each attempt starts
   * from the beginning. Requests and writes that are done are not made again, so `call` may make several, if they are the same ones each time. A write must be
   * repeated with the same bytes, or with those that are left of them. @throws SSHError `ERR_LIBSSH2_BAD_USE` for others. If it works off a list, the list must
   * not contain the same call twice in a row, which counts as one call. On abort the promise rejects at once with `signal.reason`. If libssh2 has started
   * something that it cannot drop halfway, it is finished in the background, and a channel or other object that it makes is disposed of.
   */
  complete<T>(call: () => T, options: RunOptions<Exclude<T, Again>> = {}): Promise<Exclude<T, Again>> {
    callables({ discard: record(options, 'options').discard })
    return this[CONTEXT].driver.run(callable(call, 'call'), { discard: dispose, ...options })
  }

  /**
   * Exchanges identification strings and keys. @returns 0, or EAGAIN.
   * After it the server has proved that it owns the host key. The caller has to decide whether that key is the right one, with `hostkey()` or
   * `hostkeyHash()`. libssh2_session_handshake; RFC 4253 sections 4.2 and 7.
   */
  handshake(): number { return this.#handshake.run() }

  /**
   * Sets the identification string to send, one line, before the handshake. libssh2_session_banner_set; RFC 4253 section 4.2.
   * @throws SSHError `ERR_LIBSSH2_BAD_USE` once the handshake has begun: every later key exchange covers the string that was sent.
   */
  bannerSet(banner: string): number { return this.#handshake.setBanner(banner) }

  /** The server's identification string; `null` before it arrived. libssh2_session_banner_get. */
  bannerGet(): string | null { return this.#string((c, session) => c.libssh2_session_banner_get(session)) }

  /** The direction that the last EAGAIN waits for: `LIBSSH2_SESSION_BLOCK_*` bits, 0 if it does not wait for the transport. libssh2_session_block_directions. */
  blockDirections(): number { return this[CONTEXT].plain((c, session) => c.libssh2_session_block_directions(session)) }

  /** Sets a `LIBSSH2_FLAG_*`, before the handshake. libssh2_session_flag. */
  flag(flag: number, value: boolean | number = true): number {
    const checked = int(flag, 'flag')
    const on = typeof value === 'boolean' ? Number(value) : int(value, 'value')
    return this[CONTEXT].call({}, (c, session) => c.libssh2_session_flag(session, checked, on))
  }

  /** The host key that the server proved to own; `null` before the handshake. libssh2_session_hostkey. */
  hostkey(): HostKey | null { return readHostKey(this[CONTEXT]) }

  /** Digest of the host key for a `LIBSSH2_HOSTKEY_HASH_*`: 16, 20 or 32 bytes; `null` before the handshake, and for MD5, which is not built in. libssh2_hostkey_hash. */
  hostkeyHash(type: number): Uint8Array | null { return readHostKeyHash(this[CONTEXT], type) }

  /** Session identifier, host key and signature of the first key exchange, as agents need them; `null` before it. (glue_session_exchange) */
  firstExchange(): FirstExchange | null { return this.#later.readFirstExchange(this[CONTEXT]) }

  /** Whether the first key exchange was strict (OpenSSH's PROTOCOL section 1.9), as all later ones then are; false before it. (glue_session_strict) */
  strictKex(): boolean { return this[CONTEXT].plain((c, session) => c.glue_session_strict(session)) !== 0 }

  /**
   * The extensions that the server announced after the first key exchange, by name, with their values (RFC 8308); the first ones if there are
   * more than 16 kB. (glue_session_extensions)
   */
  extensions(): ReadonlyMap<string, Uint8Array> { return this.#later.readExtensions(this[CONTEXT]) }

  /**
   * Sends a global request (RFC 4254 section 4). @param body what follows the name. @param answered receives the answer, and makes the request
   * ask for one; it is not called if the session ends first.
   * @returns 0, or EAGAIN during a key exchange: nothing has been sent then. @throws SSHError `ERR_LIBSSH2_OUT_OF_BOUNDARY` over 256 kB.
   * (glue_session_global_request)
   */
  globalRequest(name: string, body: Uint8Array = new Uint8Array(0), answered?: GlobalAnswer): number {
    this.#handshake.needComplete()
    return this.#globalRequests.send(this[CONTEXT], name, body, answered)
  }

  /** Sets the names to offer for a `LIBSSH2_METHOD_*`, in order of preference, before the handshake. libssh2_session_method_pref. */
  methodPref(type: number, methods: string | readonly string[]): number { return preferAlgorithms(this[CONTEXT], type, methods) }

  /** The agreed name for a `LIBSSH2_METHOD_*`; `null` before the handshake. libssh2_session_methods. */
  methods(type: number): string | null {
    const kind = int(type, 'type')
    return this.#string((c, session) => c.libssh2_session_methods(session, kind))
  }

  /** Every name that this build knows for a `LIBSSH2_METHOD_*`. libssh2_session_supported_algs. */
  supportedAlgs(type: number): string[] { return supportedAlgorithms(this[CONTEXT], type) }

  /** Number of the last error. libssh2_session_last_errno. */
  lastErrno(): number { return this[CONTEXT].plain((c, session) => c.libssh2_session_last_errno(session)) }

  /** Text of the last error, empty if there was none. libssh2_session_last_error. */
  lastError(): string { return this[CONTEXT].lastErrorMessage(this.lastErrno()) ?? '' }

  /** libssh2_session_set_last_error. */
  setLastError(errno: number, message: string): number {
    const number = wholeNumber(errno, 'errno', -INT_MAX, INT_MAX)
    return this[CONTEXT].heap.scoped((scope) => {
      const words = scope.utf8(message, 'message')
      return this[CONTEXT].plain((c, session) => c.libssh2_session_set_last_error(session, number, words.pointer))
    })
  }

  /** Sets a timeout in milliseconds, as in ssh2-python: it has no effect, since a call here never blocks. libssh2_session_set_timeout. */
  setTimeout(milliseconds: number): void {
    const checked = int(milliseconds, 'milliseconds')
    this[CONTEXT].plain((c, session) => c.libssh2_session_set_timeout(session, checked))
  }

  /** libssh2_session_get_timeout. */
  getTimeout(): number { return this[CONTEXT].plain((c, session) => c.libssh2_session_get_timeout(session)) }

  /** Seconds to wait for the answer to a request; 0, the default here, is no limit. libssh2_session_set_read_timeout. */
  setReadTimeout(seconds: number): void {
    const checked = int(seconds, 'seconds')
    this[CONTEXT].plain((c, session) => c.libssh2_session_set_read_timeout(session, checked))
  }

  /** libssh2_session_get_read_timeout. */
  getReadTimeout(): number { return this[CONTEXT].plain((c, session) => c.libssh2_session_get_read_timeout(session)) }

  /**
   * Sets how often `keepaliveSend` sends a message, and whether the server should answer it.
   * @param interval seconds between messages, 0 for none; 1 counts as 2. libssh2_keepalive_config.
   */
  keepaliveConfig(wantReply: boolean, interval: number): void {
    const seconds = int(interval, 'interval')
    const wanted = checkedFlag(wantReply, 'wantReply')
    this[CONTEXT].plain((c, session) => c.libssh2_keepalive_config(session, wanted, seconds))
  }

  /** Sends a keepalive message if one is due, and returns the seconds until the next one. libssh2_keepalive_send. */
  keepaliveSend(): number {
    const context = this[CONTEXT]
    return context.heap.scoped((scope) => {
      const seconds = scope.out()
      const rc = context.call({ name: [context, 'keepaliveSend'] }, (c, session) => c.libssh2_keepalive_send(session, seconds))
      return rc === 0 ? context.heap.i32(seconds) : rc
    })
  }

  /** Sends a keepalive message at once, due or not. Does not wait for the server's answer. */
  keepaliveNow(): number { return this[CONTEXT].call({ name: [this, 'keepalive'] }, (c, session) => c.glue_session_keepalive(session)) }

  /** Sends SSH_MSG_IGNORE, which has no effect (RFC 4253 section 11.2); during a key exchange it sends nothing. @returns 0. (glue_session_ignore) */
  sendIgnore(): number { return this[CONTEXT].call({ name: [this, 'ignore'] }, (c, session) => c.glue_session_ignore(session)) }

  /**
   * Sends PING of `ping@openssh.com`, which is as large as a keystroke; the answer is dropped. During a key exchange nothing is sent. @returns 0.
   * @throws SSHError `ERR_LIBSSH2_METHOD_NOT_SUPPORTED` if the server has not announced the extension: it might end the session. (glue_session_ping)
   */
  sendPing(): number {
    if (!this.extensions().has('ping@openssh.com')) throw libssh2Error(LIBSSH2_ERROR_METHOD_NOT_SUPPORTED, 'the server has not announced ping@openssh.com')
    return this[CONTEXT].call({ name: [this, 'ping'] }, (c, session) => c.glue_session_ping(session))
  }

  /**
   * Re-keys, or waits for a key exchange in progress (RFC 4253 section 9): 0, or EAGAIN. Receiving continues, and the data is kept;
   * sending waits until both sides have the new keys. An abort does not undo it.
   * @throws SSHError `ERR_LIBSSH2_BAD_USE` before authentication; the error that ended the session, if the server refuses. (glue_session_rekey)
   */
  rekey(): number { return this[CONTEXT].call({ lane: this.#rekeying, call: ['rekey'] }, (c, session) => c.glue_session_rekey(session)) }

  /** Sets when the next key exchange starts automatically; every exchange, including the server's, restarts the count. (glue_session_rekey_after) */
  rekeyAfter(limits: RekeyLimits): void {
    const { bytes, seconds } = this.#later.checkedLimits(limits)
    this[CONTEXT].plain((c, session) => c.glue_session_rekey_after(session, bytes, seconds))
  }

  /** Called with each SSH_MSG_DEBUG; `null` for no call. LIBSSH2_CALLBACK_DEBUG. */
  set onDebug(callback: ((message: string, alwaysDisplay: boolean) => void) | null) {
    this.#onDebug = callback === null ? null : callable(callback, 'onDebug')
    this[CONTEXT].listen(LIBSSH2_CALLBACK_DEBUG, callback !== null)
  }

  /** Called with the data of each SSH_MSG_IGNORE; `null` for no call. LIBSSH2_CALLBACK_IGNORE. */
  set onIgnore(callback: ((data: Uint8Array) => void) | null) {
    this.#onIgnore = callback === null ? null : callable(callback, 'onIgnore')
    this[CONTEXT].listen(LIBSSH2_CALLBACK_IGNORE, callback !== null)
  }

  /** True once a request succeeded. libssh2_userauth_authenticated. */
  userauthAuthenticated(): boolean { return this[CONTEXT].plain((c, session) => c.libssh2_userauth_authenticated(session)) !== 0 }

  /**
   * Asks with method `none` which methods may continue (RFC 4252 section 5.2).
   * @returns their names; `null` if `none` alone authenticated; or EAGAIN. libssh2_userauth_list.
   */
  userauthList(username: string): string[] | null | Again { return this.#userauth.list(username) }

  /** The content of the server's last refusal. `null` before there was one. libssh2_userauth_methods_left (our patch). */
  userauthMethodsLeft(): MethodsLeft | null { return this.#userauth.methodsLeft() }

  /** All banners that the server has sent so far (RFC 4252 section 5.4); `null` if none. libssh2_userauth_banner. */
  userauthBanner(): string | null { return this.#userauth.banner() }

  /**
   * Authenticates with a password (RFC 4252 section 8). EAGAIN while the server, or the function that is asked for a new password, has not
   * answered.
   * @param newPassword called when the server wants the password changed; without it that ends in `ERR_LIBSSH2_PASSWORD_EXPIRED`.
   * @returns 0, or EAGAIN. @throws AuthenticationError if the server refuses. libssh2_userauth_password_ex.
   */
  userauthPassword(username: string, password: string, newPassword?: NewPasswordFunction): number {
    return this.#userauth.password(username, password, newPassword)
  }

  /**
   * Answers the server's prompts (RFC 4256), in as many rounds as the server asks.
   * @param respond a function, or one string that answers every prompt.
   * @returns 0, or EAGAIN, also while `respond` waits for somebody. @throws AuthenticationError if the server refuses.
   * libssh2_userauth_keyboard_interactive_ex.
   */
  userauthKeyboardInteractive(username: string, respond: PromptFunction | string): number { return this.#userauth.keyboardInteractive(username, respond) }

  /**
   * Authenticates with a signature from `sign`, which may be slow: EAGAIN meanwhile.
   * @param publicKey SSH public key blob, or a certificate's (RFC 4253 section 6.6).
   * @param algorithms signature algorithms that `sign` supports, preferred first; by default those of the key's type, `rsa-sha2-512` and `-256`
   * for RSA.
   * @returns 0, or EAGAIN. @throws AuthenticationError if the server refuses; any error of `sign`. libssh2_userauth_publickey.
   */
  userauthPublickey(username: string, publicKey: Uint8Array, sign: SignFunction, algorithms?: readonly string[]): number {
    return this.#userauth.publickey(username, publicKey, sign, algorithms)
  }

  /**
   * Authenticates with a private key in any format that `parsePrivateKey` reads. EAGAIN while the key is parsed and signs.
   * The last argument is not needed, because the public key is derived; it exists to keep libssh2's order of arguments.
   * @returns 0, or EAGAIN. @throws KeyError if the key cannot be read; AuthenticationError if the server refuses.
   * libssh2_userauth_publickey_frommemory.
   */
  userauthPublickeyFromMemory(username: string, privateKey: string | Uint8Array, passphrase?: string | null, _publicKey?: unknown): number {
    return this.#userauth.publickeyFromMemory(username, privateKey, passphrase)
  }

  /** Opens a channel of type `session`. @returns the channel, or EAGAIN. @throws ChannelError if the server refuses. libssh2_channel_open_session. */
  openSession(): Channel | Again { return this.openSessionEx() }

  /**
   * Opens a channel of any type (RFC 4254 section 5.1).
   * @param windowSize bytes that the server may send before a window adjust. @param packetSize largest packet that it may send.
   * @returns the channel, or EAGAIN. @throws ChannelError if the server refuses. libssh2_channel_open_ex.
   */
  openSessionEx(channelType = 'session', windowSize: number = LIBSSH2_CHANNEL_WINDOW_DEFAULT, packetSize: number = LIBSSH2_CHANNEL_PACKET_DEFAULT, message: Uint8Array = new Uint8Array(0)): Channel | Again {
    return this.#connection.open(channelType, windowSize, packetSize, message)
  }

  /** Opens a TCP connection from the server to `host` (RFC 4254 section 7.2). @returns the channel, or EAGAIN. libssh2_channel_direct_tcpip. */
  directTcpip(host: string, port: number): Channel | Again { return this.directTcpipEx(host, port, '127.0.0.1', 22) }

  /** Like `directTcpip`, and names where the connection comes from. libssh2_channel_direct_tcpip_ex. */
  directTcpipEx(host: string, port: number, originatorHost: string, originatorPort: number): Channel | Again {
    return this.#connection.directTcpip(host, port, originatorHost, originatorPort)
  }

  /** Opens a connection to a Unix socket on the server (OpenSSH PROTOCOL section 2.4). @returns the channel, or EAGAIN. libssh2_channel_direct_streamlocal_ex. */
  directStreamlocalEx(path: string, originatorHost = '127.0.0.1', originatorPort = 22): Channel | Again {
    return this.#connection.directStreamlocal(path, originatorHost, originatorPort)
  }

  /** Like `forwardListenEx`, on all addresses of the server. @returns the listener, or EAGAIN. libssh2_channel_forward_listen. */
  forwardListen(port: number): Listener | Again {
    const listening = this.forwardListenEx(null, port)
    return Array.isArray(listening) ? listening[0] : listening
  }

  /**
   * Asks the server to listen on a port and open a channel for each connection to it (RFC 4254 section 7.1).
   * @param host address that the server binds to; `null` for all of them, as `0.0.0.0`. @param port 0: the server chooses one.
   * @param queueMaxsize the most connections that wait to be accepted; the server is told that others are refused.
   * @returns `[listener, boundPort]`, or EAGAIN. @throws SSHError `ERR_LIBSSH2_REQUEST_DENIED` if the server refuses.
   * libssh2_channel_forward_listen_ex.
   */
  forwardListenEx(host: string | null, port: number, queueMaxsize = 16): [listener: Listener, boundPort: number] | Again {
    return this.#connection.listen(host, port, queueMaxsize)
  }

  /**
   * Asks the server to listen on a Unix socket and open a channel for each connection to it (OpenSSH PROTOCOL section 2.4). @param path of the
   * socket on the server.
   * @param queueMaxsize as in `forwardListenEx`.
   * @returns the listener, whose port is 0, or EAGAIN. @throws SSHError `ERR_LIBSSH2_REQUEST_DENIED` if the server refuses.
   * libssh2_channel_forward_listen_streamlocal (our patch).
   */
  forwardListenStreamlocal(path: string, queueMaxsize = 16): Listener | Again { return this.#connection.listenStreamlocal(path, queueMaxsize) }

  /** Starts the SFTP subsystem on its own channel. @returns the object, or EAGAIN. libssh2_sftp_init. */
  sftpInit(): Sftp | Again {
    this.#handshake.needComplete()
    const context = this[CONTEXT]
    return this.#asyncCalls.callWith([this, 'sftpInit'], () => import('../sftp/sftp.ts'), ({ Sftp }) => (
      context.performForPointer({ lane: context.lane, call: ['sftpInit'] }, () => (c, session) => c.libssh2_sftp_init(session), (pointer) => new Sftp(this, context, pointer))
    ))
  }

  /**
   * Asks the server to send a file over SCP. Read `stat.filesize` bytes and a zero, and write a zero back.
   * @returns `[channel, stat]`, or EAGAIN. @throws SSHError `ERR_LIBSSH2_SCP_PROTOCOL` if the server refuses. libssh2_scp_recv2.
   */
  scpRecv2(path: string): [channel: Channel, stat: ScpStat] | Again { return this.#connection.scpReceive(path) }

  /**
   * Asks the server to receive a file over SCP. Write `size` bytes and a zero, and read a zero back. Without `mtime` and `atime`, in seconds
   * since 1970, its times are now.
   * @returns the channel, or EAGAIN. @throws SSHError `ERR_LIBSSH2_SCP_PROTOCOL` if the server refuses. libssh2_scp_send64.
   */
  scpSend64(path: string, mode: number, size: number | bigint, mtime = 0, atime = 0): Channel | Again {
    return this.#connection.scpSend(path, mode, size, mtime, atime)
  }

  /** Starts the public key subsystem on its own channel. @returns the object, or EAGAIN. @throws ChannelError if the server has none. libssh2_publickey_init. */
  publickeyInit(): PublickeySubsystem | Again {
    this.#handshake.needComplete()
    const open = async () => (await import('../publickey/subsystem.ts')).PublickeySubsystem.open(this, this[CONTEXT], () => this.openSession())
    return this.#asyncCalls.call([this, 'publickeyInit'], open, true)
  }

  /** An agent that is not connected yet. libssh2_agent_init. */
  agentInit(): Agent { return new this.#later.Agent(this, this[CONTEXT], this.#userauth) }

  /** An empty collection of known hosts. @throws SSHError if memory is exhausted. libssh2_knownhost_init. */
  knownhostInit(): KnownHosts {
    const context = this[CONTEXT]
    return new this.#later.KnownHosts(this, context, context.plain((c, session) => context.orLastError(c.libssh2_knownhost_init(session))) as KnownHostsPointer)
  }

  /** Allows the server to open X11 channels from now on; before, they are refused. `Channel.x11Req` calls it. */
  listenForX11(on = true): void { this[CONTEXT].listen(LIBSSH2_CALLBACK_X11, on) }

  /** Allows the server to open agent channels from now on; before, they are refused. `Channel.requestAuthAgent` calls it. */
  listenForAgents(on = true): void { this[CONTEXT].listen(LIBSSH2_CALLBACK_AUTHAGENT, on) }

  /** The next X11 channel that the server opened, or EAGAIN. LIBSSH2_CALLBACK_X11; RFC 4254 section 6.3.2. */
  acceptX11(): IncomingX11 | Again { return this.#x11.accept() }

  /** The next `auth-agent@openssh.com` channel that the server opened, or EAGAIN. LIBSSH2_CALLBACK_AUTHAGENT. */
  acceptAgent(): Channel | Again { return this.#agents.accept() }

  /**
   * Sends the disconnect message and closes the transport. 0. Calls that are still pending fail with `ERR_LIBSSH2_SOCKET_DISCONNECT`.
   * @param reason code of RFC 4253 section 11.1. libssh2_session_disconnect_ex.
   */
  disconnect(description = 'closed by the user', reason: number = SSH_DISCONNECT_BY_APPLICATION, language = ''): number {
    return disconnect(this[CONTEXT], description, reason, language)
  }

  /** Frees the session and everything below it at once, and closes the transport without a disconnect message. Idempotent. libssh2_session_free. */
  free(): void { this[CONTEXT].free() }

  /** Disconnects, lets the message go out, and frees. */
  async close(): Promise<void> {
    if (!this[CONTEXT].handle.freed) {
      this.#goodbye()
      await this[CONTEXT].wire.close()
    }
    this.free()
  }

  /** Never throws: an obstacle to the message (memory, a trap) is no obstacle to ending. */
  #goodbye(): void {
    try {
      if (!this.failure) this.disconnect()
    } catch {
      // The session is freed all the same.
    }
  }

  [Symbol.dispose](): void {
    if (!this[CONTEXT].handle.freed && this.#handshake.complete) this.#goodbye()
    this.free()
  }

  async [Symbol.asyncDispose](): Promise<void> { await this.close() }

  #string(read: Run<Bytes>): string | null { return this[CONTEXT].heap.string(this[CONTEXT].plain(read)) }
}

/** A quarter of what WebAssembly memory may grow to here. */
const MEMORY_LIMIT = 512 << 20
/** A session alone needs less than half of it. */
const LEAST_MEMORY = 256 << 10

/** Disposes of an object that an aborted call made and nobody takes. */
function dispose(late: unknown): void {
  for (const made of Array.isArray(late) ? late : [late]) (made as Partial<Disposable> | null)?.[Symbol.dispose]?.()
}
