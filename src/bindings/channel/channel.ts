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
  /** Value of TERM; `vt100` if none is given. */
  readonly term?: string
  /** Encoded terminal modes (RFC 4254 section 8). */
  readonly modes?: Uint8Array
  /** Size in characters, 80 x 24 if none is given. */
  readonly columns?: number
  readonly rows?: number
  /** Size in pixels; 0 is unknown. */
  readonly widthPx?: number
  readonly heightPx?: number
}

/** What `getExitSignal` gives: return code, signal name without `SIG`, error message, language tag; `null` where there is none. */
export type ExitSignal = [rc: number, signal: string | null, message: string | null, language: string | null]

/** How a remote process ended (RFC 4254 section 6.10), in the shape of Node's: a code or a signal; neither where the server closed the channel without a word. */
export interface Exit {
  readonly code: number | null
  /** Named without `SIG`, e.g. `TERM`. */
  readonly signal: string | null
  readonly coreDumped: boolean
  /** What the server says about a signal, often nothing. */
  readonly message: string
}

/** Where a forwarded connection comes from. The server chose this text: it may say anything. */
export interface Originator {
  readonly host: string
  readonly port: number
}

/** The most bytes of one read; a larger `size` is cut to it. */
const LARGEST_READ = 4 << 20
/** The largest receive window: a read adds its own size to it. */
const LARGEST_WINDOW = 1 << 30
const NOTHING = new Uint8Array(0)
const LOCAL: Way = { local: true }
/** What reads wait for: whatever arrives for the channel, by its number. */
const ARRIVALS = (channel: number) => channel
/** More than there are: only who reads streams of numbers that SSH does not have gets beyond. */
const KEPT_WAYS = 16
const SEND_EOF: readonly unknown[] = ['sendEof']

/**
 * A channel (RFC 4254 section 5), non-blocking. Return codes as in ssh2-python: EAGAIN (-37) is returned, every other negative code
 * throws a `ChannelError` or another `SSHError` kind.
 */
export class Channel implements Disposable {
  /** The session that this channel belongs to. */
  readonly session: Session
  readonly #context: SessionContext
  readonly #handle: Handle<ChannelPointer>
  /** By what is called, of what stream: some of it is called again for each packet, and the way is the same each time. */
  readonly #ways = new Map<string | number, Way>()
  /** A write that a re-key caught between two packets: until it goes on, no other write and no EOF may pass it. */
  readonly #writing = new Lane()
  /** Requests whose replies libssh2 waits for, one at a time (law 4; patch 0650). */
  readonly #requests = new Lane()
  /** Replies to `setenvSend` that `setenvReply` has not taken. */
  #unreplied = 0
  /** Close has been sent, or begun: whatever followed it would be for a channel that the peer may not know any more, and end the session. */
  #closing = false

  /** For the bindings: channels come from `session.openSession()` and its siblings. */
  constructor(session: Session, context: SessionContext, pointer: ChannelPointer, owner: Handle<Pointer> = context.handle) {
    this.session = session
    this.#context = context
    this.#handle = new Handle('channel', pointer, owner)
  }

