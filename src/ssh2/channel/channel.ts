import { Duplex } from 'node:stream'
import { after } from '../../abort/milliseconds.ts'
import type { Channel as BoundChannel, Exit } from '../../bindings/channel/channel.ts'
import { joinSmall } from '../../client/join-small.ts'
import { LiveChannel } from '../../client/live-channel.ts'
import { ReceiveWindow } from '../../client/receive-window.ts'
import { LIBSSH2_ERROR_EAGAIN, SSH_EXTENDED_DATA_STDERR } from '../../ffi/constants.gen.ts'
import type { Link } from '../client/link.ts'
import { ignore, tell } from '../tell.ts'
import { pushAll } from './push-all.ts'
import { signalName } from './signals.ts'
import { Stderr } from './stderr.ts'

/** Bytes that a channel's stream holds, in each direction, before it reports that it is full. */
export const HIGH_WATER_MARK = 2 << 20
/** Milliseconds that the end of the output waits for the exit status, which servers send at about the same time. */
const EXIT_GRACE = 250

/** How a channel was opened (RFC 4254): by this side, or by the server. */
export type ChannelType = 'session' | 'direct-tcpip' | 'direct-streamlocal@openssh.com' | 'forwarded-tcpip' | 'forwarded-streamlocal@openssh.com' | 'x11' | 'auth-agent@openssh.com'
/** What was started in a session. */
export type ChannelSubType = 'exec' | 'shell' | 'subsystem'

export interface ChannelSetting {
  readonly type: ChannelType
  readonly subtype?: ChannelSubType | undefined
  /** False: the channel is closed when its input has ended. */
  readonly allowHalfOpen?: boolean | undefined
}

/** One direction of a channel, with the property names of `ssh2`. */
export interface ChannelDirection {
  state: 'open' | 'eof' | 'closing' | 'closed'
}

/** A channel as a Node stream, which is its own `stdin` and `stdout`. */
export class Channel extends Duplex {
  readonly stdin: this = this
  readonly stdout: this = this
  readonly stderr: Stderr
  readonly server = false as const
  readonly type: ChannelType
  readonly subtype: ChannelSubType | undefined
  /** State of the incoming direction. */
  readonly incoming: ChannelDirection = { state: 'open' }
  /** State of the outgoing direction. */
  readonly outgoing: ChannelDirection = { state: 'open' }
  override allowHalfOpen: boolean
  readonly #link: Link
  readonly #live: LiveChannel
  #exit: Promise<Exit | undefined> = Promise.resolve(undefined)
  /** The arguments of `exit` and `close`. */
  #details: unknown[] = []
  #reading = false
  #closeSent = false

  /** For the client. */
  constructor(link: Link, channel: BoundChannel, { type, subtype, allowHalfOpen = true }: ChannelSetting) {
    // Destroyed by itself when both directions have ended: the channel is closed then, also if the server waits for this side.
    super({ highWaterMark: HIGH_WATER_MARK, allowHalfOpen, emitClose: false })
    this.type = type
    this.subtype = subtype
    this.allowHalfOpen = allowHalfOpen
    this.#link = link
    this.#live = new LiveChannel(channel, [0, SSH_EXTENDED_DATA_STDERR], new ReceiveWindow(channel, link.roundTrip))
    if (type === 'session') this.#exit = this.#awaitExit()
    this.stderr = new Stderr((done) => this.#readNext(SSH_EXTENDED_DATA_STDERR, (parts) => parts.length === 0 && link.failure ? this.#behindOutput(() => done(parts)) : done(parts)))
    link.channels.add(this)
    this.on('finish', () => { if (!this.allowHalfOpen) this.close() })
    void this.#live.over.then(() => link.failure ? link.whenClosed(() => this.#closed(true)) : tell(() => this.#closed(false)))
  }

  async #awaitExit(): Promise<Exit | undefined> {
    try {
      const exit = await this.#live.exit
      if (exit.signal !== null) this.#details = [null, `SIG${exit.signal}`, exit.coreDumped, exit.message]
      else if (exit.code !== null) this.#details = [exit.code]
      if (this.#details.length > 0) tell(() => { this.emit('exit', ...this.#details) })
      return exit
    } catch {
      return undefined
    }
  }

  override _read(): void {
    if (this.#reading) return
    this.#reading = true
    this.#readNext(0, (parts) => {
      this.#reading = false
      if (parts.length > 0) pushAll(this, parts)
      else this.#endOutput()
    })
  }

