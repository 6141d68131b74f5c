import { sizeOf } from './bytes.ts'

/** Bytes in the parts in which a caller has them, and how far they have been written. They stay where they are. */
export class Unwritten {
  #parts: readonly Uint8Array[]
  /** Where what is left begins: in this part, behind so many bytes of it. */
  #part = 0
  #at = 0
  /** Bytes that have not been written. */
  left: number

  constructor(parts: readonly Uint8Array[]) {
    this.#parts = parts
    this.left = sizeOf(parts)
  }

  /** Whether all that is left is still there: memory that has been transferred has no bytes, and would be skipped without a word. */
  get whole(): boolean {
    let there = -this.#at
    for (let part = this.#part; part < this.#parts.length; part++) there += (this.#parts[part] as Uint8Array).length
    return there === this.left
  }

  /** Copies `length` bytes of what is left, from `at` on, into `target`. */
  copy(at: number, length: number, target: Uint8Array, to = 0): void {
    let from = this.#at + at
    for (let part = this.#part; length > 0; part++) {
      const bytes = this.#parts[part]
      if (!bytes) throw new RangeError('more is sent than is written')
      if (from < bytes.length) {
        const some = bytes.subarray(from, from + length)
        target.set(some, to)
        to += some.length
        length -= some.length
        from = 0
      } else from -= bytes.length
    }
  }

  /** So many bytes more have been written. */
  advance(count: number): void {
    this.left -= count
    this.#at += count
    for (let part = this.#parts[this.#part]; part && this.#at >= part.length; part = this.#parts[++this.#part]) this.#at -= part.length
  }

  /** The parts may change from now on: a copy of what is left is written. */
  keep(): void {
    if (!this.whole) return
    const left = new Uint8Array(this.left)
    this.copy(0, left.length, left)
    this.#parts = [left]
    this.#part = this.#at = 0
  }
}
