/// A stream through a gateway that outlives the WebSocket that carries it.
import { after } from '../abort/milliseconds.ts'
import type { BytePort, PortSink } from '../runtime/transport.ts'
import { CloseCode, isFinal } from '../gateway-protocol/close-codes.ts'
import { ackFrame, dataFrame, decodeFrame, endFrame, type Frame, FrameError, type Hello, pingFrame, pongFrame, V4_RECEIVED_MAX } from '../gateway-protocol/codec.ts'
import { ackAfter, FrameSize } from '../gateway-protocol/frame-size.ts'
import { closedByGateway, GatewayError, lostByGateway } from './gateway-error.ts'
import type { GatewayEventDetail } from './gateway-event.ts'
import { Inbound } from './inbound.ts'
import { KeptBytes } from '../gateway-protocol/kept-bytes.ts'
import type { Link, LinkEvents } from './link.ts'
import { Liveness } from './liveness.ts'
import { Redial, type RedialHost } from './redial.ts'
import { isOnline, onWake } from './wake-events.ts'

/** `stalled`: the network is away, and both sides keep the missing bytes. `lost` and `closed` are final. */
export type GatewayState = 'open' | 'stalled' | 'lost' | 'closed'

export interface StreamOptions {
  /** Its name for logs. */
  readonly id: string | undefined
  /** The content of HELLO; for corp-relay-v4, which has none, the equivalent values. */
  readonly hello: Hello
  /** The gateway understands PING, END and the other new frames. */
  readonly extended: boolean
  readonly patience: number
  readonly giveUp: number
  /** Opens a connection that resumes from `received`. Absent if the stream cannot be resumed. */
  readonly dial: RedialHost['dial'] | undefined
  readonly tell: (type: 'stalled' | 'resumed' | 'lost', detail: GatewayEventDetail) => void
}

/** Bytes that one WebSocket may have in its queue: what waits behind them can still be sent over another one. */
const SOCKET_QUEUE = 1 << 20
/** Milliseconds for the last bytes after `close`. */
const CLOSE_GRACE = 2000

/** Ignores a link's further messages. */
const DEAF: LinkEvents = { closed() {} }

export class GatewayStream implements BytePort {
  readonly #options: StreamOptions
  readonly #kept = new KeptBytes()
  readonly #inbound: Inbound
  readonly #frameSize: FrameSize
  readonly #redial: Redial | undefined
  readonly #stopWaking: () => void
  #link: Link | undefined
  #liveness: Liveness
  #sink: PortSink | undefined
  #state: GatewayState = 'open'
  #hello: Hello
  /** The position up to which the stream has been given to this link. */
  #sent = 0
  #stalledSince = 0
  #why = ''
  #giveUp = () => {}
  /** When each unanswered PING was sent, by its number. */
  readonly #pings = new Map<number, number>()
  #pingNumber = 0
  /** Callers that wait for the answer to PING `from`, or to a later one. */
  #probes: { readonly from: number, readonly resolve: (milliseconds: number) => void, readonly reject: (error: unknown) => void }[] = []
  #whenEmpty: (() => void) | undefined
  roundTrip: number | undefined
  /** The error that ended it, if it was not an orderly end. */
  failure: GatewayError | undefined

