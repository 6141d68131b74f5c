import { sizeOf } from '../../wire-format/bytes.ts'

/** Bytes in borrowed memory, in parts. The borrower disposes of them after using or copying them, and the memory is reused. */
export class LentBytes implements Disposable {
  readonly parts: readonly Uint8Array[]
  readonly size: number
  #giveBack: (() => void) | undefined

  constructor(parts: readonly Uint8Array[], giveBack: () => void) {
    this.parts = parts
    this.size = sizeOf(parts)
    this.#giveBack = giveBack
  }

  /** Takes a range in place of the whole; do not use this object any more. */
  cut(start: number, end: number): LentBytes {
    let at = 0
    const parts = this.parts.flatMap((part) => {
      const piece = part.subarray(Math.max(0, start - at), Math.max(0, end - at))
      at += part.length
      return piece.length > 0 ? [piece] : []
    })
    return new LentBytes(parts, () => this[Symbol.dispose]())
  }

  /** Joins several into one, in order. */
  static join(list: readonly LentBytes[]): LentBytes {
    if (list.length === 1) return list[0] as LentBytes
    return new LentBytes(list.flatMap(({ parts }) => parts), () => { for (const one of list) one[Symbol.dispose]() })
  }

  /** Returns the memory, once. */
  [Symbol.dispose](): void {
    this.#giveBack?.()
    this.#giveBack = undefined
  }
}
