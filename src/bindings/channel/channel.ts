import { libssh2Error } from '../../errors/libssh2-error.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import {
  LIBSSH2_CALLBACK_AUTHAGENT, LIBSSH2_CALLBACK_X11, LIBSSH2_CHANNEL_EXTENDED_DATA_MERGE, LIBSSH2_CHANNEL_EXTENDED_DATA_NORMAL, LIBSSH2_CHANNEL_FLUSH_ALL, LIBSSH2_ERROR_BAD_USE, LIBSSH2_ERROR_CHANNEL_CLOSED, LIBSSH2_ERROR_EAGAIN, LIBSSH2_TERM_HEIGHT, LIBSSH2_TERM_HEIGHT_PX, LIBSSH2_TERM_WIDTH,
  LIBSSH2_TERM_WIDTH_PX, SSH_EXTENDED_DATA_STDERR,
} from '../../ffi/constants.gen.ts'
import type { Bytes, ChannelPointer, Pointer } from '../../ffi/exports.gen.ts'
import { Handle } from '../../ffi/handle.ts'
import { encodeText, type HeapScope } from '../../ffi/heap.ts'
import type { Libssh2Module } from '../../ffi/create-module.ts'
import { EXIT_STATE } from '../../ffi/layouts.gen.ts'
import { Lane, type Step } from '../../core/lane.ts'
import type { SendableData } from '../../wire-format/bytes-of.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import { bytes, data, flag, int, INT_MAX, record, text, wholeNumber } from '../arguments.ts'
import { type Again, endOf, type SessionContext, type Way } from '../session-context.ts'
import type { Session } from '../session/session.ts'

/** A PTY request (RFC 4254 section 6.2). */
export interface PtyOptions {
  /** Value of TERM; `vt100` by default. */
  readonly term?: string
  /** Encoded terminal modes (RFC 4254 section 8). */
  readonly modes?: Uint8Array
  /** Size in characters, 80 x 24 by default. */
  readonly columns?: number
  readonly rows?: number
  /** Size in pixels; 0 is unknown. */
  readonly widthPx?: number
  readonly heightPx?: number
}

/** The result of `getExitSignal`: return code, signal name without `SIG`, error message, language tag; `null` for missing ones. */
export type ExitSignal = [rc: number, signal: string | null, message: string | null, language: string | null]

/** How a remote process ended (RFC 4254 section 6.10), in the shape that Node uses: a code or a signal; neither if the server closed the channel without saying. */
export interface Exit {
  readonly code: number | null
  /** Named without `SIG`, e.g. `TERM`. */
  readonly signal: string | null
  readonly coreDumped: boolean
  /** The server's message about a signal, often empty. */
  readonly message: string
}

/** Where a forwarded connection comes from. The server chose this text: it may say anything. */
export interface Originator {
  readonly host: string
  readonly port: number
}

/** The most bytes of one read; a larger `size` is reduced to it. */
const LARGEST_READ = 4 << 20
/** The largest receive window: a read adds its own size to it. */
const LARGEST_WINDOW = 1 << 30
const NOTHING = new Uint8Array(0)
const LOCAL: Way = { local: true }
/** What reads wait for: any packet of the channel, by its number. */
const ARRIVALS = (channel: number) => channel
/** More than there are, unless somebody reads streams with numbers that SSH does not have. */
const KEPT_WAYS = 16
const SEND_EOF: readonly unknown[] = ['sendEof']

/**
 * A channel (RFC 4254 section 5), non-blocking. Return codes are those of ssh2-python: EAGAIN (-37) is returned, every other negative code
 * throws a `ChannelError` or another `SSHError`.
 */
export class Channel implements Disposable {
  /** The session that this channel belongs to. */
  readonly session: Session
  readonly #context: SessionContext
  readonly #handle: Handle<ChannelPointer>
  /** Ways by call and stream: some calls are made for each packet, always in the same way. */
  readonly #ways = new Map<string | number, Way>()
  /** A write that a re-key interrupted between two packets: until it continues, no other write and no EOF may pass it. */
  readonly #writing = new Lane()
  /** Requests whose replies libssh2 waits for, one at a time (law 4; patch 0650). */
  readonly #requests = new Lane()
  /** Replies to `setenvSend` that `setenvReply` has not taken. */
  #unreplied = 0
  /** Close has been sent, or begun. The peer may not know the channel any more, so a further message for it would end the session. */
  #closing = false

