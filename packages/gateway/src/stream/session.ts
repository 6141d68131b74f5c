/// One session: a connection to a target, and the successive WebSockets that carry it. For any runtime.
import {
  ackAfter, ackFrame, CloseCode, connectSuccessFrame, decodeFrame, endFrame, type Frame, FrameError, helloFrame, noticeFrame, pingFrame, pongFrame, reconnectSuccessFrame,
  SUBPROTOCOL, SUBPROTOCOL_V4, toBase64url, V4_DATA_MAX, DATA_MAX,
} from 'libssh2-wasm/gateway-protocol'
import { RESERVE } from '../policy/limits.ts'
import type { Budget } from './budget.ts'
import { Downstream } from './downstream.ts'
import type { ClientSide, TargetSide } from './sides.ts'
import { Upstream } from './upstream.ts'

export interface SessionOptions {
  /** Its name in logs. */
  readonly id: string
  readonly secret: Uint8Array
  /** The client's choice: SUBPROTOCOL, SUBPROTOCOL_V4, or anything else for none. */
  readonly protocol: string | undefined
  readonly window: number
  /** How long it is kept without a client; 0 for not at all. */
  readonly resumeSeconds: number
  readonly until: Date
  /** Milliseconds without a byte; `Infinity` for no limit. */
  readonly idleMs: number
  /** Bytes that may wait for a client without frames. */
  readonly bufferBytes: number
  /** Where clients resume, if not at the URL that they used. */
  readonly url?: string | undefined
  readonly budget: Budget
  readonly later: (callback: () => void) => void
  readonly events: {
    /** The client is gone. */
    detached(reason: string): void
    /** It is over; called once. */
    ended(code: number, reason: string): void
    /** Bytes passed on. */
    bytes(direction: 'up' | 'down', count: number): void
  }
}

/** Milliseconds without any message after which the client is asked for a sign of life, and then given up. */
const SILENCE = 60_000
const SILENCE_MOST = 120_000
const LOOK = 15_000
/** Milliseconds before the end of its life at which the client is notified. */
const NOTICE = 300_000
/** Milliseconds that a client has to take the rest, and to close, once the target has ended. */
const END_GRACE = 30_000
const STEP = 64 << 10
/** Bytes beyond the held ones that must be available before more is read: one read, and what the socket has already read. */
const HEADROOM = 128 << 10

export class Session {
  readonly #options: SessionOptions
  readonly #target: TargetSide
  readonly #framed: boolean
  readonly #extended: boolean
  readonly #up: Upstream
  readonly #down: Downstream
  readonly #frame: number
  readonly created = Date.now()
  #client: ClientSide | undefined
  #heard = Date.now()
  #active = Date.now()
  #asked = false
  #noticed = false
  #held = RESERVE
  #paused = { target: false, client: false }
  #targetEnd: { readonly reason: number } | undefined
  #endSent = false
  #keepTimer: ReturnType<typeof setTimeout> | undefined
  #graceTimer: ReturnType<typeof setTimeout> | undefined
  readonly #lookTimer: ReturnType<typeof setInterval>
  readonly #again = () => this.#balance()
  #over = false
  resumes = 0
  bytes = { up: 0, down: 0 }
  detachedAt: number | undefined

