import { HttpError } from './http-error.ts'

const CR = 13, LF = 10

/** Characters are bytes: `TextDecoder('latin1')` would make other characters of 0x80 to 0x9f, which `Headers` refuses. */
export function characters(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

/** The bytes that come from a server, as lines and as pieces. */
export class Incoming {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  #held: Uint8Array = new Uint8Array()
  /** `#held` lies in memory of this object, and not in a chunk of somebody else. */
  #own = false
  #next: Promise<ReadableStreamReadResult<Uint8Array>> | undefined

  constructor(readable: ReadableStream<Uint8Array>) {
    this.#reader = readable.getReader()
  }

  /** Whether bytes have come that nobody has read. */
  get waiting(): boolean {
    return this.#held.length > 0
  }

  /** Calls `moved` when the server sends something or closes, while nobody reads. */
  watch(moved: () => void): void {
    this.#next ??= this.#reader.read()
    this.#next.then(moved, moved)
  }

  /** Waits for more. False at the end. @throws HttpError `INCOMPLETE` if the connection fails */
  async more(): Promise<boolean> {
    const next = this.#next ?? this.#reader.read()
    this.#next = undefined
    const { value } = await next.catch((cause: unknown) => { throw new HttpError('INCOMPLETE', 'the connection to the server failed in the middle', { cause }) })
    if (!value) return false
    if (value.length === 0) return this.more()
    this.#append(value)
    return true
  }

  /** Behind what is held; in new memory that is twice as large where it has no room, since a server may send byte by byte. What was taken is never written over. */
  #append(value: Uint8Array): void {
    const { buffer, byteOffset, length } = this.#held
    const end = byteOffset + length
    let memory = new Uint8Array(buffer)
    let start = byteOffset
    if (length === 0) {
      this.#held = value
      this.#own = false
      return
    }
    if (!this.#own || end + value.length > memory.length) {
      memory = new Uint8Array(Math.max(1024, 2 * (length + value.length)))
      memory.set(this.#held)
      start = 0
      this.#own = true
    }
    memory.set(value, start + length)
    this.#held = memory.subarray(start, start + length + value.length)
  }

  /** At most `most` of the bytes that have come; empty if none have. */
  take(most = Infinity): Uint8Array {
    const taken = this.#held.subarray(0, most)
    this.#held = this.#held.subarray(taken.length)
    return taken
  }

  /**
   * A line without its end. RFC 9112 section 2.2: a head's line may end with LF alone; a CR anywhere else, and NUL (RFC 9110 section 5.5), make it invalid.
   * @param most bytes with its end @param strict it ends with CR LF, as lines between chunks do @throws HttpError
   */
  async line(most: number, strict = false): Promise<string> {
    const end = await this.#lineFeed(most)
    const line = this.take(end + 1)
    const withReturn = line[end - 1] === CR
    if (strict && !withReturn) throw new HttpError('MALFORMED', 'the server ended a line between chunks without a carriage return')
    const text = line.subarray(0, withReturn ? end - 1 : end)
    if (text.includes(0) || text.includes(CR)) throw new HttpError('MALFORMED', 'the server sent a line with a NUL or a lone carriage return in it')
    return characters(text)
  }

  async #lineFeed(most: number): Promise<number> {
    for (let searched = 0;;) {
      const at = this.#held.indexOf(LF, searched)
      if (at >= most || (at < 0 && this.#held.length >= most)) throw new HttpError('TOO_LONG', 'the server sent a line, or a head, that is too long')
      if (at >= 0) return at
      searched = this.#held.length
      if (!await this.more()) throw new HttpError('INCOMPLETE', 'the server closed the connection in the middle')
    }
  }

  cancel(): void {
    void this.#reader.cancel().catch(() => {})
  }
}