  /** For the bindings: channels come from `session.openSession()` and its siblings. */
  constructor(session: Session, context: SessionContext, pointer: ChannelPointer, owner: Handle<Pointer> = context.handle) {
    this.session = session
    this.#context = context
    this.#handle = new Handle('channel', pointer, owner)
  }

  /**
   * How a call is made that may return EAGAIN and has no step, so that `wait()` recognizes its caller.
   * @param call the function with its arguments; a read by its stream. @param source what it waits for, from the channel's number.
   */
  #way(call: string | number, source?: (channel: number) => number): Way {
    const known = this.#ways.get(call)
    if (known) return known
    const way: Way = { local: true, name: [this, call], source: source?.(this.#plain((c, channel) => c._glue_channel_number(channel))) }
    if (this.#ways.size < KEPT_WAYS) this.#ways.set(call, way)
    return way
  }

  /** A channel request, whose reply only its order identifies among those of the channel. */
  #request(call: readonly unknown[], prepare: (scope: HeapScope) => (c: Libssh2Module, channel: ChannelPointer) => number, takesReply = false): number {
    const step = this.#context.step(this.#requests, call)
    return this.#context.perform({ lane: this.#requests, step }, (scope) => {
      const { pointer } = this.#handle
      const run = prepare(scope)
      if (!step.midway) this.#needOpen()
      if (!this.#requests.holder && takesReply !== this.#unreplied > 0) throw libssh2Error(LIBSSH2_ERROR_BAD_USE, 'setenvReply takes the reply to each setenvSend, before any other request')
      return (c) => run(c, pointer)
    })
  }

  #needOpen(): void {
    if (this.#closing && !this.#handle.freed) throw libssh2Error(LIBSSH2_ERROR_CHANNEL_CLOSED, 'the channel has been closed')
  }

  /** For data: throws when the peer has closed the channel, where libssh2 would wait for a window for ever. */
  #needPeer(): void {
    this.#needOpen()
    if (this.#plain((c, channel) => c._glue_channel_peer_closed(channel))) throw libssh2Error(LIBSSH2_ERROR_CHANNEL_CLOSED, 'the server has closed the channel')
  }

