import { SSHError } from 'libssh2-wasm'

/** A download for browsers that cannot write into a file: pieces as Blobs, which browsers may store on disk. */
export class Collected {
  readonly stream: WritableStream<Uint8Array>
  readonly #bound: number
  readonly #pieces: Blob[] = []
  #bytes = 0

  /** @param bound the most bytes */
  constructor(bound: number) {
    this.#bound = bound
    this.stream = new WritableStream({
      write: (chunk) => {
        this.check(this.#bytes += chunk.length)
        this.#pieces.push(new Blob([chunk as Uint8Array<ArrayBuffer>]))
      },
      abort: () => { this.#pieces.length = 0 },
    })
  }

  /** @throws SSHError `TOO_LARGE` */
  check(bytes: number): void {
    if (bytes > this.#bound) throw new SSHError('the file is too large for this browser', { code: 'TOO_LARGE' })
  }

  blob(): Blob {
    return new Blob(this.#pieces)
  }
}