  /** Reads the next data of an output; nothing at its end. If the session ends meanwhile, the rest follows the client's `close`. */
  #readNext(stream: number, done: (parts: readonly Uint8Array[]) => void, again = true): void {
    const retry = () => again ? this.#readNext(stream, done, false) : done([])
    this.#live.read(stream).then(
      (parts) => tell(done, parts),
      () => this.#link.failure ? this.#link.whenClosed(retry) : tell(retry),
    )
  }

  /** `exit` comes before `end`. */
  #endOutput(): void {
    if (this.incoming.state === 'open') this.incoming.state = 'eof'
    let waiting = true
    const end = () => {
      if (waiting) tell(() => this.push(null))
      waiting = false
      stop()
    }
    // What arrived while the process was busy is read before the time counts as over.
    const stop = after(EXIT_GRACE, () => setImmediate(end), true)
    void this.#exit.then(end)
  }

  /** As of Node's streams; what comes behind the end or the close is dropped without an event, as in `ssh2`. */
  override write(chunk: unknown, encoding?: BufferEncoding | ((error?: Error | null) => void), callback?: (error?: Error | null) => void): boolean {
    const isOver = this.outgoing.state === 'closing' || this.outgoing.state === 'closed'
    if (!isOver && !this.writableEnded) return super.write(chunk, encoding as BufferEncoding, callback)
    const told = typeof encoding === 'function' ? encoding : callback
    if (typeof told === 'function') tell(told, this.writableEnded ? Object.assign(new Error('write after end'), { code: 'ERR_STREAM_WRITE_AFTER_END' }) : null)
    return false
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.#send([chunk], callback)
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], callback: () => void): void {
    this.#send(joinSmall(chunks.map(({ chunk }) => chunk)), callback)
  }

  /**
   * Data that the server no longer accepts is dropped silently. Where nothing has to be waited for, the callback follows at once, as in `ssh2`: what has
   * been written is on its way.
   */
  #send(chunks: readonly Uint8Array[], callback: () => void): void {
    const { channel } = this.#live
    for (const [at, chunk] of chunks.entries()) {
      if (this.outgoing.state === 'closed' || this.#closeSent) break
      let again = true
      const over = this.#live.complete(() => {
        const written = channel.write(chunk)
        again = written[0] === LIBSSH2_ERROR_EAGAIN
        if (again && this.outgoing.state === 'closing' && channel.windowWrite() === 0) this.#sendClose()
        return written
      })
      if (again) return void over.then(() => tell(() => this.#send(chunks.slice(at + 1), callback)), () => tell(callback))
    }
    callback()
    if (this.outgoing.state === 'closing' && this.writableLength === 0) this.#sendClose()
  }

  override _final(callback: () => void): void {
    if (this.outgoing.state !== 'open') return callback()
    const sent = () => tell(callback)
    this.#sendEof().then(sent, sent)
  }

  async #sendEof(): Promise<void> {
    if (this.outgoing.state !== 'open') return
    this.outgoing.state = 'eof'
    await this.#live.sendEof()
  }

  /** Tells the server that nothing more will be sent. */
  eof(): void {
    this.#sendEof().catch(ignore)
  }

  /** Closes the channel, behind what has been written as far as the server's window has room for it. A server may answer late: OpenSSH does so when the command has ended. */
  close(): void {
    if (this.outgoing.state === 'closing' || this.outgoing.state === 'closed') return
    this.outgoing.state = 'closing'
    if (this.writableLength === 0 || this.#isHeld()) this.#sendClose()
  }

  /** The server takes no more now. */
  #isHeld(): boolean {
    try {
      return this.#live.channel.windowWrite() === 0
    } catch {
      return true
    }
  }

  #sendClose(): void {
    if (this.#closeSent) return
    this.#closeSent = true
    const { channel } = this.#live
    channel.session.complete(() => channel.close()).catch(ignore)
  }

  /** Ends and closes, without an error. */
  override destroy(): this {
    // An end after the end makes an error, with a stack, that nobody gets.
    if (!this.writableEnded) this.end()
    this.close()
    return this
  }

  #closed(dead: boolean): void {
    this.#link.channels.delete(this)
    this.incoming.state = this.outgoing.state = 'closed'
    const endInput = () => { if (!dead && !this.writableEnded) this.end() }
    const close = () => {
      endInput()
      if (this.type.startsWith('direct-')) this.emit('close')
      else this.emit('close', ...this.#details.length > 0 ? this.#details : [undefined])
    }
    if (this.readableEnded) close()
    else this.once('end', close)
    if (this.readableFlowing === null) endInput()
    this.#behindOutput(() => this.stderr.channelClosed())
  }

  /** Calls back when the output is over, as in `ssh2`; at once where it is over, or where nobody reads it. */
  #behindOutput(callback: () => void): void {
    if (!this.readableEnded && (this.readableFlowing === true || this.listenerCount('readable') > 0)) this.once('close', callback)
    else callback()
  }

  /** For the connection. @internal */
  keepRest(): void {
    this.#live.keepRest()
  }

  /** Tells the server the new size of the terminal, in characters and in pixels. Programs give the numbers as text too. */
  setWindow(rows: number, cols: number, height: number, width: number): void {
    if (this.type !== 'session' || this.subtype === 'subsystem' || this.outgoing.state !== 'open') return
    const { channel } = this.#live
    const [columns, lines, widthPx, heightPx] = [cols, rows, width, height].map((size) => Number(size) >>> 0) as [number, number, number, number]
    channel.session.complete(() => channel.ptySize(columns, lines, widthPx, heightPx)).catch(ignore)
  }

  /** Sends a signal, named with or without `SIG`. @throws Error for a name that SSH does not have */
  signal(name: string): void {
    if (this.type !== 'session' || this.outgoing.state === 'closing' || this.outgoing.state === 'closed') return
    const short = signalName(name)
    const { channel } = this.#live
    channel.session.complete(() => channel.signal(short)).catch(ignore)
  }

  /** Only for servers. @throws Error always */
  exit(..._details: unknown[]): never {
    throw new Error('Server-only method called in client mode')
  }

  /** For callers that treat the channel as a socket. */
  setTimeout(_milliseconds: number, _callback?: () => void): this {
    return this
  }

  /** No effect. */
  setNoDelay(_on?: boolean): this {
    return this
  }

  /** No effect. */
  setKeepAlive(_on?: boolean, _delay?: number): this {
    return this
  }

  /** No effect: the socket below keeps the process running. */
  ref(): this {
    return this
  }

  /** No effect. */
  unref(): this {
    return this
  }
}
