/// Data from the target to the client, kept until it is acknowledged.
import { dataHeader, FrameSize, KeptBytes } from 'libssh2-wasm/gateway-protocol'
import type { ClientSide } from './sides.ts'

/** Bytes that one WebSocket may have in its queue. */
const SOCKET_QUEUE = 1 << 20
/** Bytes at which a message is sent without waiting for more: a message of 256 kB costs browsers little more than one of 64 kB. */
const ENOUGH = 256 << 10

export interface DownstreamOptions {
  readonly window: number
  /** The most bytes of one message. */
  readonly frame: number
  /** Whether messages are frames that the client acknowledges. */
  readonly framed: boolean
  /** Calls back at the end of this turn of the event loop. */
  readonly later: (callback: () => void) => void
}

export class Downstream {
  readonly #options: DownstreamOptions
  readonly #kept = new KeptBytes()
  readonly #size: FrameSize
  #client: ClientSide | undefined
  #sent = 0
  /** The furthest position that was ever sent. */
  #reached = 0
  #planned = false

  constructor(options: DownstreamOptions) {
    this.#options = options
    this.#size = new FrameSize(options.frame)
  }

  /** Bytes held here. */
  get held(): number {
    return this.#kept.length
  }

  /** Bytes of the stream so far. */
  get end(): number {
    return this.#kept.end
  }

  /** Everything has been given to the client's socket. */
  get flushed(): boolean {
    return this.#sent === this.#kept.end
  }

  /** No more should be read from the target. */
  get full(): boolean {
    return this.#kept.length + (this.#options.framed ? 0 : this.#client?.queued ?? 0) >= this.#options.window
  }

  push(chunk: Uint8Array): void {
    this.#kept.push(chunk)
    if (this.#kept.end - this.#sent >= ENOUGH) this.flush()
    else if (!this.#planned) {
      this.#planned = true
      this.#options.later(() => {
        this.#planned = false
        this.flush()
      })
    }
  }

  /** Whether a client that has everything before `position` can continue. */
  canResume(position: number): boolean {
    return position >= this.#kept.acked && position <= this.#reached
  }

  /** @param position `canResume` */
  attach(client: ClientSide, position: number): void {
    this.#client = client
    this.#kept.ack(position)
    this.#sent = position
  }

  detach(): void {
    this.#client = undefined
  }

  /** @returns false for a position that an ACK cannot have */
  ack(position: number, now: number): boolean {
    if (position > this.#sent || !this.#kept.ack(position)) return false
    this.#size.acked(position, this.#kept.length > 0, now)
    this.flush()
    return true
  }

  flush(): void {
    const client = this.#client
    if (!client) return
    while (this.#sent < this.#kept.end && client.queued < SOCKET_QUEUE) {
      const parts = this.#kept.from(this.#sent, this.#size.size)
      const length = parts.reduce((sum, part) => sum + part.length, 0)
      client.send(this.#options.framed ? [dataHeader(length), ...parts] : parts)
      this.#sent += length
      this.#reached = Math.max(this.#reached, this.#sent)
    }
    // Nobody will request it again.
    if (!this.#options.framed) this.#kept.ack(this.#sent)
  }

  clear(): void {
    this.#client = undefined
    this.#kept.clear()
  }
}
