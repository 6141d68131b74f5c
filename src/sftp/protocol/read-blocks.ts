import { LentBytes } from './lent-bytes.ts'

const BLOCK = 1 << 20
/** What is left of a block when the next one is begun. */
const LEAST = 64 << 10
/** Blocks kept for later; a download from near by has not more under way. */
const SPARE = 8

/**
 * Memory that arriving bytes are read into, one behind the other. Parts of it are lent, and a block whose parts have all been given back is used
 * again: fresh memory for all that arrives would cost more time than the ciphers, and wait for the garbage collector by the hundred megabytes.
 * What is never given back is left to it.
 */
export class ReadBlocks {
  #block = new Uint8Array(0)
  #filled = 0
  /** Parts lent of each block. */
  readonly #lent = new WeakMap<ArrayBufferLike, number>()
  readonly #spare: Uint8Array<ArrayBuffer>[] = []
  /** Parts that somebody has now. */
  lentParts = 0

  /** Where the next bytes go. */
  space(): Uint8Array {
    if (!this.#lent.get(this.#block.buffer)) this.#filled = 0
    if (this.#block.length - this.#filled < LEAST) {
      this.#block = this.#spare.pop() ?? new Uint8Array(BLOCK)
      this.#filled = 0
    }
    return this.#block.subarray(this.#filled)
  }

  /** So many have been written there. */
  fill(count: number): Uint8Array {
    this.#filled += count
    return this.#block.subarray(this.#filled - count, this.#filled)
  }

  /** Somebody needs a part of what was filled. */
  lend({ buffer }: Uint8Array): void {
    this.lentParts += 1
    this.#lent.set(buffer, (this.#lent.get(buffer) ?? 0) + 1)
  }

  /** Parts that were lent, for somebody who gives them back when he has done. */
  lent(parts: readonly Uint8Array[]): LentBytes {
    return new LentBytes(parts, () => this.release(parts))
  }

  /** Nobody needs the parts any more: each was lent once. */
  release(parts: readonly Uint8Array[]): void {
    this.lentParts -= parts.length
    for (const { buffer } of parts) {
      const left = (this.#lent.get(buffer) ?? 0) - 1
      this.#lent.set(buffer, left)
      if (left === 0 && buffer !== this.#block.buffer && this.#spare.length < SPARE) this.#spare.push(new Uint8Array(buffer as ArrayBuffer))
    }
  }
}
