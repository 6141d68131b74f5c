import { LentBytes } from './lent-bytes.ts'

const BLOCK = 1 << 20
/** A block with less space than this is replaced by the next one. */
const LEAST = 64 << 10
/** Blocks kept for later; a download from nearby has no more in flight. */
const SPARE = 8

/**
 * Memory that arriving bytes are read into, one after the other. Parts of it are lent, and a block is reused when all its parts have been returned.
 * Fresh memory for everything that arrives would cost more time than the ciphers, and wait for the garbage collector by the hundred megabytes. A
 * block whose parts are never returned is left to the garbage collector.
 */
export class ReadBlocks {
  #block = new Uint8Array(0)
  #filled = 0
  /** Lent parts of each block. */
  readonly #lent = new WeakMap<ArrayBufferLike, number>()
  readonly #spare: Uint8Array<ArrayBuffer>[] = []
  /** Parts that are lent now. */
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

  /** Says that so many bytes have been written there. */
  fill(count: number): Uint8Array {
    this.#filled += count
    return this.#block.subarray(this.#filled - count, this.#filled)
  }

  /** Lends a part of what was filled. */
  lend({ buffer }: Uint8Array): void {
    this.lentParts += 1
    this.#lent.set(buffer, (this.#lent.get(buffer) ?? 0) + 1)
  }

  /** The lent parts as one object, which returns them when the borrower disposes of it. */
  lent(parts: readonly Uint8Array[]): LentBytes {
    return new LentBytes(parts, () => this.release(parts))
  }

  /** Takes the parts back: each was lent once. */
  release(parts: readonly Uint8Array[]): void {
    this.lentParts -= parts.length
    for (const { buffer } of parts) {
      const left = (this.#lent.get(buffer) ?? 0) - 1
      this.#lent.set(buffer, left)
      if (left === 0 && buffer !== this.#block.buffer && this.#spare.length < SPARE) this.#spare.push(new Uint8Array(buffer as ArrayBuffer))
    }
  }
}
