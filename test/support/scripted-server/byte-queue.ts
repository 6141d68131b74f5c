import type { Socket } from 'node:net'

/** Bytes of a socket, read in any amounts. */
export class ByteQueue {
  #bytes = Buffer.alloc(0)
  #ended: Error | undefined
  #wake: () => void = () => {}

  constructor(socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk])
      this.#wake()
    })
    socket.on('error', (error) => this.#end(error))
    socket.on('close', () => this.#end(new ConnectionEnded()))
  }

  #end(error: Error): void {
    this.#ended ??= error
    this.#wake()
  }

  /** Exactly `length` bytes. @throws ConnectionEnded if the client has gone before. */
  async read(length: number): Promise<Buffer> {
    while (this.#bytes.length < length) {
      if (this.#ended) throw this.#ended
      await new Promise<void>((resolve) => { this.#wake = resolve })
    }
    const taken = this.#bytes.subarray(0, length)
    this.#bytes = this.#bytes.subarray(length)
    return taken
  }

  /** A line without its CR LF. */
  async line(): Promise<string> {
    let line = ''
    for (;;) {
      const character = (await this.read(1)).toString('latin1')
      if (character === '\n') return line.replace(/\r$/, '')
      line += character
    }
  }
}

/** The client has closed the connection: the expected end for most scripts. */
export class ConnectionEnded extends Error {
  override name = 'ConnectionEnded'
}
