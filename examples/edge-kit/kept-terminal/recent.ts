/// The last bytes of a stream.

export class Recent {
  readonly #most: number
  #chunks: Uint8Array[] = []
  #length = 0
  #cut = false

  /** @param most bytes to keep */
  constructor(most: number) {
    this.#most = most
  }

  /** `chunk` must not change afterwards. */
  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    while (this.#length > this.#most) {
      const first = this.#chunks[0] as Uint8Array
      const surplus = this.#length - this.#most
      this.#cut = true
      if (first.length > surplus) this.#chunks[0] = first.slice(surplus)
      else this.#chunks.shift()
      this.#length -= Math.min(first.length, surplus)
    }
  }

  /** What is kept. If older bytes are gone, it begins with a whole line, not in the middle of a character or an escape sequence. */
  bytes(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#length)
    let at = 0
    for (const chunk of this.#chunks) {
      all.set(chunk, at)
      at += chunk.length
    }
    return this.#cut ? all.slice(all.indexOf(10) + 1) : all
  }
}