  /** `budget.reserve()` must have found a place for it. */
  constructor(target: TargetSide, options: SessionOptions) {
    this.#target = target
    this.#options = options
    this.#extended = options.protocol === SUBPROTOCOL
    this.#framed = this.#extended || options.protocol === SUBPROTOCOL_V4
    this.#frame = this.#extended ? DATA_MAX : V4_DATA_MAX
    this.#up = new Upstream(target, this.#extended ? options.window + DATA_MAX : Infinity, ackAfter({ frame: this.#frame, window: options.window }), this.#framed ? (position) => this.#client?.send([ackFrame(position)]) : undefined)
    this.#down = new Downstream({ window: this.#framed ? options.window : options.bufferBytes, frame: this.#framed ? this.#frame : DATA_MAX, framed: this.#framed, later: options.later })
    this.#lookTimer = setInterval(() => this.#look(), Math.min(LOOK, Math.max(50, options.idleMs / 4)))
    ;(this.#lookTimer as { unref?: () => void }).unref?.()
  }

  get id(): string {
    return this.#options.id
  }

  get over(): boolean {
    return this.#over
  }

  get attached(): boolean {
    return this.#client !== undefined
  }

  get resumable(): boolean {
    return this.#framed && this.#options.resumeSeconds > 0 && !this.#over
  }

  /** Bytes that it holds for its client. */
  get kept(): number {
    return this.#down.held
  }

  /** Bytes that it holds in both directions. */
  get held(): number {
    return this.#down.held + this.#target.queued
  }

  /** The first client. */
  open(client: ClientSide): void {
    this.#take(client, 0)
    if (this.#framed) {
      const secret = toBase64url(this.#options.secret)
      // corp-relay-v4 has only this one word, which is its credential.
      client.send([connectSuccessFrame(this.#extended ? this.id : `${this.id}.${secret}`)])
      if (this.#extended) client.send([this.#hello(secret)])
    }
    this.#down.flush()
    this.#finishIfSent()
  }

  canResume(position: number): boolean {
    return this.resumable && this.#down.canResume(position)
  }

  /** Another client continues from `position`, for which `canResume` is true. The previous one is ignored from then on. */
  resume(client: ClientSide, position: number): void {
    const before = this.#client
    this.#client = undefined
    before?.close(CloseCode.takenOver, 'taken over')
    clearTimeout(this.#keepTimer)
    this.resumes++
    this.#take(client, position)
    this.#up.resumed()
    client.send([reconnectSuccessFrame(this.#up.received)])
    if (this.#extended) client.send([this.#hello(undefined)])
    this.#endSent = false
    this.#down.flush()
    this.#balance()
    this.#finishIfSent()
  }

  #take(client: ClientSide, position: number): void {
    this.#client = client
    this.detachedAt = undefined
    this.#heard = this.#active = Date.now()
    this.#asked = false
    this.#paused.client = false
    this.#down.attach(client, position)
  }

  #hello(secret: string | undefined): Uint8Array {
    const { window, resumeSeconds, until, url } = this.#options
    return helloFrame({ frame: DATA_MAX, window, resumeSeconds, until: until.toISOString(), ...(secret === undefined ? {} : { secret }), ...(url === undefined ? {} : { url }) })
  }

  /** A message of `client`; a detached client is ignored. */
  message(client: ClientSide, message: Uint8Array): void {
    if (client !== this.#client || this.#over) return
    this.#heard = Date.now()
    this.#asked = false
    try {
      if (!this.#framed) return this.#data(message)
      const frame = decodeFrame(message, this.#frame)
      if (frame) this.#frameOf(frame)
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      this.end(CloseCode.protocol, error.message)
    }
  }

  #frameOf(frame: Frame): void {
    switch (frame.type) {
      case 'data': return this.#data(frame.data)
      case 'ack': {
        if (!this.#down.ack(frame.position, Date.now())) throw new FrameError('an ACK for bytes that were never sent, or an older one')
        this.#balance()
        return this.#finishIfSent()
      }
      case 'ping': return this.#client?.send([pongFrame(frame.token)])
      case 'pong': return
      case 'end': {
        if (frame.position !== this.#up.received) throw new FrameError('END is not at the position of the stream')
        return this.end(1000, 'client closed')
      }
      default: throw new FrameError(`${frame.type} is not a client's`)
    }
  }

  #data(data: Uint8Array): void {
    this.#active = Date.now()
    this.bytes.up += data.length
    this.#options.events.bytes('up', data.length)
    if (!this.#up.data(data)) throw new FrameError('more than the window allows')
    this.#balance()
  }

  /** Data from the target. */
  targetData(chunk: Uint8Array): void {
    if (this.#over) return
    this.#active = Date.now()
    this.bytes.down += chunk.length
    this.#options.events.bytes('down', chunk.length)
    this.#down.push(chunk)
    this.#balance()
  }

  /** The target has taken some of the written data. */
  targetDrained(): void {
    if (this.#over) return
    this.#up.drained()
    this.#balance()
  }

  /** The target will send no more. @param reason 0, or a close code */
  targetEnded(reason: number): void {
    if (this.#over || this.#targetEnd) return
    this.#targetEnd = { reason }
    this.#down.flush()
    this.#finishIfSent()
  }

  /** The socket of `client` has taken some of the sent data. */
  clientDrained(client: ClientSide): void {
    if (client !== this.#client || this.#over) return
    this.#down.flush()
    this.#balance()
    this.#finishIfSent()
  }

  /** The socket of `client` is closed. */
  clientClosed(client: ClientSide, code: number): void {
    if (client !== this.#client || this.#over) return
    this.#client = undefined
    this.#down.detach()
    if (!this.resumable || code === 1000) return this.end(1000, 'client closed')
    this.#detach(`client gone (${code})`)
  }

  #detach(reason: string): void {
    this.detachedAt = Date.now()
    this.#up.stop()
    this.#keepTimer = setTimeout(() => this.end(CloseCode.gone, 'nobody came back'), this.#options.resumeSeconds * 1000)
    ;(this.#keepTimer as { unref?: () => void }).unref?.()
    this.#options.events.detached(reason)
  }

  /** Ends it, with any remaining data. @param code sent to the client */
  end(code: number, reason: string): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#keepTimer)
    clearTimeout(this.#graceTimer)
    clearInterval(this.#lookTimer)
    this.#up.stop()
    const client = this.#client
    if (!this.#framed) this.#down.flush()
    this.#client = undefined
    if (code === 1000) this.#target.end()
    else this.#target.destroy()
    client?.close(code, code === 1000 ? '' : reason)
    // Nobody will take the rest.
    this.#down.clear()
    this.#options.budget.forget(this.#again)
    this.#options.budget.release()
    this.#options.budget.give(this.#held - RESERVE)
    this.#options.events.ended(code, reason)
  }

  /** Announces an event to the client. */
  notice(code: number, text: string): void {
    if (this.#extended) this.#client?.send([noticeFrame(code, text)])
  }

  /** The target has ended: sends END, once everything before it is sent. Without END the close of the socket says it. */
  #finishIfSent(): void {
    const end = this.#targetEnd
    const client = this.#client
    if (!end || !client || !this.#down.flushed || this.#over) return
    if (!this.#extended) {
      if (this.#framed && this.#down.held > 0) return this.#grace()
      return this.end(end.reason || 1000, end.reason ? 'target failed' : 'target closed')
    }
    if (this.#endSent) return
    this.#endSent = true
    client.send([endFrame(this.#down.end, end.reason)])
    this.#grace()
  }

  /** Does not wait longer for a client that does not read the rest. */
  #grace(): void {
    this.#graceTimer ??= setTimeout(() => this.end(1000, 'target closed'), Math.max(END_GRACE, this.#options.resumeSeconds * 1000))
    ;(this.#graceTimer as { unref?: () => void }).unref?.()
  }

  /** Memory: takes what it needs from the budget, returns what it does not, and stops the side that sends more than is available. */
  #balance(): void {
    if (this.#over) return
    const { budget } = this.#options
    const wanted = Math.max(RESERVE, Math.ceil((this.held + HEADROOM) / STEP) * STEP)
    let short = false
    if (wanted > this.#held) {
      if (budget.take(wanted - this.#held)) this.#held = wanted
      else short = true
    } else if (wanted < this.#held) {
      const back = this.#held - wanted
      this.#held = wanted
      budget.give(back)
    }
    if (short) budget.wait(this.#again)
    this.#pauseTarget(short || this.#down.full)
    // With a window the client stops by itself, unless there is no memory for it.
    const stop = this.#up.congested && (short || !this.#extended)
    if (stop !== this.#paused.client && this.#client) {
      this.#paused.client = stop
      if (stop) this.#client.pause()
      else this.#client.resume()
    }
  }

  #pauseTarget(pause: boolean): void {
    if (pause === this.#paused.target) return
    // Half of it must be free before reading resumes: each stop costs the kernel something.
    if (!pause && this.#down.held > this.#options.window / 2) return
    this.#paused.target = pause
    if (pause) this.#target.pause()
    else this.#target.resume()
  }

  #look(): void {
    const now = Date.now()
    const { until, idleMs } = this.#options
    if (now >= until.getTime()) return this.end(CloseCode.lifeOver, 'life over')
    if (now - this.#active >= idleMs) return this.end(CloseCode.idle, 'idle')
    if (!this.#noticed && until.getTime() - now < NOTICE) {
      this.#noticed = true
      this.notice(CloseCode.lifeOver, `this connection ends at ${until.toISOString()}`)
    }
    if (!this.#extended || !this.#client) return
    if (now - this.#heard >= SILENCE_MOST) {
      const client = this.#client
      this.#client = undefined
      this.#down.detach()
      client.terminate()
      if (this.resumable) this.#detach('client silent')
      else this.end(1000, 'client silent')
    } else if (now - this.#heard >= SILENCE && !this.#asked) {
      this.#asked = true
      this.#client.send([pingFrame(new Uint8Array(8))])
    }
  }
}
