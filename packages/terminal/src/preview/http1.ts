/// HTTP/1.1 over a byte stream (RFC 9112), as much of it as a preview needs: one request at a time, its answer as a stream.

export interface ByteStream {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

export interface HttpAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: ReadableStream<Uint8Array>
}

/** Bytes of a status line with its headers. */
const HEAD_BOUND = 256 << 10
const encoder = new TextEncoder()
/** Bytes become characters one by one, as headers have them. */
const latin = new TextDecoder('latin1')

/** One connection to the server. It may be used again when the body of the last answer has been read, if `reusable` says so. */
export class HttpConnection {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  #held: Uint8Array = new Uint8Array()
  #reusable = true

  constructor({ readable, writable }: ByteStream) {
    this.#reader = readable.getReader()
    this.#writer = writable.getWriter()
  }

  get reusable(): boolean {
    return this.#reusable
  }

  /** @param head lines without their ends: the request line, then the headers. @param done called when the answer has been read */
  async send(head: readonly string[], body: Uint8Array | undefined, method: string, done: () => void): Promise<HttpAnswer> {
    await this.#writer.write(encoder.encode(`${head.join('\r\n')}\r\n\r\n`))
    if (body && body.length > 0) await this.#writer.write(body)
    for (;;) {
      const { status, statusText, headers } = parseHead(await this.#head())
      // An interim answer, e.g. 103 Early Hints.
      if (status >= 100 && status < 200) continue
      const value = (name: string) => headers.find(([other]) => other === name)?.[1].toLowerCase() ?? ''
      if (value('connection').includes('close')) this.#reusable = false
      const empty = method === 'HEAD' || status === 204 || status === 304
      const pieces = empty ? nothing() : value('transfer-encoding').includes('chunked') ? this.#chunks() : value('content-length') !== '' ? this.#exactly(Number(value('content-length'))) : this.#rest()
      return { status, statusText, headers, body: streamOf(pieces, done, () => { this.end() }) }
    }
  }

  /** Nobody uses it any more. */
  end(): void {
    this.#reusable = false
    void this.#writer.close().catch(() => {})
    void this.#reader.cancel().catch(() => {})
  }

  async #more(): Promise<boolean> {
    const { value } = await this.#reader.read()
    if (!value) return false
    const both = new Uint8Array(this.#held.length + value.length)
    both.set(this.#held)
    both.set(value, this.#held.length)
    this.#held = both
    return true
  }

  #take(bytes: number): Uint8Array {
    const taken = this.#held.subarray(0, bytes)
    this.#held = this.#held.subarray(bytes)
    return taken
  }

  /** A line without its end. */
  async #line(): Promise<string> {
    for (;;) {
      const at = this.#held.indexOf(10)
      if (at >= 0) return latin.decode(this.#take(at + 1)).replace(/\r?\n$/, '')
      if (this.#held.length > HEAD_BOUND) throw new Error('the server sent a line without an end')
      if (!await this.#more()) throw new Error('the server closed the connection in the middle')
    }
  }

  async #head(): Promise<string[]> {
    const lines: string[] = []
    let bytes = 0
    for (;;) {
      const line = await this.#line()
      bytes += line.length
      if (bytes > HEAD_BOUND) throw new Error('the headers of the server are too long')
      if (line === '' && lines.length > 0) return lines
      if (line !== '') lines.push(line)
    }
  }

  async* #exactly(bytes: number): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0;) {
      if (this.#held.length === 0 && !await this.#more()) throw new Error('the server closed the connection in the middle')
      const piece = this.#take(Math.min(left, this.#held.length))
      left -= piece.length
      yield piece
    }
  }

  /** RFC 9112 section 7.1. */
  async* #chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const size = Number.parseInt(await this.#line(), 16)
      if (!Number.isSafeInteger(size) || size < 0) throw new Error('the server sent a chunk without a size')
      if (size === 0) break
      yield* this.#exactly(size)
      await this.#line()
    }
    // Trailers.
    while (await this.#line() !== '');
  }

  /** Until the server closes. */
  async* #rest(): AsyncGenerator<Uint8Array> {
    this.#reusable = false
    do {
      if (this.#held.length > 0) yield this.#take(this.#held.length)
    } while (await this.#more())
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function parseHead([first = '', ...lines]: readonly string[]) {
  const [, status, statusText = ''] = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(first) ?? []
  if (status === undefined) throw new Error('what answers there is no web server')
  const headers = lines.flatMap((line): [string, string][] => {
    const at = line.indexOf(':')
    return at > 0 ? [[line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()]] : []
  })
  return { status: Number(status), statusText, headers }
}

function streamOf(pieces: AsyncGenerator<Uint8Array>, done: () => void, abandoned: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      try {
        const { value } = await pieces.next()
        if (value) return controller.enqueue(value.slice())
        controller.close()
        done()
      } catch (error) {
        abandoned()
        controller.error(error)
      }
    },
    cancel: abandoned,
  }, { highWaterMark: 0 })
}