  #call(way: Way, run: (c: Libssh2Module, channel: ChannelPointer) => number): number {
    const { pointer } = this.#handle
    return this.#context.call(way, (c) => run(c, pointer))
  }

  #plain<T>(run: (c: Libssh2Module, channel: ChannelPointer) => T): T {
    const { pointer } = this.#handle
    const result = this.#context.plain((c) => run(c, pointer))
    this.#context.driver.afterDirectCall()
    return result
  }

  /** Requests a PTY of 80 x 24 characters. @returns 0, or EAGAIN. libssh2_channel_request_pty. */
  pty(term = 'vt100'): number {
    return this.ptyEx({ term })
  }

  /** Requests a PTY. @returns 0, or EAGAIN. @throws ChannelError if the server refuses. libssh2_channel_request_pty_ex. */
  ptyEx(options: PtyOptions = {}): number {
    const { term = 'vt100', modes = NOTHING, columns = LIBSSH2_TERM_WIDTH, rows = LIBSSH2_TERM_HEIGHT, widthPx = LIBSSH2_TERM_WIDTH_PX, heightPx = LIBSSH2_TERM_HEIGHT_PX } = record(options, 'options')
    const size = checkedSize(columns, rows, widthPx, heightPx)
    return this.#request(['pty', term, modes, ...size], (scope) => {
      const name = scope.utf8(term, 'term')
      const encoded = scope.bytes(bytes(modes, 'modes'))
      return (c, channel) => c._libssh2_channel_request_pty_ex(channel, name.pointer, name.length, encoded.pointer, encoded.length, ...size)
    })
  }

  /** Tells the server the terminal's new size (window-change, RFC 4254 section 6.7). @returns 0, or EAGAIN. libssh2_channel_request_pty_size_ex. */
  ptySize(columns: number, rows: number, widthPx = 0, heightPx = 0): number {
    const size = checkedSize(columns, rows, widthPx, heightPx)
    this.#needOpen()
    return this.#call({ call: [this, 'ptySize', ...size] }, (c, channel) => c._libssh2_channel_request_pty_size_ex(channel, ...size))
  }

  /** Runs `command` with the user's shell. @returns 0, or EAGAIN. @throws ChannelError if the server refuses. libssh2_channel_exec. */
  execute(command: string): number {
    return this.processStartup('exec', command)
  }

  /** Starts the user's login shell. @returns 0, or EAGAIN. @throws ChannelError if the server refuses. libssh2_channel_shell. */
  shell(): number {
    return this.processStartup('shell')
  }

  /** Starts a subsystem, e.g. `sftp`. @returns 0, or EAGAIN. @throws ChannelError if the server refuses. libssh2_channel_subsystem. */
  subsystem(name: string): number {
    return this.processStartup('subsystem', name)
  }

  /**
   * Starts something by request type (`exec`, `shell`, `subsystem`), with a message if the type has one (RFC 4254 section 6.5).
   * @returns 0, or EAGAIN. @throws ChannelError if the server refuses. libssh2_channel_process_startup.
   */
  processStartup(request: string, message?: string | null): number {
    return this.#request(['startup', request, message ?? null], (scope) => {
      const type = scope.utf8(request, 'request')
      // Without a message these two are malformed, and the server would end the session.
      if (message == null && (request === 'exec' || request === 'subsystem')) throw new TypeError(`${request} needs a message, which must be a string`)
      const body = message == null ? { pointer: 0 as Bytes, length: 0 } : scope.utf8(message, 'message')
      return (c, channel) => c._libssh2_channel_process_startup(channel, type.pointer, type.length, body.pointer, body.length)
    })
  }

  /**
   * Sets a variable in the environment of the next command (RFC 4254 section 6.4).
   * @returns 0, or EAGAIN. @throws ChannelError if the server refuses; most servers do so for all names except those in a list.
   * libssh2_channel_setenv_ex.
   */
  setenv(name: string, value: string): number {
    return this.#request(['setenv', name, value], (scope) => {
      const variable = scope.utf8(name, 'name')
      const content = scope.utf8(value, 'value')
      return (c, channel) => c._libssh2_channel_setenv_ex(channel, variable.pointer, variable.length, content.pointer, content.length)
    })
  }

  /**
   * Like `setenv`, without asking whether the server accepts, so that many variables cost no round trip. @returns 0, or EAGAIN during a key
   * exchange:
   * nothing has been sent then. (glue_channel_notify)
   */
  setenvNoReply(name: string, value: string): number {
    return this.requestNoReply('env', variable(name, value))
  }

  /**
   * Like `setenv`, but does not wait for the reply, which `setenvReply` takes, so that many variables cost one round trip. Make no other request
   * with a reply
   * before you have taken all replies: that is `ERR_LIBSSH2_BAD_USE`. @returns 0, or EAGAIN during a key exchange: nothing has been sent then.
   * (glue_channel_notify)
   */
  setenvSend(name: string, value: string): number {
    return this.#notify('env', true, variable(name, value))
  }

  /**
   * The reply to the first `setenvSend` whose reply has not been taken. @returns 0, or EAGAIN. @throws ChannelError if the server refuses;
   * SSHError `ERR_LIBSSH2_BAD_USE` if there is none. (glue_channel_reply)
   */
  setenvReply(): number {
    return this.#request(['setenvReply'], () => (c, channel) => {
      const rc = c._glue_channel_reply(channel)
      if (rc !== LIBSSH2_ERROR_EAGAIN) this.#unreplied -= 1
      return rc
    }, true)
  }

  /**
   * Sends a channel request without a reply (RFC 4254 section 5.4), e.g. `eow@openssh.com`: nobody reads the output any more. @param body what
   * follows the type.
   * @returns 0, or EAGAIN during a key exchange: nothing has been sent then. @throws SSHError `ERR_LIBSSH2_CHANNEL_CLOSED`.
   * (glue_channel_notify)
   */
  requestNoReply(type: string, body: Uint8Array = NOTHING): number {
    return this.#notify(type, false, bytes(body, 'body'))
  }

  #notify(type: string, wantReply: boolean, content: Uint8Array): number {
    return this.#context.perform({ call: [this, 'request', type, wantReply, content] }, (scope) => {
      const { pointer } = this.#handle
      const name = scope.utf8(type, 'type')
      const rest = scope.bytes(content)
      this.#needOpen()
      return (c) => {
        const rc = c._glue_channel_notify(pointer, name.pointer, name.length, Number(wantReply), rest.pointer, rest.length)
        if (rc === 0 && wantReply) this.#unreplied += 1
        return rc
      }
    })
  }

  /** Sends a signal, named without `SIG`, to the process (RFC 4254 section 6.9). No reply. @returns 0, or EAGAIN. libssh2_channel_signal_ex. */
  signal(name: string): number {
    return this.#context.perform({ call: [this, 'signal', name] }, (scope) => {
      const { pointer } = this.#handle
      const short = scope.utf8(text(name, 'name').replace(/^SIG/, ''), 'name')
      this.#needOpen()
      return (c) => c._libssh2_channel_signal_ex(pointer, short.pointer, short.length)
    })
  }

  /**
   * Requests agent forwarding; `session.acceptAgent()` returns the channels that the server then opens.
   * @returns 0, or EAGAIN. @throws ChannelError if the server refuses. libssh2_channel_request_auth_agent.
   */
  requestAuthAgent(): number {
    this.#context.listen(LIBSSH2_CALLBACK_AUTHAGENT, true)
    return this.#request(['requestAuthAgent'], () => (c, channel) => c._libssh2_channel_request_auth_agent(channel))
  }

  /** Requests X11 forwarding with a random cookie from libssh2. @param screen number of the X screen. @returns 0, or EAGAIN. libssh2_channel_x11_req. */
  x11Req(screen = 0): number {
    return this.x11ReqEx(false, null, null, screen)
  }

  /**
   * Requests X11 forwarding (RFC 4254 section 6.3.1); `session.acceptX11()` returns the channels that the server then opens.
   * @param authProto `MIT-MAGIC-COOKIE-1` if `null`. @param authCookie hexadecimal; random if `null`.
   * @returns 0, or EAGAIN. @throws ChannelError if the server refuses. libssh2_channel_x11_req_ex.
   */
  x11ReqEx(singleConnection: boolean, authProto: string | null, authCookie: string | null, screen = 0): number {
    const number = int(screen, 'screen')
    const single = flag(singleConnection, 'singleConnection')
    this.#context.listen(LIBSSH2_CALLBACK_X11, true)
    return this.#request(['x11', single, authProto, authCookie, screen], (scope) => {
      const optional = (value: string | null, name: string) => value === null ? 0 as Bytes : scope.utf8(value, name).pointer
      const [proto, cookie] = [optional(authProto, 'authProto'), optional(authCookie, 'authCookie')]
      return (c, channel) => c._libssh2_channel_x11_req_ex(channel, single, proto, cookie, number)
    })
  }

  /** Reads stdout. Like `readEx` with stream 0. libssh2_channel_read. */
  read(size = 1024): [rc: number, data: Uint8Array] {
    return this.readEx(size, 0)
  }

  /** Reads stderr. Like `readEx` with stream 1. libssh2_channel_read_stderr. */
  readStderr(size = 1024): [rc: number, data: Uint8Array] {
    return this.readEx(size, SSH_EXTENDED_DATA_STDERR)
  }

  /**
   * Reads a stream: 0 is stdout, 1 is stderr (extended data, RFC 4254 section 5.2).
   * @param size most bytes to read. @returns `[count, bytes]`; `[0, empty]` at EOF; `[-37, empty]` if it would block. libssh2_channel_read_ex.
   */
  readEx(size = 1024, streamId = 0): [rc: number, data: Uint8Array] {
    return this.#context.parcels.collectJoined(this.#read(size, streamId, false))
  }

  /**
   * Like `readEx`, without joining packets: returns the data of whole packets, each in its own memory; small ones may have been joined.
   * @param size reads until so many bytes are there; the last packet may bring more. @returns `[count, parts]`; `[0, []]` at EOF; `[-37, []]` if
   * it
   * would block. (glue_channel_read)
   */
  readParts(size = 1024, streamId = 0): [rc: number, parts: Uint8Array[]] {
    return this.#context.parcels.collect(this.#read(size, streamId, true))
  }

  /** A read with checked arguments. */
  #read(size: number, streamId: number, whole: boolean): () => number {
    const length = Math.min(wholeNumber(size, 'size', 0, Infinity), LARGEST_READ)
    const stream = int(streamId, 'streamId')
    return () => this.#call(this.#way(stream, ARRIVALS), (c, channel) => c._glue_channel_read(channel, stream, length, Number(whole)))
  }

  /** Like `readEx`, into the caller's memory, as much as it holds. @returns bytes read; 0 at EOF; -37 if it would block. libssh2_channel_read_ex. */
  readInto(target: Uint8Array, streamId = 0): number {
    const room = bytes(target, 'target')
    return this.#context.parcels.fill(room, this.#read(room.length, streamId, false))
  }

  /** Writes to stdin. Like `writeEx` with stream 0. libssh2_channel_write. */
  write(buf: SendableData): [rc: number, bytesWritten: number] {
    return this.writeEx(0, buf)
  }

  /** Writes extended data of type 1. Like `writeEx` with stream 1. libssh2_channel_write_stderr. */
  writeStderr(buf: SendableData): [rc: number, bytesWritten: number] {
    return this.writeEx(SSH_EXTENDED_DATA_STDERR, buf)
  }

  /**
   * Writes as much of `buf` as the peer's window and the outgoing queue accept.
   * @param buf bytes, or a string that is sent as UTF-8; the count is in bytes in both cases.
   * @returns `[rc, bytesWritten]`: `rc` is the last code of libssh2, -37 if not all was written: continue with `buf.subarray(bytesWritten)`.
   * @throws ChannelError after `sendEof` or `close`; `error.bytesWritten` says how much was written before. libssh2_channel_write_ex.
   */
  writeEx(streamId: number, buf: SendableData): [rc: number, bytesWritten: number] {
    const content = data(buf, 'buf')
    const stream = int(streamId, 'streamId')
    const step = this.#writeStep(stream, content)
    if (step.outcome) return step.recall()
    step.resume ??= () => this.#writeOn(step, stream, content)
    if (this.#context.driver.current?.outruns(step)) return [this.#context.pending({ step }), 0]
    return this.#writeOn(step, stream, content)
  }

  /** Calls from outside the driver count for themselves what has been written: they come back with the rest. */
  #writeStep(stream: number, content: Uint8Array): Step {
    return this.#context.step(this.#writing, this.#context.driver.current ? ['write', stream, content] : ['write', stream])
  }

  /** Writes until the peer's window or the outgoing queue is full. */
  #writeOn(step: Step, stream: number, content: Uint8Array): [rc: number, bytesWritten: number] {
    const { current } = this.#context.driver
    if (!current) step.written = 0
    let rc = 0
    try {
      this.#needPeer()
      do {
        rc = this.#writePart(step, stream, content.subarray(step.written, step.written + LARGEST_WRITE))
        if (rc > 0) step.written += rc
      } while (rc > 0 && step.written < content.length && !current?.detached)
    } catch (error) {
      if (error instanceof SSHError) error.bytesWritten = step.written
      step.outcome = { error: { reason: error } }
      throw error
    }
    const { written } = step
    if (rc === LIBSSH2_ERROR_EAGAIN || written < content.length) return [LIBSSH2_ERROR_EAGAIN, written]
    step.outcome = { value: [rc, written] }
    return [rc, written]
  }

  /** Writes one packet's worth. An empty write still reaches libssh2, which says whether the channel can be written to. */
  #writePart(step: Step, streamId: number, part: Uint8Array): number {
    const { heap, outgoing, wire } = this.#context
    if (wire.congested) return this.#context.pending({ step })
    const buffer = heap.scratch(LARGEST_WRITE)
    const rc = outgoing.write(part, () => this.#call({ lane: this.#writing, step, isPart: true }, (c, channel) => c._glue_channel_write(channel, streamId, buffer, part.length)))
    if (rc === LIBSSH2_ERROR_EAGAIN && !this.#plain((c, channel) => c._glue_channel_write_pending(channel))) this.#writing.release(step)
    return rc
  }

  /** True once the remote EOF has come and nothing is left to read. libssh2_channel_eof. */
  eof(): boolean {
    return this.#call(LOCAL, (c, channel) => c._libssh2_channel_eof(channel)) === 1
  }

  /** Tells the peer that no more data will be sent (RFC 4254 section 5.3). @returns 0, or EAGAIN. libssh2_channel_send_eof. */
  sendEof(): number {
    const step = this.#context.step(this.#writing, SEND_EOF)
    step.resume ??= () => this.#sendEof(step)
    if (this.#context.driver.current?.outruns(step)) return this.#context.pending({ step })
    return this.#sendEof(step)
  }

  #sendEof(step: Step): number {
    return this.#context.perform({ lane: this.#writing, step }, () => {
      const { pointer } = this.#handle
      this.#needOpen()
      return (c) => c._libssh2_channel_send_eof(pointer)
    })
  }

  /** Waits for the remote EOF. @returns 0, or EAGAIN. libssh2_channel_wait_eof. */
  waitEof(): number {
    return this.#call(this.#way('waitEof'), (c, channel) => c._libssh2_channel_wait_eof(channel))
  }

  /** Sends EOF and close, and waits for the peer's close, after which the exit status is known. @returns 0, or EAGAIN. libssh2_channel_close. */
  close(): number {
    this.#closing = true
    return this.#call(this.#way('close'), (c, channel) => c._libssh2_channel_close(channel))
  }

  /** Waits for the peer's close. @returns 0, or EAGAIN. @throws SSHError (-34) before the remote EOF has come. libssh2_channel_wait_closed. */
  waitClosed(): number {
    return this.#call(this.#way('waitClosed'), (c, channel) => c._libssh2_channel_wait_closed(channel))
  }

  /** Exit status of the process; also 0 if none has come. libssh2_channel_get_exit_status. */
  getExitStatus(): number {
    return this.#plain((c, channel) => c._libssh2_channel_get_exit_status(channel))
  }

  /**
   * Waits until the peer says how the process has ended, or closes the channel without saying. Output may still be on its way then.
   * @returns that, or EAGAIN. (glue_channel_exit)
   */
  exit(): Exit | Again {
    const { heap } = this.#context
    const state = heap.scratch(EXIT_STATE.sizeof)
    const word = (offset: number) => heap.i32((state + offset) as Bytes)
    let signal = 0 as Bytes
    const rc = this.#call(this.#way('exit', endOf), (c, channel) => {
      signal = c._glue_channel_exit(channel, state)
      return signal !== 0 || word(EXIT_STATE.has_status) !== 0 || c._glue_channel_peer_closed(channel) !== 0 ? 0 : LIBSSH2_ERROR_EAGAIN
    })
    if (rc === LIBSSH2_ERROR_EAGAIN) return rc
    if (signal !== 0) return { code: null, signal: heap.string(signal) ?? '', coreDumped: word(EXIT_STATE.core_dumped) !== 0, message: this.getExitSignal()[2] ?? '' }
    return { code: word(EXIT_STATE.has_status) === 0 ? null : word(EXIT_STATE.status), signal: null, coreDumped: false, message: '' }
  }

  /** Waits until the peer has closed the channel, whether or not data is unread. @returns 0, or EAGAIN. (glue_channel_peer_closed) */
  peerClosed(): number {
    return this.#call(this.#way('peerClosed', endOf), (c, channel) => c._glue_channel_peer_closed(channel) === 0 ? LIBSSH2_ERROR_EAGAIN : 0)
  }

  /** The signal that ended the process (RFC 4254 section 6.10). libssh2_channel_get_exit_signal. */
  getExitSignal(): ExitSignal {
    const { heap } = this.#context
    return heap.scoped((scope) => {
      const outs = Array.from({ length: 6 }, () => scope.out()) as [Bytes, Bytes, Bytes, Bytes, Bytes, Bytes]
      const rc = this.#call(LOCAL, (c, channel) => c._libssh2_channel_get_exit_signal(channel, ...outs))
      const take = (at: 0 | 2 | 4) => {
        const string = heap.u32(outs[at]) as Bytes
        if (string === 0) return null
        const content = heap.text(string, heap.u32(outs[at + 1] as Bytes))
        this.#context.plain((c, session) => c._libssh2_free(session, string))
        return content
      }
      return [rc, take(0), take(2), take(4)]
    })
  }

  /** Who connected to the listener that accepted this channel, as the server says; `null` for other channels. RFC 4254 section 7.2. (glue_channel_originator) */
  originator(): Originator | null {
    const { heap } = this.#context
    return heap.scoped((scope) => {
      const port = scope.out()
      const host = this.#plain((c, channel) => c._glue_channel_originator(channel, port))
      return host === 0 ? null : { host: heap.string(host) ?? '', port: heap.u32(port) }
    })
  }

  /** Discards unread stdout. @returns bytes discarded, or EAGAIN. libssh2_channel_flush. */
  flush(): number {
    return this.flushEx(0)
  }

  /** Discards unread stderr. @returns bytes discarded, or EAGAIN. libssh2_channel_flush_stderr. */
  flushStderr(): number {
    return this.flushEx(SSH_EXTENDED_DATA_STDERR)
  }

  /** Discards the unread data of a stream; -1 is all extended data, -2 everything. @returns bytes discarded, or EAGAIN. libssh2_channel_flush_ex. */
  flushEx(streamId: number): number {
    const stream = wholeNumber(streamId, 'streamId', LIBSSH2_CHANNEL_FLUSH_ALL, INT_MAX)
    return this.#call(this.#way(`flush ${stream}`), (c, channel) => c._libssh2_channel_flush_ex(channel, stream))
  }

  /** The receive window in bytes, part of which may be unread data here. libssh2_channel_window_read. */
  windowRead(): number {
    return this.windowReadEx().window
  }

  /** The receive window in bytes, the unread part of it, and its initial size. libssh2_channel_window_read_ex. */
  windowReadEx(): { window: number, readAvail: number, windowSizeInitial: number } {
    const { heap } = this.#context
    return heap.scoped((scope) => {
      const readAvail = scope.out()
      const initial = scope.out()
      const window = this.#plain((c, channel) => c._libssh2_channel_window_read_ex(channel, readAvail, initial)) >>> 0
      return { window, readAvail: heap.u32(readAvail), windowSizeInitial: heap.u32(initial) }
    })
  }

  /** Bytes that may still be written before the peer adjusts its window. libssh2_channel_window_write. */
  windowWrite(): number {
    return this.windowWriteEx().window
  }

  /** The send window in bytes, and its initial size. libssh2_channel_window_write_ex. */
  windowWriteEx(): { window: number, windowSizeInitial: number } {
    const { heap } = this.#context
    return heap.scoped((scope) => {
      const initial = scope.out()
      const window = this.#plain((c, channel) => c._libssh2_channel_window_write_ex(channel, initial)) >>> 0
      return { window, windowSizeInitial: heap.u32(initial) }
    })
  }

  /**
   * Lets the peer send `adjustment` more bytes; small adjustments are saved up unless `force`.
   * @returns the new window, or EAGAIN. @deprecated use `receiveWindowAdjust2`. libssh2_channel_receive_window_adjust.
   */
  receiveWindowAdjust(adjustment: number, force: boolean | number = false): number {
    const [rc, window] = this.receiveWindowAdjust2(adjustment, force)
    return rc === 0 ? window : rc
  }

  /** Lets the peer send `adjustment` more bytes; small adjustments are saved up unless `force`. @returns `[0 | -37, window]`. libssh2_channel_receive_window_adjust2. */
  receiveWindowAdjust2(adjustment: number, force: boolean | number = false): [rc: number, window: number] {
    const more = wholeNumber(adjustment, 'adjustment')
    this.#needOpen()
    // The value that libssh2 would store is the window before the adjustment.
    const forced = flag(force, 'force')
    const rc = this.#call({ call: [this, 'receiveWindowAdjust', more, forced] }, (c, channel) => c._libssh2_channel_receive_window_adjust2(channel, more, forced, 0 as Bytes))
    return [rc, this.windowRead()]
  }

  /** Sets the size in bytes up to which `read` fills the receive window from now on; 2 MiB by default. (glue_channel_window_size) */
  receiveWindowSize(size: number): void {
    const checked = wholeNumber(size, 'size', 1, LARGEST_WINDOW)
    this.#plain((c, channel) => c._glue_channel_window_size(channel, checked))
  }

  /** Sets how stderr is handled: `LIBSSH2_CHANNEL_EXTENDED_DATA_*`. @deprecated use `handleExtendedData2`. libssh2_channel_handle_extended_data. */
  handleExtendedData(mode: number): void {
    const checked = extendedDataMode(mode)
    this.#plain((c, channel) => c._libssh2_channel_handle_extended_data(channel, checked))
  }

  /** Sets how stderr is handled: `LIBSSH2_CHANNEL_EXTENDED_DATA_NORMAL`, `_IGNORE` or `_MERGE` into stdout. @returns 0, or EAGAIN. libssh2_channel_handle_extended_data2. */
  handleExtendedData2(mode: number): number {
    const checked = extendedDataMode(mode)
    return this.#call(this.#way(`handleExtendedData ${checked}`), (c, channel) => c._libssh2_channel_handle_extended_data2(channel, checked))
  }

  /** Like `handleExtendedData2`; the old macro of libssh2 takes 0 (keep) or 1 (ignore). @deprecated use `handleExtendedData2`. libssh2_channel_ignore_extended_data. */
  ignoreExtendedData(mode: number): number {
    return this.handleExtendedData2(mode)
  }

  /** True if a read of stdout (0) or of extended data (1) would return something. @deprecated wait with `session.wait()`. libssh2_poll_channel_read. */
  pollChannelRead(extended: boolean | number = false): boolean {
    const stream = flag(extended, 'extended')
    return this.#call(LOCAL, (c, channel) => c._libssh2_poll_channel_read(channel, stream)) === 1
  }

  /**
   * Closes the channel if that has not been done, and frees it. Repeat it while it returns EAGAIN.
   * @returns 0, or EAGAIN. Idempotent. libssh2_channel_free.
   */
  free(): Again | 0 {
    if (this.#handle.freed) return 0
    if (this.session.failure) {
      this.#drop()
      return 0
    }
    if (!this.#answered()) return LIBSSH2_ERROR_EAGAIN
    this.#closing = true
    this.#context.unansweredCloses.add(this)
    const rc = this.#call(this.#way('free'), (c, channel) => c._libssh2_channel_free(channel))
    if (rc === LIBSSH2_ERROR_EAGAIN) return rc
    this.#context.unansweredCloses.delete(this)
    this.#context.closedAt = performance.now()
    this.#drop()
    this.#context.driver.release()
    return 0
  }

  #drop(): void {
    this.#handle.drop()
    for (const on of [this, this.#requests, this.#writing]) this.#context.driver.gone(on)
  }

  /** Completes a request of this channel: if it were freed first, its answer might be taken for that of another channel with the same number. */
  #answered(): boolean {
    try {
      return this.#requests.holder?.resume?.() !== LIBSSH2_ERROR_EAGAIN
    } catch {
      return true
    }
  }

  /** Frees the channel, in the background if the peer has to answer. */
  [Symbol.dispose](): void {
    if (!this.#handle.freed && !this.session.failure) this.#context.driver.run(() => this.free()).catch(() => {})
  }
}

/** libssh2_channel_write takes no more at a time. */
const LARGEST_WRITE = 32768

function extendedDataMode(mode: number): number {
  return wholeNumber(mode, 'mode', LIBSSH2_CHANNEL_EXTENDED_DATA_NORMAL, LIBSSH2_CHANNEL_EXTENDED_DATA_MERGE)
}

function checkedSize(columns: number, rows: number, widthPx: number, heightPx: number): [number, number, number, number] {
  return [int(columns, 'columns'), int(rows, 'rows'), int(widthPx, 'widthPx'), int(heightPx, 'heightPx')]
}

/** The body of an `env` request (RFC 4254 section 6.4). */
function variable(name: string, value: string): Uint8Array {
  return new WireWriter().string(encodeText(name, 'name')).string(encodeText(value, 'value')).finish()
}