  /**
   * How a call is made that may say EAGAIN and has no step: so `wait()` knows its caller.
   * @param call what is called, with its arguments; a read by its stream. @param source what it waits for, of the channel's number.
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

  /** For data: unlike libssh2, which would wait for a window for ever, says so when the peer has closed the channel. */
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
   * Starts something by request type (`exec`, `shell`, `subsystem`), with a message where the type has one (RFC 4254 section 6.5).
   * @returns 0, or EAGAIN. @throws ChannelError if the server refuses. libssh2_channel_process_startup.
   */
  processStartup(request: string, message?: string | null): number {
    return this.#request(['startup', request, message ?? null], (scope) => {
      const type = scope.utf8(request, 'request')
      // Without one these two are malformed, and the server would end the session.
      if (message == null && (request === 'exec' || request === 'subsystem')) throw new TypeError(`${request} needs a message, which must be a string`)
      const body = message == null ? { pointer: 0 as Bytes, length: 0 } : scope.utf8(message, 'message')
      return (c, channel) => c._libssh2_channel_process_startup(channel, type.pointer, type.length, body.pointer, body.length)
    })
  }

  /**
   * Sets a variable in the environment of what is started next (RFC 4254 section 6.4).
   * @returns 0, or EAGAIN. @throws ChannelError if the server refuses, as most servers do for all names but those that they list. libssh2_channel_setenv_ex.
   */
  setenv(name: string, value: string): number {
    return this.#request(['setenv', name, value], (scope) => {
      const variable = scope.utf8(name, 'name')
      const content = scope.utf8(value, 'value')
      return (c, channel) => c._libssh2_channel_setenv_ex(channel, variable.pointer, variable.length, content.pointer, content.length)
    })
  }

  /**
   * As `setenv`, without asking whether the server accepts: many variables cost no round trip. @returns 0, or EAGAIN while keys are exchanged:
   * nothing has been sent then. (glue_channel_notify)
   */
  setenvNoReply(name: string, value: string): number {
    return this.requestNoReply('env', variable(name, value))
  }

  /**
   * As `setenv`, but does not wait for the reply, which `setenvReply` takes: many variables cost one round trip. No other request with a reply may be
   * made before all replies have been taken: that is `ERR_LIBSSH2_BAD_USE`. @returns 0, or EAGAIN while keys are exchanged: nothing has been sent then. (glue_channel_notify)
   */
  setenvSend(name: string, value: string): number {
    return this.#notify('env', true, variable(name, value))
  }

  /** The reply to the first `setenvSend` whose reply has not been taken. @returns 0, or EAGAIN. @throws ChannelError if the server refuses; SSHError `ERR_LIBSSH2_BAD_USE` where there is none. (glue_channel_reply) */
  setenvReply(): number {
    return this.#request(['setenvReply'], () => (c, channel) => {
      const rc = c._glue_channel_reply(channel)
      if (rc !== LIBSSH2_ERROR_EAGAIN) this.#unreplied -= 1
      return rc
    }, true)
  }

  /**
   * Sends a channel request that wants no reply (RFC 4254 section 5.4), e.g. `eow@openssh.com`: nobody reads the output any more. @param body what follows the type.
   * @returns 0, or EAGAIN while keys are exchanged: nothing has been sent then. @throws SSHError `ERR_LIBSSH2_CHANNEL_CLOSED`. (glue_channel_notify)
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

  /** Sends a signal, named without `SIG`, to what runs (RFC 4254 section 6.9). No reply. @returns 0, or EAGAIN. libssh2_channel_signal_ex. */
  signal(name: string): number {
    return this.#context.perform({ call: [this, 'signal', name] }, (scope) => {
      const { pointer } = this.#handle
      const short = scope.utf8(text(name, 'name').replace(/^SIG/, ''), 'name')
      this.#needOpen()
      return (c) => c._libssh2_channel_signal_ex(pointer, short.pointer, short.length)
    })
  }

  /**
   * Asks for forwarding of the authentication agent; `session.acceptAgent()` gives the channels that the server then opens.
   * @returns 0, or EAGAIN. @throws ChannelError if the server refuses. libssh2_channel_request_auth_agent.
   */
  requestAuthAgent(): number {
    this.#context.listen(LIBSSH2_CALLBACK_AUTHAGENT, true)
    return this.#request(['requestAuthAgent'], () => (c, channel) => c._libssh2_channel_request_auth_agent(channel))
  }

  /** Asks for X11 forwarding with a cookie that libssh2 invents. @param screen number of the X screen. @returns 0, or EAGAIN. libssh2_channel_x11_req. */
  x11Req(screen = 0): number {
    return this.x11ReqEx(false, null, null, screen)
  }

  /**
   * Asks for X11 forwarding (RFC 4254 section 6.3.1); `session.acceptX11()` gives the channels that the server then opens.
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

  /** Reads stdout. As `readEx` with stream 0. libssh2_channel_read. */
  read(size = 1024): [rc: number, data: Uint8Array] {
    return this.readEx(size, 0)
  }

  /** Reads stderr. As `readEx` with stream 1. libssh2_channel_read_stderr. */
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
   * As `readEx`, without joining what came apart: the data of whole packets, each in memory of its own; small ones may have been joined.
   * @param size read on until so many bytes are there; the last packet may bring more. @returns `[count, parts]`; `[0, []]` at EOF; `[-37, []]` if it
   * would block. (glue_channel_read)
   */
  readParts(size = 1024, streamId = 0): [rc: number, parts: Uint8Array[]] {
    return this.#context.parcels.collect(this.#read(size, streamId, true))
  }

  /** A read whose arguments are right. */
  #read(size: number, streamId: number, whole: boolean): () => number {
    const length = Math.min(wholeNumber(size, 'size', 0, Infinity), LARGEST_READ)
    const stream = int(streamId, 'streamId')
    return () => this.#call(this.#way(stream, ARRIVALS), (c, channel) => c._glue_channel_read(channel, stream, length, Number(whole)))
  }

  /** As `readEx`, into memory of the caller, as much as it holds. @returns bytes read; 0 at EOF; -37 if it would block. libssh2_channel_read_ex. */
  readInto(target: Uint8Array, streamId = 0): number {
    const room = bytes(target, 'target')
    return this.#context.parcels.fill(room, this.#read(room.length, streamId, false))
  }

  /** Writes to stdin. As `writeEx` with stream 0. libssh2_channel_write. */
  write(buf: SendableData): [rc: number, bytesWritten: number] {
    return this.writeEx(0, buf)
  }

  /** Writes extended data of type 1. As `writeEx` with stream 1. libssh2_channel_write_stderr. */
  writeStderr(buf: SendableData): [rc: number, bytesWritten: number] {
    return this.writeEx(SSH_EXTENDED_DATA_STDERR, buf)
  }

  /**
   * Writes as much of `buf` as the peer's window and the outgoing queue take.
   * @param buf bytes, or a string that is sent as UTF-8; the count is of bytes in both cases.
   * @returns `[rc, bytesWritten]`: `rc` is the last code of libssh2, -37 if not all was taken: go on with `buf.subarray(bytesWritten)`.
   * @throws ChannelError after `sendEof` or `close`; `error.bytesWritten` tells what went before. libssh2_channel_write_ex.
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

  /** Calls from outside the driver count themselves what has been written: they come back with the rest. */
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

  /** One packet's worth. An empty write still reaches libssh2, which says whether the channel can be written to. */
  #writePart(step: Step, streamId: number, part: Uint8Array): number {
    const { heap, wire } = this.#context
    if (wire.congested) return this.#context.pending({ step })
    const buffer = heap.scratch(LARGEST_WRITE)
    heap.write(buffer, part)
    const rc = this.#call({ lane: this.#writing, step, isPart: true }, (c, channel) => c._libssh2_channel_write_ex(channel, streamId, buffer, part.length))
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

  /** Sends EOF and close, and waits for the peer's close: then the exit status is known. @returns 0, or EAGAIN. libssh2_channel_close. */
  close(): number {
    this.#closing = true
    return this.#call(this.#way('close'), (c, channel) => c._libssh2_channel_close(channel))
  }

  /** Waits for the peer's close. @returns 0, or EAGAIN. @throws SSHError (-34) before the remote EOF has come. libssh2_channel_wait_closed. */
  waitClosed(): number {
    return this.#call(this.#way('waitClosed'), (c, channel) => c._libssh2_channel_wait_closed(channel))
  }

  /** Exit status of what was run; 0 also when none has come. libssh2_channel_get_exit_status. */
  getExitStatus(): number {
    return this.#plain((c, channel) => c._libssh2_channel_get_exit_status(channel))
  }

  /**
   * Waits until the peer says how what was run has ended, or closes the channel without a word. What was written may still be on its way then.
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

  /** Waits until the peer has closed the channel, unread data or not. @returns 0, or EAGAIN. (glue_channel_peer_closed) */
  peerClosed(): number {
    return this.#call(this.#way('peerClosed', endOf), (c, channel) => c._glue_channel_peer_closed(channel) === 0 ? LIBSSH2_ERROR_EAGAIN : 0)
  }

  /** The signal that ended what was run (RFC 4254 section 6.10). libssh2_channel_get_exit_signal. */
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

  /** Who connected to the listener that gave this channel, as the server says; `null` for other channels. RFC 4254 section 7.2. (glue_channel_originator) */
  originator(): Originator | null {
    const { heap } = this.#context
    return heap.scoped((scope) => {
      const port = scope.out()
      const host = this.#plain((c, channel) => c._glue_channel_originator(channel, port))
      return host === 0 ? null : { host: heap.string(host) ?? '', port: heap.u32(port) }
    })
  }

  /** Discards what stdout holds. @returns bytes discarded, or EAGAIN. libssh2_channel_flush. */
  flush(): number {
    return this.flushEx(0)
  }

  /** Discards what stderr holds. @returns bytes discarded, or EAGAIN. libssh2_channel_flush_stderr. */
  flushStderr(): number {
    return this.flushEx(SSH_EXTENDED_DATA_STDERR)
  }

  /** Discards what a stream holds; -1 is all extended data, -2 everything. @returns bytes discarded, or EAGAIN. libssh2_channel_flush_ex. */
  flushEx(streamId: number): number {
    const stream = wholeNumber(streamId, 'streamId', LIBSSH2_CHANNEL_FLUSH_ALL, INT_MAX)
    return this.#call(this.#way(`flush ${stream}`), (c, channel) => c._libssh2_channel_flush_ex(channel, stream))
  }

  /** The receive window in bytes, of which some may lie here unread. libssh2_channel_window_read. */
  windowRead(): number {
    return this.windowReadEx().window
  }

  /** The receive window in bytes, what of it lies here unread, and its initial size. libssh2_channel_window_read_ex. */
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
   * Lets the peer send `adjustment` more bytes; small ones are saved up unless `force`.
   * @returns the new window, or EAGAIN. @deprecated use `receiveWindowAdjust2`. libssh2_channel_receive_window_adjust.
   */
  receiveWindowAdjust(adjustment: number, force: boolean | number = false): number {
    const [rc, window] = this.receiveWindowAdjust2(adjustment, force)
    return rc === 0 ? window : rc
  }

  /** Lets the peer send `adjustment` more bytes; small ones are saved up unless `force`. @returns `[0 | -37, window]`. libssh2_channel_receive_window_adjust2. */
  receiveWindowAdjust2(adjustment: number, force: boolean | number = false): [rc: number, window: number] {
    const more = wholeNumber(adjustment, 'adjustment')
    this.#needOpen()
    // What libssh2 would store is the window before the adjustment.
    const forced = flag(force, 'force')
    const rc = this.#call({ call: [this, 'receiveWindowAdjust', more, forced] }, (c, channel) => c._libssh2_channel_receive_window_adjust2(channel, more, forced, 0 as Bytes))
    return [rc, this.windowRead()]
  }

  /** Sets the size in bytes that `read` fills the receive window up to from now on; 2 MiB if nobody says otherwise. (glue_channel_window_size) */
  receiveWindowSize(size: number): void {
    const checked = wholeNumber(size, 'size', 1, LARGEST_WINDOW)
    this.#plain((c, channel) => c._glue_channel_window_size(channel, checked))
  }

  /** What becomes of stderr: `LIBSSH2_CHANNEL_EXTENDED_DATA_*`. @deprecated use `handleExtendedData2`. libssh2_channel_handle_extended_data. */
  handleExtendedData(mode: number): void {
    const checked = extendedDataMode(mode)
    this.#plain((c, channel) => c._libssh2_channel_handle_extended_data(channel, checked))
  }

  /** What becomes of stderr: `LIBSSH2_CHANNEL_EXTENDED_DATA_NORMAL`, `_IGNORE` or `_MERGE` into stdout. @returns 0, or EAGAIN. libssh2_channel_handle_extended_data2. */
  handleExtendedData2(mode: number): number {
    const checked = extendedDataMode(mode)
    return this.#call(this.#way(`handleExtendedData ${checked}`), (c, channel) => c._libssh2_channel_handle_extended_data2(channel, checked))
  }

  /** As `handleExtendedData2`; the old macro of libssh2 takes 0 (keep) or 1 (ignore). @deprecated use `handleExtendedData2`. libssh2_channel_ignore_extended_data. */
  ignoreExtendedData(mode: number): number {
    return this.handleExtendedData2(mode)
  }

  /** True if a read of stdout (0) or of extended data (1) would give something. @deprecated wait with `session.wait()`. libssh2_poll_channel_read. */
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

  /** Sees a request of this channel through: freed before, its answer might be taken for another channel's of the same number. */
  #answered(): boolean {
    try {
      return this.#requests.holder?.resume?.() !== LIBSSH2_ERROR_EAGAIN
    } catch {
      return true
    }
  }

  /** Frees the channel, in the background where the peer has to be waited for. */
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
