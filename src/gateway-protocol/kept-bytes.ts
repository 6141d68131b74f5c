/// The part of a stream that the other side has not acknowledged, kept so that it can be sent again. For any runtime, on both sides.

/** Smaller chunks are copied together: a stream of single bytes would otherwise cost a hundred times its length. */
const OWN_BLOCK = 4 << 10
const BLOCK = 16 << 10

/** Sent and unacknowledged bytes, by position. */
export class KeptBytes {
  /** In order, from `#start` on; the first one begins `#head` bytes before it. */
  readonly #blocks: Uint8Array[] = []
  #head = 0
  #start = 0
  #end = 0
  /** The free space of the last block, if that is one of ours. */
  #room = 0

  /** Everything before this is acknowledged and gone. */
  get acked(): number {
    return this.#start
  }

  /** The position of the stream's end. */
  get end(): number {
    return this.#end
  }

  /** The number of kept bytes. */
  get length(): number {
    return this.#end - this.#start
  }

  /** Takes ownership of large chunks, and copies small ones. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    this.#end += chunk.length
    // A small view would keep a whole large buffer alive.
    if (chunk.length >= OWN_BLOCK && chunk.length * 2 >= chunk.buffer.byteLength) {
      this.#blocks.push(chunk)
      this.#room = 0
      return
    }
    let at = 0
    while (at < chunk.length) {
      if (this.#room === 0) {
        // Its length says how much of it is filled: the view grows.
        this.#blocks.push(new Uint8Array(new ArrayBuffer(this.length < BLOCK ? OWN_BLOCK : BLOCK), 0, 0))
        this.#room = (this.#blocks.at(-1) as Uint8Array).buffer.byteLength
      }
      const last = this.#blocks.at(-1) as Uint8Array
      const part = chunk.subarray(at, at + this.#room)
      const grown = new Uint8Array(last.buffer, 0, last.length + part.length)
      grown.set(part, last.length)
      this.#blocks[this.#blocks.length - 1] = grown
      this.#room -= part.length
      at += part.length
    }
  }

  /** Forgets the bytes before `position`. @returns false, and does nothing, if the position is not within the kept bytes. */
  ack(position: number): boolean {
    if (position < this.#start || position > this.#end) return false
    let left = position - this.#start + this.#head
    let whole = 0
    for (const block of this.#blocks) {
      if (left < block.length) break
      left -= block.length
      whole++
    }
    this.#blocks.splice(0, whole)
    this.#head = left
    this.#start = position
    if (this.#blocks.length === 0) this.#room = 0
    return true
  }

  /** Up to `most` bytes after `position`, as views that are valid until they are acknowledged. */
  from(position: number, most: number): Uint8Array[] {
    const parts: Uint8Array[] = []
    let skip = position - this.#start + this.#head
    let left = Math.min(most, this.#end - position)
    // The next bytes to send are near the end: a search from the front would pass everything that waits for its ACK.
    let index = this.#blocks.length
    let before = this.#end - this.#start + this.#head
    while (index > 0 && before > skip) before -= (this.#blocks[--index] as Uint8Array).length
    skip -= before
    for (; left > 0; index++) {
      const part = (this.#blocks[index] as Uint8Array).subarray(skip, skip + left)
      skip = 0
      left -= part.length
      if (part.length > 0) parts.push(part)
    }
    return parts
  }

  /** Forgets everything, as if it were acknowledged. */
  clear(): void {
    this.#blocks.length = 0
    this.#head = 0
    this.#room = 0
    this.#start = this.#end
  }
}
