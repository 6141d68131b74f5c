import {
  LIBSSH2_CHANNEL_EXTENDED_DATA_MERGE, LIBSSH2_CHANNEL_EXTENDED_DATA_NORMAL, LIBSSH2_CHANNEL_FLUSH_ALL, LIBSSH2_ERROR_EAGAIN, SSH_EXTENDED_DATA_STDERR,
} from '../../ffi/constants.gen.ts'
import type { Bytes, ChannelPointer, Pointer } from '../../ffi/exports.gen.ts'
import type { Handle } from '../../ffi/handle.ts'
import type { SendableData } from '../../wire-format/bytes-of.ts'
import { bytes, data, flag, int, INT_MAX, wholeNumber } from '../arguments.ts'
import { type Again, CONTEXT, type SessionContext } from '../session-context.ts'
import { endOf } from '../sources.ts'
import type { Session } from '../session/session.ts'
import { ChannelCalls, LOCAL } from './calls.ts'
import { type Exit, exitOf, type ExitSignal, exitSignalOf } from './exit.ts'
import { answerOpenOf, type Originator, originatorOf } from './opened-by-server.ts'
import { ChannelRequests, NOTHING, type PtyOptions } from './requests.ts'
import { ChannelWriter } from './writer.ts'

export type { Exit, ExitSignal } from './exit.ts'
export type { Originator } from './opened-by-server.ts'
export type { PtyOptions } from './requests.ts'

/** The most bytes of one read; a larger `size` is reduced to it. */
const LARGEST_READ = 4 << 20
/** The largest receive window: a read adds its own size to it. */
const LARGEST_WINDOW = 1 << 30
/** What reads wait for: any packet of the channel, by its number. */
const ARRIVALS = (channel: number) => channel
/**
 * A channel (RFC 4254 section 5), non-blocking. Return codes are those of ssh2-python: EAGAIN (-37) is returned, every other negative code
 * throws a `ChannelError` or another `SSHError`.
 */
export class Channel implements Disposable {
  /** The session that this channel belongs to. */
  readonly session: Session
  readonly #calls: ChannelCalls
  readonly #requests: ChannelRequests
  readonly #writer: ChannelWriter

  /** For the bindings: channels come from `session.openSession()` and its siblings. */
  constructor(session: Session, context: SessionContext, pointer: ChannelPointer, owner: Handle<Pointer> = context.handle) {
    this.session = session
    this.#calls = new ChannelCalls(context, pointer, owner)
    this.#requests = new ChannelRequests(this.#calls)
    this.#writer = new ChannelWriter(this.#calls)
  }

