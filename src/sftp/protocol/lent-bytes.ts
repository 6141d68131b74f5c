import { sizeOf } from './parts.ts'

/** Bytes in memory that belongs to somebody else, in parts: whoever has used or copied them disposes of them, and the memory is used again. */
export class LentBytes implements Disposable {
  readonly parts: readonly Uint8Array[]
  readonly size: number
  #giveBack: (() => void) | undefined

  constructor(parts: readonly Uint8Array[], giveBack: () => void) {
    this.parts = parts
    this.size = sizeOf(parts)
    this.#giveBack = giveBack
  }

  /** A part of them in place of all: this object is not to be used any more. */
  cut(start: number, end: number): LentBytes {
    let at = 0
    const parts = this.parts.flatMap((part) => {
      const piece = part.subarray(Math.max(0, start - at), Math.max(0, end - at))
      at += part.length
      return piece.length > 0 ? [piece] : []
    })
    return new LentBytes(parts, () => this[Symbol.dispose]())
  }

  /** Several, one behind the other, as one. */
  static join(list: readonly LentBytes[]): LentBytes {
    if (list.length === 1) return list[0] as LentBytes
    return new LentBytes(list.flatMap(({ parts }) => parts), () => { for (const one of list) one[Symbol.dispose]() })
  }

  /** Gives them back, once. */
  [Symbol.dispose](): void {
    this.#giveBack?.()
    this.#giveBack = undefined
  }
}
