import type { RunOptions } from '../../core/driver.ts'
import { Lane } from '../../core/lane.ts'
import { printable } from '../../errors/printable.ts'
import { DisconnectError, SSHError } from '../../errors/ssh-error.ts'
import {
  LIBSSH2_CALLBACK_DEBUG, LIBSSH2_CALLBACK_IGNORE, LIBSSH2_ERROR_BAD_USE, LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_HOSTKEY_HASH_MD5,
  LIBSSH2_HOSTKEY_HASH_SHA1, LIBSSH2_HOSTKEY_HASH_SHA256, SSH_DISCONNECT_BY_APPLICATION,
} from '../../ffi/constants.gen.ts'
import type { Bytes } from '../../ffi/exports.gen.ts'
import type { Instance } from '../../ffi/instance.ts'
import { callable, flag as checkedFlag, int, INT_MAX, nameList, text as checkedText, wholeNumber } from '../arguments.ts'
import type { Again, Run, SessionContext, Way } from '../session-context.ts'
import { checkedLimits, type RekeyLimits } from './rekey-limits.ts'
import { type FirstExchange, type GlobalAnswer, GlobalRequests, readExtensions, readFirstExchange } from './global-requests.ts'

export interface HostKey {
  /** SSH public key blob (RFC 4253 section 6.6); a certificate where the server presented one. */
  readonly key: Uint8Array
  /** `LIBSSH2_HOSTKEY_TYPE_*`. */
  readonly type: number
}

export interface Disconnected {
  /** Reason code of RFC 4253 section 11.1. */
  readonly reason: number
  readonly description: string
}

const HASH_SIZES: ReadonlyMap<number, number> = new Map([[LIBSSH2_HOSTKEY_HASH_MD5, 16], [LIBSSH2_HOSTKEY_HASH_SHA1, 20], [LIBSSH2_HOSTKEY_HASH_SHA256, 32]])

export const CONTEXT: unique symbol = Symbol('context')

/** The part of a session that is the transport layer: RFC 4253. */
export abstract class SessionTransport implements Disposable, AsyncDisposable {
  readonly [CONTEXT]: SessionContext
  readonly #rekeying = new Lane()
  readonly #globalRequests = new GlobalRequests()
  #handshaken = false
  #shaking = false
  #disconnected: Disconnected | undefined
  #onDebug: ((message: string, alwaysDisplay: boolean) => void) | null = null
  #onIgnore: ((data: Uint8Array) => void) | null = null
  /** Called with the reason code (RFC 4253 section 11.1) and text when the server sends SSH_MSG_DISCONNECT. */
  onDisconnect: ((reason: number, description: string) => void) | null = null

  /** Called with a global request of the server (RFC 4254 section 4), e.g. `hostkeys-00@openssh.com`; one that wants an answer gets a refusal. Set it before authentication. */
  onGlobalRequest: ((name: string, body: Uint8Array, wantReply: boolean) => void) | null = null