  get [CONTEXT](): ChannelCalls { return this.#calls }

  /** Requests a PTY of 80 x 24 characters. @returns 0, or EAGAIN. libssh2_channel_request_pty. */
  pty(term = 'vt100'): number {
    return this.ptyEx({ term })
  }

  /** Requests a PTY. @returns 0, or EAGAIN. @throws ChannelError if the server refuses. libssh2_channel_request_pty_ex. */
  ptyEx(options: PtyOptions = {}): number {
    return this.#requests.pty(options)
  }

  /** Tells the server the terminal's new size (window-change, RFC 4254 section 6.7). @returns 0, or EAGAIN. libssh2_channel_request_pty_size_ex. */
  ptySize(columns: number, rows: number, widthPx = 0, heightPx = 0): number {
    return this.#requests.ptySize(columns, rows, widthPx, heightPx)
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
    return this.#requests.start(request, message)
  }

  /**
   * Sets a variable in the environment of the next command (RFC 4254 section 6.4).
   * @returns 0, or EAGAIN. @throws ChannelError if the server refuses; most servers do so for all names except those in a list. libssh2_channel_setenv_ex.
   */
  setenv(name: string, value: string): number {
    return this.#requests.setenv(name, value)
  }

  /**
   * Like `setenv`, without asking whether the server accepts, so that many variables cost no round trip. @returns 0, or EAGAIN during a key exchange:
   * nothing has been sent then. (glue_channel_notify)
   */
  setenvNoReply(name: string, value: string): number {
    return this.#requests.sendVariable(name, value, false)
  }

  /**
   * Like `setenv`, but does not wait for the reply, which `setenvReply` takes, so that many variables cost one round trip. Make no other request
   * with a reply before you have taken all replies: that is `ERR_LIBSSH2_BAD_USE`. @returns 0, or EAGAIN during a key exchange: nothing has been sent then. (glue_channel_notify)
   */
  setenvSend(name: string, value: string): number {
    return this.#requests.sendVariable(name, value, true)
  }

  /**
   * The reply to the first `setenvSend` whose reply has not been taken. @returns 0, or EAGAIN. @throws ChannelError if the server refuses;
   * SSHError `ERR_LIBSSH2_BAD_USE` if there is none. (glue_channel_reply)
   */
  setenvReply(): number {
    return this.#requests.setenvReply()
  }

  /**
   * Sends a channel request without a reply (RFC 4254 section 5.4), e.g. `eow@openssh.com`: nobody reads the output any more. @param body what follows the type.
   * @returns 0, or EAGAIN during a key exchange: nothing has been sent then. @throws SSHError `ERR_LIBSSH2_CHANNEL_CLOSED`. (glue_channel_notify)
   */
  requestNoReply(type: string, body: Uint8Array = NOTHING): number {
    return this.#requests.send(type, false, bytes(body, 'body'))
  }

  /** Sends a signal, named without `SIG`, to the process (RFC 4254 section 6.9). No reply. @returns 0, or EAGAIN. libssh2_channel_signal_ex. */
  signal(name: string): number {
    return this.#requests.signal(name)
  }

  /**
   * Requests agent forwarding; `session.acceptAgent()` returns the channels that the server then opens.
   * @returns 0, or EAGAIN. @throws ChannelError if the server refuses. libssh2_channel_request_auth_agent.
   */
  requestAuthAgent(): number {
    return this.#requests.agent()
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
    return this.#requests.x11(singleConnection, authProto, authCookie, screen)
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
    return this.#calls.context.parcels.collectJoined(this.#read(size, streamId, false))
  }

  /**
   * Like `readEx`, without joining packets: returns the data of whole packets, each in its own memory; small ones may have been joined.
   * @param size reads until so many bytes are there; the last packet may bring more. @returns `[count, parts]`; `[0, []]` at EOF; `[-37, []]` if it
   * would block. (glue_channel_read)
   */
  readParts(size = 1024, streamId = 0): [rc: number, parts: Uint8Array[]] {
    return this.#calls.context.parcels.collect(this.#read(size, streamId, true))
  }

  /** A read with checked arguments. */
  #read(size: number, streamId: number, whole: boolean): () => number {
    const length = Math.min(wholeNumber(size, 'size', 0, Infinity), LARGEST_READ)
    const stream = int(streamId, 'streamId')
    return () => this.#calls.call(this.#calls.way(stream, ARRIVALS), (c, channel) => c.glue_channel_read(channel, stream, length, Number(whole)))
  }

  /** Like `readEx`, into the caller's memory, as much as it holds. @returns bytes read; 0 at EOF; -37 if it would block. libssh2_channel_read_ex. */
  readInto(target: Uint8Array, streamId = 0): number {
    const room = bytes(target, 'target')
    return this.#calls.context.parcels.fill(room, this.#read(room.length, streamId, false))
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
    return this.#writer.write(int(streamId, 'streamId'), content)
  }

  /** True once the remote EOF has come and nothing is left to read. libssh2_channel_eof. */
  eof(): boolean {
    return this.#calls.call(LOCAL, (c, channel) => c.libssh2_channel_eof(channel)) === 1
  }

  /** Tells the peer that no more data will be sent (RFC 4254 section 5.3). @returns 0, or EAGAIN. libssh2_channel_send_eof. */
  sendEof(): number {
    return this.#writer.sendEof()
  }

