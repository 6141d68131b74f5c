import type { Channel } from '../../bindings/channel/channel.ts'
import { joinBytes } from '../../wire-format/bytes.ts'
import { sizeOf } from './parts.ts'

/** Packets are gathered up to this size, and pass C and the link together. The largest packet that OpenSSH accepts fits in. */
const GATHERED = 256 << 10

/** Runs when the runtime has processed all data that had arrived: replies for many files at once cause many requests at once. */
const atEndOfTurn: (work: () => void) => unknown = (globalThis as { setImmediate?: (work: () => void) => unknown }).setImmediate ?? queueMicrotask

export interface Outgoing {
  readonly parts: readonly Uint8Array[]
}

/** Packets on their way into the channel, in order. Those that still wait can be taken back. */
export class Outbox {
  readonly #channel: Channel
  readonly #failed: (error: unknown) => void
  readonly #waiting = new Set<Outgoing>()
  /** Holds what is being written; the next batch is gathered when that is done. */
  readonly #gathered = new Uint8Array(GATHERED)
  #scheduled = false
  #pumping = false

  constructor(channel: Channel, failed: (error: unknown) => void) {
    this.#channel = channel
    this.#failed = failed
  }

  push(packet: Outgoing): void {
    this.#waiting.add(packet)
    if (this.#scheduled) return
    this.#scheduled = true
    // Delayed, so that requests of the same turn travel together.
    atEndOfTurn(() => this.flush())
  }

  /** Sends now what waits for the end of the turn. */
  flush(): void {
    if (this.#pumping) return
    this.#pumping = true
    this.#pump()
  }

  /** True if nothing of the packet had been sent; then nothing will be. */
  takeBack(packet: Outgoing): boolean {
    return this.#waiting.delete(packet)
  }

  readonly #pump = (): void => {
    if (this.#waiting.size === 0) {
      this.#pumping = this.#scheduled = false
      return
    }
    const bytes = this.#next()
    this.#channel.session.complete(() => this.#channel.write(bytes)).then(this.#pump, this.#failed)
  }

  /** All packets that fit, copied together, or one that is larger. */
  #next(): Uint8Array {
    let length = 0
    for (const packet of this.#waiting) {
      const size = sizeOf(packet.parts)
      if (length > 0 && length + size > GATHERED) break
      this.#waiting.delete(packet)
      if (size > GATHERED) return joinBytes(packet.parts)
      for (const part of packet.parts) {
        this.#gathered.set(part, length)
        length += part.length
      }
    }
    return this.#gathered.subarray(0, length)
  }
}
