import type { Channel } from '../../bindings/channel.ts'
import { concatBytes } from '../../wire-format/bytes.ts'

/** Smaller packets are gathered up to this, what one SSH packet holds; larger ones go as they are, without a copy. */
const GATHERED = 32_000

/** Where the runtime can tell when all that had arrived has been looked at: answers for many files at once make many requests at once. */
const atEndOfTurn: (work: () => void) => unknown = (globalThis as { setImmediate?: (work: () => void) => unknown }).setImmediate ?? queueMicrotask

export interface Outgoing {
  readonly parts: readonly Uint8Array[]
}

/** Packets on their way into the channel, in order. Those that wait may still be taken back. */
export class Outbox {
  readonly #channel: Channel
  readonly #failed: (error: unknown) => void
  readonly #waiting = new Set<Outgoing>()
  #pumping = false

  constructor(channel: Channel, failed: (error: unknown) => void) {
    this.#channel = channel
    this.#failed = failed
  }

  push(packet: Outgoing): void {
    this.#waiting.add(packet)
    if (this.#pumping) return
    this.#pumping = true
    // Later: what is asked for in the same turn travels together.
    atEndOfTurn(() => { this.#pump().catch(this.#failed) })
  }

  /** True if nothing of it had been sent: then nothing will be. */
  takeBack(packet: Outgoing): boolean {
    return this.#waiting.delete(packet)
  }

  async #pump(): Promise<void> {
    while (this.#waiting.size > 0) {
      for (const bytes of this.#next()) await this.#channel.session.complete(() => this.#channel.write(bytes))
    }
    this.#pumping = false
  }

  /** A large packet, or as many small ones as belong together. */
  #next(): readonly Uint8Array[] {
    const small: Uint8Array[] = []
    let length = 0
    for (const packet of this.#waiting) {
      const size = packet.parts.reduce((sum, part) => sum + part.length, 0)
      if (length > 0 && length + size > GATHERED) break
      this.#waiting.delete(packet)
      if (size > GATHERED) return packet.parts
      small.push(...packet.parts)
      length += size
    }
    return [small.length === 1 ? small[0] as Uint8Array : concatBytes(...small)]
  }
}