  /** Waits for the remote EOF. @returns 0, or EAGAIN. libssh2_channel_wait_eof. */
  waitEof(): number {
    return this.#calls.call(this.#calls.way('waitEof', endOf), (c, channel) => c.libssh2_channel_wait_eof(channel))
  }

  /** Sends EOF and close, and waits for the peer's close, after which the exit status is known. @returns 0, or EAGAIN. libssh2_channel_close. */
  close(): number {
    this.#calls.closing = true
    return this.#calls.call(this.#calls.way('close', endOf), (c, channel) => c.libssh2_channel_close(channel))
  }

  /** Waits for the peer's close. @returns 0, or EAGAIN. @throws SSHError (-34) before the remote EOF has come. libssh2_channel_wait_closed. */
  waitClosed(): number {
    return this.#calls.call(this.#calls.way('waitClosed', endOf), (c, channel) => c.libssh2_channel_wait_closed(channel))
  }

  /** Exit status of the process; also 0 if none has come. libssh2_channel_get_exit_status. */
  getExitStatus(): number {
    return this.#calls.plain((c, channel) => c.libssh2_channel_get_exit_status(channel))
  }

  /**
   * Waits until the peer says how the process has ended, or closes the channel without saying. Output may still be on its way then.
   * @returns that, or EAGAIN. (glue_channel_exit)
   */
  exit(): Exit | Again {
    return exitOf(this.#calls)
  }

  /** Waits until the peer has closed the channel, whether or not data is unread. @returns 0, or EAGAIN. (glue_channel_peer_closed) */
  peerClosed(): number {
    return this.#calls.call(this.#calls.way('peerClosed', endOf), (c, channel) => c.glue_channel_peer_closed(channel) === 0 ? LIBSSH2_ERROR_EAGAIN : 0)
  }

  /** The signal that ended the process (RFC 4254 section 6.10). libssh2_channel_get_exit_signal. */
  getExitSignal(): ExitSignal {
    return exitSignalOf(this.#calls)
  }

  /** Confirms a channel whose open is held, or refuses it for a `reason` (RFC 4254 section 5.1); closing it refuses it too. @returns 0, or EAGAIN. (glue_channel_answer) */
  answerOpen(reason = 0): number {
    return answerOpenOf(this.#calls, wholeNumber(reason, 'reason', 0, 0xffff_ffff))
  }

  /** Who connected to the listener that accepted this channel, as the server says; `null` for other channels. RFC 4254 section 7.2. (glue_channel_originator) */
  originator(): Originator | null {
    return originatorOf(this.#calls)
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
    return this.#calls.call(this.#calls.way(`flush ${stream}`), (c, channel) => c.libssh2_channel_flush_ex(channel, stream))
  }

  /** The receive window in bytes, part of which may be unread data here. libssh2_channel_window_read. */
  windowRead(): number {
    return this.windowReadEx().window
  }

  /** The receive window in bytes, the unread part of it, and its initial size. libssh2_channel_window_read_ex. */
  windowReadEx(): { window: number, readAvail: number, windowSizeInitial: number } {
    const { heap } = this.#calls.context
    return heap.scoped((scope) => {
      const readAvail = scope.out()
      const initial = scope.out()
      const window = this.#calls.plain((c, channel) => c.libssh2_channel_window_read_ex(channel, readAvail, initial)) >>> 0
      return { window, readAvail: heap.u32(readAvail), windowSizeInitial: heap.u32(initial) }
    })
  }

  /** Bytes that may still be written before the peer adjusts its window. libssh2_channel_window_write. */
  windowWrite(): number {
    return this.windowWriteEx().window
  }

  /** The send window in bytes, and its initial size. libssh2_channel_window_write_ex. */
  windowWriteEx(): { window: number, windowSizeInitial: number } {
    const { heap } = this.#calls.context
    return heap.scoped((scope) => {
      const initial = scope.out()
      const window = this.#calls.plain((c, channel) => c.libssh2_channel_window_write_ex(channel, initial)) >>> 0
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
    this.#calls.needOpen()
    // The value that libssh2 would store is the window before the adjustment.
    const forced = flag(force, 'force')
    const rc = this.#calls.call({ call: [this.#calls, 'receiveWindowAdjust', more, forced] }, (c, channel) => c.libssh2_channel_receive_window_adjust2(channel, more, forced, 0 as Bytes))
    return [rc, this.windowRead()]
  }

  /** Sets the size in bytes up to which `read` fills the receive window from now on; 2 MiB by default. (glue_channel_window_size) */
  receiveWindowSize(size: number): void {
    const checked = wholeNumber(size, 'size', 1, LARGEST_WINDOW)
    this.#calls.plain((c, channel) => c.glue_channel_window_size(channel, checked))
  }

  /** Sets how stderr is handled: `LIBSSH2_CHANNEL_EXTENDED_DATA_*`. @deprecated use `handleExtendedData2`. libssh2_channel_handle_extended_data. */
  handleExtendedData(mode: number): void {
    const checked = extendedDataMode(mode)
    this.#calls.changed()
    this.#calls.plain((c, channel) => c.libssh2_channel_handle_extended_data(channel, checked))
  }

  /** Sets how stderr is handled: `LIBSSH2_CHANNEL_EXTENDED_DATA_NORMAL`, `_IGNORE` or `_MERGE` into stdout. @returns 0, or EAGAIN. libssh2_channel_handle_extended_data2. */
  handleExtendedData2(mode: number): number {
    const checked = extendedDataMode(mode)
    this.#calls.changed()
    return this.#calls.call(this.#calls.way(`handleExtendedData ${checked}`), (c, channel) => c.libssh2_channel_handle_extended_data2(channel, checked))
  }

  /** Like `handleExtendedData2`; the old macro of libssh2 takes 0 (keep) or 1 (ignore). @deprecated use `handleExtendedData2`. libssh2_channel_ignore_extended_data. */
  ignoreExtendedData(mode: number): number {
    return this.handleExtendedData2(mode)
  }

  /** True if a read of stdout (0) or of extended data (1) would return something. @deprecated wait with `session.wait()`. libssh2_poll_channel_read. */
  pollChannelRead(extended: boolean | number = false): boolean {
    const stream = flag(extended, 'extended')
    return this.#calls.call(LOCAL, (c, channel) => c.libssh2_poll_channel_read(channel, stream)) === 1
  }

  /**
   * Closes the channel if that has not been done, and frees it. Repeat it while it returns EAGAIN.
   * @returns 0, or EAGAIN. Idempotent. libssh2_channel_free.
   */
  free(): Again | 0 {
    if (this.#calls.handle.freed) return 0
    if (this.#calls.context.failure) {
      this.#calls.drop()
      return 0
    }
    if (!this.#requests.answered()) return LIBSSH2_ERROR_EAGAIN
    this.#calls.closing = true
    this.#calls.context.unansweredCloses.add(this)
    const rc = this.#calls.call(this.#calls.way('free', endOf), (c, channel) => c.libssh2_channel_free(channel))
    if (rc === LIBSSH2_ERROR_EAGAIN) return rc
    this.#calls.context.unansweredCloses.delete(this)
    this.#calls.context.closedAt = performance.now()
    this.#calls.drop()
    this.#calls.context.driver.release()
    return 0
  }

  /** Frees the channel, in the background if the peer has to answer. */
  [Symbol.dispose](): void {
    if (!this.#calls.handle.freed && !this.#calls.context.failure) this.#calls.context.driver.run(() => this.free()).catch(() => {})
  }
}

function extendedDataMode(mode: number): number {
  return wholeNumber(mode, 'mode', LIBSSH2_CHANNEL_EXTENDED_DATA_NORMAL, LIBSSH2_CHANNEL_EXTENDED_DATA_MERGE)
}
