import type { Channel } from '../../bindings/channel/channel.ts'
import { ChannelFeed } from '../../bindings/channel/feed.ts'
import { sizeOf } from '../../wire-format/bytes.ts'

/** Packets pass C and the link together up to this size. The largest packet that OpenSSH accepts fits in. */
const TOGETHER = 256 << 10

/** Runs when the runtime has processed all data that had arrived: replies for many files at once cause many requests at once. */
const atEndOfTurn: (work: () => void) => unknown = (globalThis as { setImmediate?: (work: () => void) => unknown }).setImmediate ?? queueMicrotask

export interface Outgoing {
  readonly parts: readonly Uint8Array[]
}

/** Packets on their way into the channel, in order. Those that still wait can be taken back. */
export class Outbox {
  readonly #waiting = new Set<Outgoing>()
  readonly #feed: ChannelFeed
  #scheduled = false
  /** What the feed has is still the callers' memory. */
  #lent = false

  constructor(channel: Channel, failed: (error: unknown) => void) {
    this.#feed = new ChannelFeed(channel, { next: () => this.#next(), failed })
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
    this.#feed.start()
  }

  /** True if nothing of the packet had been sent; then nothing will be. In any case its memory is its owner's again. */
  takeBack(packet: Outgoing): boolean {
    const taken = this.#waiting.delete(packet)
    if (!taken && this.#lent) this.#feed.copy()
    this.#lent &&= taken
    return taken
  }

  /** All packets that fit, or one that is larger. */
  #next(): readonly Uint8Array[] | undefined {
    const together: Uint8Array[] = []
    let length = 0
    for (const packet of this.#waiting) {
      const size = sizeOf(packet.parts)
      if (length > 0 && length + size > TOGETHER) break
      this.#waiting.delete(packet)
      together.push(...packet.parts)
      length += size
    }
    this.#lent = this.#scheduled = length > 0
    return this.#lent ? together : undefined
  }
}
