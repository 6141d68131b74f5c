import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib'

/** One direction of zlib@openssh.com: a single stream over all packets, flushed to a byte boundary after each. */
export class Compression {
  readonly #stream: Deflate | Inflate
  #output: Buffer[] = []

  constructor(kind: 'deflate' | 'inflate') {
    const options = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }
    this.#stream = kind === 'deflate' ? createDeflate(options) : createInflate(options)
    this.#stream.on('data', (chunk: Buffer) => this.#output.push(chunk))
  }

  async pass(bytes: Uint8Array): Promise<Buffer> {
    await new Promise<void>((resolve, reject) => this.#stream.write(bytes, (error) => error ? reject(error) : resolve()))
    await new Promise<void>((resolve) => this.#stream.flush(constants.Z_SYNC_FLUSH, resolve))
    return Buffer.concat(this.#output.splice(0))
  }
}