  constructor(link: Link, options: StreamOptions) {
    this.#options = options
    this.#hello = options.hello
    this.#frameSize = new FrameSize(options.hello.frame)
    this.#inbound = new Inbound(() => ackAfter(this.#hello), (position) => this.#link?.send(ackFrame(position)), (reason) => this.#finish(reason))
    this.#redial = options.dial && new Redial({
      dial: options.dial,
      received: () => this.#inbound.received,
      resumed: (next, requested, position) => this.#resumed(next, requested, position),
      waits: (attempt, nextIn) => this.#tell('stalled', attempt, nextIn),
      refused: (error) => this.#lose(error),
    })
    this.#liveness = this.#watch()
    this.#stopWaking = onWake(() => this.#wake())
    this.#attach(link)
  }

  get state(): GatewayState {
    return this.#state
  }

  get stalled(): boolean {
    return this.#state === 'stalled' || (this.#state === 'open' && this.#liveness.doubtful)
  }

  get queued(): number {
    const beyond = Math.max(0, this.#kept.length - this.#hello.window)
    if (!this.#link || this.#state !== 'open') return beyond
    return Math.max(beyond, this.#link.bufferedAmount + this.#kept.end - this.#sent)
  }

  start(sink: PortSink): void {
    this.#sink = sink
    if (this.failure) sink.ended(this.failure)
    else this.#inbound.start(sink)
  }

  write(chunk: Uint8Array, more = false): void {
    if (this.#state === 'lost' || this.#state === 'closed') return
    this.#kept.push(chunk)
    if (!more) this.#flush()
  }

  pause(): void {
    this.#inbound.pause()
  }

  resume(): void {
    this.#inbound.resume()
  }

  async close(): Promise<void> {
    this.#sink = undefined
    if (this.#state === 'open' && this.#kept.length > 0) {
      await new Promise<void>((resolve) => {
        const stop = after(CLOSE_GRACE, resolve)
        this.#whenEmpty = () => {
          stop()
          resolve()
        }
      })
    }
    const link = this.#link
    this.#endHere()
    if (!link?.open) return
    await new Promise<void>((resolve) => {
      const stop = after(CLOSE_GRACE, resolve)
      link.events = { closed: () => {
        stop()
        resolve()
      } }
      link.close()
    })
  }

  abort(): void {
    this.#sink = undefined
    const link = this.#link
    this.#endHere()
    link?.close()
  }

  /** Asks for a sign of life now. Resolves with the milliseconds until the answer; while stalled, after it has resumed. */
  probe(): Promise<number> {
    if (this.#state === 'lost' || this.#state === 'closed') return Promise.reject(this.failure ?? new GatewayError('the connection is closed', { code: 'ERR_GATEWAY_CLOSED', id: this.#options.id }))
    if (!this.#options.extended) return Promise.reject(new GatewayError('this gateway does not support PING', { code: 'ERR_GATEWAY_PROTOCOL', id: this.#options.id }))
    return new Promise<number>((resolve, reject) => {
      this.#probes.push({ from: this.#pingNumber + 1, resolve, reject })
      if (this.#state === 'open') this.#liveness.ask()
    })
  }

  /** This side ends it. */
  #endHere(): void {
    if (this.#state === 'closed' || this.#state === 'lost') return
    if (this.#options.extended) this.#link?.send(endFrame(this.#kept.end, 0))
    this.#stop('closed')
  }

  #stop(state: 'closed' | 'lost'): void {
    this.#state = state
    this.#stopWaking()
    this.#liveness.stop()
    this.#redial?.stop()
    this.#giveUp()
    this.#inbound.stop()
    this.#kept.clear()
    if (this.#link) this.#link.events = DEAF
    this.#whenEmpty?.()
    const error = this.failure ?? new GatewayError('the connection is closed', { code: 'ERR_GATEWAY_CLOSED', id: this.#options.id })
    for (const { reject } of this.#probes.splice(0)) reject(error)
  }

  /** The gateway's END, after everything before it has been passed on. */
  #finish(reason: number): void {
    this.failure = reason === 0 ? undefined : closedByGateway(reason, '', this.#options.id)
    const link = this.#link
    this.#stop('closed')
    link?.close()
    this.#sink?.ended(this.failure)
  }

  #lose(why: GatewayError): void {
    if (this.#state === 'lost' || this.#state === 'closed') return
    const unacknowledged = this.#kept.length
    if (this.#state === 'open') this.#stalledSince = Date.now()
    this.failure = lostByGateway(why, this.#options.id)
    const link = this.#link
    this.#stop('lost')
    link?.close()
    this.#options.tell('lost', { since: this.#stalledSince, unacknowledged, reason: why.message, attempt: this.#redial?.attempt ?? 0, nextIn: 0 })
    this.#sink?.ended(this.failure)
  }

  #watch(): Liveness {
    return new Liveness(this.#options.patience, this.#options.extended, { ping: () => this.#ping(), dead: () => this.#stall('the gateway does not answer') })
  }

  #attach(link: Link): void {
    this.#link = link
    link.events = {
      message: (data) => this.#message(link, data),
      closed: (code, reason) => this.#closed(link, code, reason),
    }
  }

  #message(link: Link, message: Uint8Array): void {
    this.#liveness.heard()
    if (this.#state === 'stalled') this.#alive()
    try {
      const frame = decodeFrame(message, this.#options.extended ? Math.max(this.#hello.frame, this.#options.hello.frame) : V4_RECEIVED_MAX)
      if (frame) this.#frame(frame)
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      link.close(CloseCode.protocol)
      this.#lose(new GatewayError(`the gateway broke the protocol: ${error.message}`, { code: 'ERR_GATEWAY_PROTOCOL', id: this.#options.id }))
    }
  }

  #frame(frame: Frame): void {
    switch (frame.type) {
      case 'data': return this.#inbound.data(frame.data)
      case 'ack': return this.#acked(frame.position)
      case 'ping': return this.#link?.send(pongFrame(frame.token))
      case 'pong': return this.#pong(frame.token)
      case 'hello': {
        this.#hello = frame.hello
        return
      }
      case 'end': {
        if (!this.#inbound.end(frame.position, frame.reason)) throw new FrameError('END is not at the position of the stream')
        return
      }
      // It only announces what will come.
      case 'notice': return
      default: throw new FrameError(`${frame.type} is not expected here`)
    }
  }

  #acked(position: number): void {
    if (position > this.#sent || !this.#kept.ack(position)) throw new FrameError('an ACK for bytes that were never sent, or an older one')
    this.#frameSize.acked(position, this.#kept.length > 0, Date.now())
    this.#liveness.unacked(this.#sent > position, true)
    this.#flush()
    this.#sink?.drained()
    if (this.#kept.length === 0) this.#whenEmpty?.()
  }

  #flush(): void {
    const link = this.#link
    if (!link?.open || this.#state !== 'open') return
    for (;;) {
      const room = Math.min(this.#frameSize.size, this.#hello.window - (this.#sent - this.#kept.acked), this.#kept.end - this.#sent)
      if (room <= 0 || link.bufferedAmount > SOCKET_QUEUE) break
      link.send(dataFrame(this.#kept.from(this.#sent, room)))
      this.#sent += room
    }
    this.#liveness.unacked(this.#sent > this.#kept.acked)
  }

  #ping(): void {
    if (!this.#options.extended || !this.#link?.open) return
    const token = new Uint8Array(8)
    new DataView(token.buffer).setUint32(4, ++this.#pingNumber)
    this.#pings.set(this.#pingNumber, performance.now())
    this.#link.send(pingFrame(token))
  }

  #pong(token: Uint8Array): void {
    const number = new DataView(token.buffer, token.byteOffset).getUint32(4)
    const at = this.#pings.get(number)
    if (at === undefined) return
    // Answers come in order; earlier PINGs of a link that is gone are not answered any more.
    for (const asked of this.#pings.keys()) if (asked <= number) this.#pings.delete(asked)
    const time = performance.now() - at
    this.roundTrip = time
    const waiting = this.#probes
    this.#probes = waiting.filter(({ from }) => from > number)
    for (const { from, resolve } of waiting) if (from <= number) resolve(time)
  }

  #wake(): void {
    if (this.#state === 'open') this.#liveness.wake()
    else if (this.#state === 'stalled') this.#redial?.wake()
  }

  #closed(link: Link, code: number, reason: string): void {
    if (this.#link !== link) return
    this.#link = undefined
    if (code === 1000 && !this.#options.extended) return this.#finishPlainly()
    const error = closedByGateway(code, reason, this.#options.id)
    if (!this.#redial || (isFinal(code) && !(code === CloseCode.takenOver && this.#redial.dialled))) return this.#lose(error)
    this.#stall(error.message)
  }

  /** corp-relay-v4 has no END: an orderly close is its only sign. */
  #finishPlainly(): void {
    this.#inbound.end(this.#inbound.received, 0)
  }

  #stall(why: string): void {
    if (this.#state !== 'open') return
    if (!this.#redial) return this.#lose(new GatewayError(why, { code: 'ERR_GATEWAY_CONNECT', id: this.#options.id }))
    this.#state = 'stalled'
    this.#stalledSince = Date.now()
    this.#why = isOnline() ? why : 'this computer is offline'
    const patience = Math.min(this.#options.giveUp, this.#options.hello.resumeSeconds * 1000 || Infinity)
    this.#giveUp = after(patience, () => this.#lose(new GatewayError(`nothing was heard from the gateway for ${Math.round(patience / 1000)} seconds: ${this.#why}`, { code: 'ERR_GATEWAY_CONNECT', id: this.#options.id })))
    this.#tell('stalled', 0, 0)
    if (this.#state === 'stalled') this.#redial.begin()
  }

  #tell(type: 'stalled' | 'resumed', attempt: number, nextIn: number): void {
    this.#options.tell(type, { since: this.#stalledSince, unacknowledged: this.#kept.length, reason: this.#why, attempt, nextIn })
  }

  /** The old link has sent something after all. */
  #alive(): void {
    this.#redial?.leave()
    this.#reopen()
    this.#flush()
  }

  /** Another link continues at the stream's position. @param requested the requested position @param position bytes that the gateway has */
  #resumed(link: Link, requested: number, position: number): void {
    if (position < this.#kept.acked || position > this.#kept.end) return this.#lose(new GatewayError('the gateway resumed from a position that this stream never had', { code: 'ERR_GATEWAY_PROTOCOL', id: this.#options.id }))
    this.#link?.abandon(CloseCode.takenOver)
    this.#liveness.stop()
    this.#liveness = this.#watch()
    this.#attach(link)
    this.#kept.ack(position)
    this.#sent = position
    this.#inbound.resumedFrom(requested)
    this.#reopen()
    this.#flush()
    this.#sink?.drained()
  }

  #reopen(): void {
    this.#giveUp()
    this.#state = 'open'
    this.#tell('resumed', this.#redial?.attempt ?? 0, 0)
    if (this.#probes.length > 0) this.#liveness.ask()
  }
}