  protected constructor(makeContext: (host: TransportHost) => SessionContext) {
    this[CONTEXT] = makeContext({
      disconnect: (reason, description) => this.#disconnect(reason, description),
      debug: (alwaysDisplay, message) => queueMicrotask(() => this.#onDebug?.(message, alwaysDisplay)),
      ignore: (data) => queueMicrotask(() => this.#onIgnore?.(data)),
      globalRequest: (name, body, wantReply) => queueMicrotask(() => this.onGlobalRequest?.(name, body, wantReply)),
      globalAnswer: (body) => this.#globalRequests.answered(body),
    })
  }

  #disconnect(reason: number, description: string): void {
    this.#disconnected = { reason, description }
    this[CONTEXT].fail(new DisconnectError(`disconnected by the server: ${printable(description) || `reason ${reason}`}`,
      { code: 'ERR_LIBSSH2_SOCKET_DISCONNECT', errno: LIBSSH2_ERROR_SOCKET_DISCONNECT, reason, description }))
    queueMicrotask(() => this.onDisconnect?.(reason, description))
  }

  /** The WebAssembly instance that this session lives in. */
  get instance(): Instance {
    return this[CONTEXT].instance
  }

  /** What ended the session; `undefined` while it lives. */
  get failure(): SSHError | undefined {
    return this[CONTEXT].failure
  }

  /** Resolves with what ended the session, when it has ended. Never rejects. */
  ended(): Promise<SSHError> {
    return this[CONTEXT].ended
  }

  /** What the server's disconnect message said, if it sent one. */
  get disconnected(): Disconnected | undefined {
    return this.#disconnected
  }

  /**
   * Resolves when it makes sense to repeat a call that returned EAGAIN: bytes arrived, the outgoing queue drained, a signer answered.
   * At once, if that has happened since the caller's EAGAIN, whoever has called since: any number of loops may wait, and await other things before.
   * Who looks at something that does not say EAGAIN (`windowReadEx`) begins to wait in the same turn. The counterpart of polling the socket. Rejects with `signal.reason` when aborted.
   */
  wait(options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    return this.failure ? Promise.resolve() : this[CONTEXT].driver.wait(options.signal)
  }

  /**
   * Repeats `call` until it no longer says EAGAIN: the counterpart of blocking mode, in which `write` always writes all of its buffer.
   * It begins anew at each attempt; requests and writes that are done already are not made again, so it may make several, the same ones each time.
   * On abort the promise rejects at once with `signal.reason`. Where libssh2 has begun something that it cannot drop half way, it is finished
   * unseen, and a channel or other object that comes of it is disposed of.
   */
  complete<T>(call: () => T, options: RunOptions<Exclude<T, Again>> = {}): Promise<Exclude<T, Again>> {
    return this[CONTEXT].driver.run(callable(call, 'call'), { discard: dispose, ...options })
  }

  /**
   * Exchanges identification strings and keys. 0, or EAGAIN.
   * The server has proven then to have the host key; whether that key is the right one is the caller's to judge, by `hostkey()` or `hostkeyHash()`.
   * libssh2_session_handshake; RFC 4253 sections 4.2 and 7.
   */
  handshake(): number {
    const context = this[CONTEXT]
    if (this.#handshaken && !this.failure) throw new SSHError('the handshake has been completed already', { code: 'ERR_LIBSSH2_BAD_USE', errno: LIBSSH2_ERROR_BAD_USE })
    this.#shaking = true
    try {
      const rc = context.call({ lane: context.lane, call: ['handshake'] }, (c, session) => c._glue_session_handshake(session))
      if (rc === 0) {
        this.#handshaken = true
        context.serviceFromNowOn()
      }
      return rc
    } catch (error) {
      // Half-made keys are of no use: there is no second try on the same connection.
      if (error instanceof SSHError && !context.handle.freed) context.fail(error)
      throw error
    }
  }

  /** Throws before the handshake is complete: libssh2 itself would go on with half-made keys. */
  protected needHandshake(): void {
    if (!this.#handshaken && !this.failure) {
      throw new SSHError('the handshake has not been completed', { code: 'ERR_LIBSSH2_BAD_USE', errno: LIBSSH2_ERROR_BAD_USE })
    }
  }

  /**
   * Sets the identification string to send, one line, before the handshake. libssh2_session_banner_set; RFC 4253 section 4.2.
   * @throws SSHError `ERR_LIBSSH2_BAD_USE` once that has begun: every later exchange of keys is about the string that was sent.
   */
  bannerSet(banner: string): number {
    if (this.#shaking) throw new SSHError('the identification has been sent already', { code: 'ERR_LIBSSH2_BAD_USE', errno: LIBSSH2_ERROR_BAD_USE })
    if (/[^\x20-\x7e]/.test(checkedText(banner, 'banner'))) throw new TypeError('banner must be one line of printable ASCII')
    return this[CONTEXT].perform({}, (scope) => {
      const line = scope.utf8(banner, 'banner')
      return (c, session) => c._libssh2_session_banner_set(session, line.pointer)
    })
  }

  /** The server's identification string; `null` before it came. libssh2_session_banner_get. */
  bannerGet(): string | null {
    return this.#string((c, session) => c._libssh2_session_banner_get(session))
  }

  /** The direction that the last EAGAIN waits for: `LIBSSH2_SESSION_BLOCK_*` bits, 0 when it is not the transport. libssh2_session_block_directions. */
  blockDirections(): number {
    return this[CONTEXT].plain((c, session) => c._libssh2_session_block_directions(session))
  }

  /** Sets a `LIBSSH2_FLAG_*`, before the handshake. libssh2_session_flag. */
  flag(flag: number, value: boolean | number = true): number {
    const checked = int(flag, 'flag')
    const on = typeof value === 'boolean' ? Number(value) : int(value, 'value')
    return this[CONTEXT].call({}, (c, session) => c._libssh2_session_flag(session, checked, on))
  }

  /** The host key that the server proved to have; `null` before the handshake. libssh2_session_hostkey. */
  hostkey(): HostKey | null {
    const context = this[CONTEXT]
    using scope = context.heap.scope()
    const length = scope.out()
    const type = scope.out()
    const key = context.plain((c, session) => c._libssh2_session_hostkey(session, length, type))
    return key === 0 ? null : { key: context.heap.copy(key, context.heap.u32(length)), type: context.heap.i32(type) }
  }

  /** Digest of the host key by a `LIBSSH2_HOSTKEY_HASH_*`: 16, 20 or 32 bytes; `null` before the handshake, and for MD5, which is not built in. libssh2_hostkey_hash. */
  hostkeyHash(type: number): Uint8Array | null {
    const size = HASH_SIZES.get(type)
    if (size === undefined) throw new RangeError('type must be one of LIBSSH2_HOSTKEY_HASH_*')
    const hash = this[CONTEXT].plain((c, session) => c._libssh2_hostkey_hash(session, type))
    return hash === 0 ? null : this[CONTEXT].heap.copy(hash, size)
  }

  /** Session identifier, host key and signature of the first key exchange, as agents want them; `null` before it. (glue_session_exchange) */
  firstExchange(): FirstExchange | null {
    return readFirstExchange(this[CONTEXT])
  }

  /** The extensions that the server has announced after the first key exchange, by name, with their values (RFC 8308); of more than 16 kB the first. (glue_session_extensions) */
  extensions(): ReadonlyMap<string, Uint8Array> {
    return readExtensions(this[CONTEXT])
  }

  /**
   * Sends a global request (RFC 4254 section 4). @param body what follows the name. @param answered receives the answer, which is asked for only where this is given; it is not called if the session ends before.
   * @returns 0, or EAGAIN while keys are exchanged: nothing has been sent then. @throws SSHError `ERR_LIBSSH2_OUT_OF_BOUNDARY` over 256 kB. (glue_session_global_request)
   */
  globalRequest(name: string, body: Uint8Array = new Uint8Array(0), answered?: GlobalAnswer): number {
    this.needHandshake()
    return this.#globalRequests.send(this[CONTEXT], name, body, answered)
  }

  /** Sets the names to offer for a `LIBSSH2_METHOD_*`, in order of preference, before the handshake. libssh2_session_method_pref. */
  methodPref(type: number, methods: string | readonly string[]): number {
    const kind = int(type, 'type')
    const names = typeof methods === 'string' ? methods : nameList(methods, 'methods')
    return this[CONTEXT].perform({}, (scope) => {
      const list = scope.utf8(names, 'methods')
      return (c, session) => c._libssh2_session_method_pref(session, kind, list.pointer)
    })
  }

  /** The name agreed upon for a `LIBSSH2_METHOD_*`; `null` before the handshake. libssh2_session_methods. */
  methods(type: number): string | null {
    const kind = int(type, 'type')
    return this.#string((c, session) => c._libssh2_session_methods(session, kind))
  }

  /** Every name that this build knows for a `LIBSSH2_METHOD_*`. libssh2_session_supported_algs. */
  supportedAlgs(type: number): string[] {
    const context = this[CONTEXT]
    const kind = int(type, 'type')
    using scope = context.heap.scope()
    const out = scope.out()
    const count = context.call(LOCAL, (c, session) => c._libssh2_session_supported_algs(session, kind, out))
    const list = context.heap.u32(out) as Bytes
    const names = Array.from({ length: count }, (_, i) => context.heap.string(context.heap.u32((list + 4 * i) as Bytes) as Bytes) ?? '')
    context.plain((c, session) => c._libssh2_free(session, list))
    return names
  }

  /** Number of the last error. libssh2_session_last_errno. */
  lastErrno(): number {
    return this[CONTEXT].plain((c, session) => c._libssh2_session_last_errno(session))
  }

  /** Text of the last error, empty if there was none. libssh2_session_last_error. */
  lastError(): string {
    return this[CONTEXT].lastErrorMessage(this.lastErrno()) ?? ''
  }

  /** libssh2_session_set_last_error. */
  setLastError(errno: number, message: string): number {
    const number = wholeNumber(errno, 'errno', -INT_MAX, INT_MAX)
    using scope = this[CONTEXT].heap.scope()
    const words = scope.utf8(message, 'message')
    return this[CONTEXT].plain((c, session) => c._libssh2_session_set_last_error(session, number, words.pointer))
  }

  /** Milliseconds, kept as ssh2-python has it: a call here never blocks, so nothing is cut off by it. libssh2_session_set_timeout. */
  setTimeout(milliseconds: number): void {
    const checked = int(milliseconds, 'milliseconds')
    this[CONTEXT].plain((c, session) => c._libssh2_session_set_timeout(session, checked))
  }

  /** libssh2_session_get_timeout. */
  getTimeout(): number {
    return this[CONTEXT].plain((c, session) => c._libssh2_session_get_timeout(session))
  }

  /** Seconds to wait for the answer to a request; 0, the default here, is no limit. libssh2_session_set_read_timeout. */
  setReadTimeout(seconds: number): void {
    const checked = int(seconds, 'seconds')
    this[CONTEXT].plain((c, session) => c._libssh2_session_set_read_timeout(session, checked))
  }

  /** libssh2_session_get_read_timeout. */
  getReadTimeout(): number {
    return this[CONTEXT].plain((c, session) => c._libssh2_session_get_read_timeout(session))
  }

  /** @param interval seconds between messages, 0 for none; 1 is taken as 2. libssh2_keepalive_config. */
  keepaliveConfig(wantReply: boolean, interval: number): void {
    const seconds = int(interval, 'interval')
    const wanted = checkedFlag(wantReply, 'wantReply')
    this[CONTEXT].plain((c, session) => c._libssh2_keepalive_config(session, wanted, seconds))
  }

  /** Sends a keepalive message if one is due: seconds until the next one is. libssh2_keepalive_send. */
  keepaliveSend(): number {
    const context = this[CONTEXT]
    using scope = context.heap.scope()
    const seconds = scope.out()
    const rc = context.call({ name: [context, 'keepaliveSend'] }, (c, session) => c._libssh2_keepalive_send(session, seconds))
    return rc === 0 ? context.heap.i32(seconds) : rc
  }

  /** Sends a keepalive message at once, due or not. The answer of the server is not waited for. */
  keepaliveNow(): number {
    return this[CONTEXT].call({ name: [this, 'keepalive'] }, (c, session) => c._glue_session_keepalive(session))
  }

  /** Sends SSH_MSG_IGNORE, which means nothing (RFC 4253 section 11.2); during a key exchange it is left out. @returns 0. (glue_session_ignore) */
  sendIgnore(): number {
    return this[CONTEXT].call({ name: [this, 'ignore'] }, (c, session) => c._glue_session_ignore(session))
  }

  /**
   * Exchanges keys anew, or waits for the exchange that is under way (RFC 4253 section 9): 0, or EAGAIN. What is being received goes on, and is kept;
   * what is sent waits until both sides have the new keys. An abort does not undo it.
   * @throws SSHError `ERR_LIBSSH2_BAD_USE` before authentication; what ended the session, if the server refuses. (glue_session_rekey)
   */
  rekey(): number {
    return this[CONTEXT].call({ lane: this.#rekeying, call: ['rekey'] }, (c, session) => c._glue_session_rekey(session))
  }

  /** When the next exchange of keys begins by itself; every one is counted from, the server's too. (glue_session_rekey_after) */
  rekeyAfter(limits: RekeyLimits): void {
    const { bytes, seconds } = checkedLimits(limits)
    this[CONTEXT].plain((c, session) => c._glue_session_rekey_after(session, bytes, seconds))
  }

  /** Receives SSH_MSG_DEBUG; `null` ends that. LIBSSH2_CALLBACK_DEBUG. */
  set onDebug(callback: ((message: string, alwaysDisplay: boolean) => void) | null) {
    this.#onDebug = callback === null ? null : callable(callback, 'onDebug')
    this.listen(LIBSSH2_CALLBACK_DEBUG, callback !== null)
  }

  /** Receives the data of SSH_MSG_IGNORE; `null` ends that. LIBSSH2_CALLBACK_IGNORE. */
  set onIgnore(callback: ((data: Uint8Array) => void) | null) {
    this.#onIgnore = callback === null ? null : callable(callback, 'onIgnore')
    this.listen(LIBSSH2_CALLBACK_IGNORE, callback !== null)
  }

  protected listen(callback: number, on: boolean): void {
    this[CONTEXT].listen(callback, on)
  }

  /**
   * Tells the server goodbye and closes the transport. 0. Calls that are still pending fail with `ERR_LIBSSH2_SOCKET_DISCONNECT`.
   * @param reason code of RFC 4253 section 11.1. libssh2_session_disconnect_ex.
   */
  disconnect(description = 'closed by the user', reason: number = SSH_DISCONNECT_BY_APPLICATION, language = ''): number {
    const context = this[CONTEXT]
    using scope = context.heap.scope()
    const words = scope.utf8(description, 'description')
    const tag = scope.utf8(language, 'language')
    if (words.length > LONGEST_TEXT || tag.length > LONGEST_TEXT) throw new RangeError(`description and language have at most ${LONGEST_TEXT} bytes`)
    wholeNumber(reason, 'reason')
    const rc = context.failure ? 0 : context.plain((c, session) => c._libssh2_session_disconnect_ex(session, reason, words.pointer, tag.pointer))
    context.fail(new DisconnectError('the session was disconnected by this side', { code: 'ERR_LIBSSH2_SOCKET_DISCONNECT', errno: LIBSSH2_ERROR_SOCKET_DISCONNECT, reason, description }))
    context.driver.wake()
    void context.wire.close()
    return rc < 0 ? 0 : rc
  }

  /** Frees the session and everything below it at once, and closes the transport without a word. Idempotent. libssh2_session_free. */
  free(): void {
    this[CONTEXT].free()
  }

  /** Disconnects, lets that go out, and frees. */
  async close(): Promise<void> {
    if (!this[CONTEXT].handle.freed) {
      this.#goodbye()
      await this[CONTEXT].wire.close()
    }
    this.free()
  }

  /** Never throws: what is in the way of it (memory, a trap) is not in the way of ending. */
  #goodbye(): void {
    try {
      if (!this.failure) this.disconnect()
    } catch {
      // The session is freed all the same.
    }
  }

  [Symbol.dispose](): void {
    if (!this[CONTEXT].handle.freed && this.#handshaken) this.#goodbye()
    this.free()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #string(read: Run<Bytes>): string | null {
    return this[CONTEXT].heap.string(this[CONTEXT].plain(read))
  }
}

const LOCAL: Way = { local: true }

/** libssh2 sends no longer ones in a disconnect message. */
const LONGEST_TEXT = 256

/** What an aborted call has made, and nobody takes. */
function dispose(late: unknown): void {
  for (const made of Array.isArray(late) ? late : [late]) (made as Partial<Disposable> | null)?.[Symbol.dispose]?.()
}

/** The callbacks of `SessionHost` that concern the transport layer. */
export interface TransportHost {
  disconnect(reason: number, description: string): void
  debug(alwaysDisplay: boolean, message: string): void
  ignore(data: Uint8Array): void
  globalRequest(name: string, body: Uint8Array, wantReply: boolean): void
  globalAnswer(body: Uint8Array | undefined): void
}
