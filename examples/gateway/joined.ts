/// What a TCP socket gives in one turn of the event loop, as one message: browsers take a message of 256 kB for little more than one of 64 kB.

/** Bytes from which on nothing more is waited for. */
const ENOUGH = 256 << 10

export class Joined {
  readonly #send: (message: Buffer) => void
  #chunks: Buffer[] = []
  #length = 0
  #turn: NodeJS.Immediate | undefined

  constructor(send: (message: Buffer) => void) {
    this.#send = send
  }

  /** Bytes that wait for the end of the turn. */
  get length(): number {
    return this.#length
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length >= ENOUGH) this.flush()
    else this.#turn ??= setImmediate(() => this.flush())
  }

  /** Sends what waits, at once. */
  flush(): void {
    clearImmediate(this.#turn)
    this.#turn = undefined
    const chunks = this.#chunks
    if (chunks.length === 0) return
    this.#chunks = []
    this.#length = 0
    this.#send(chunks.length === 1 ? chunks[0] as Buffer : Buffer.concat(chunks))
  }
}
