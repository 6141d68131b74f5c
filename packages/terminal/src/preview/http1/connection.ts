/// HTTP/1.1 over a byte stream (RFC 9112), as much of it as a preview needs: one request at a time, its answer as a stream.
/// The parsers of npm need Node's Buffer, or read what the RFC forbids.
import { type BodyLength, bodyLength, readBody } from './body.ts'
import { FieldLines, type HttpHead, listOf, readHead } from './head.ts'
import { HttpError } from './http-error.ts'
import { Incoming } from './incoming.ts'

export interface ByteStream {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

export interface HttpAnswer extends HttpHead {
  /** Ends in an HttpError if the server does not send all of it. */
  readonly body: ReadableStream<Uint8Array>
}

/** Bytes of a status line with its headers, and of the interim answers before it. */
const HEAD_BOUND = 256 << 10

/** One connection to the server. It may be used again when the body of the last answer has been read, if `reusable` says so. */
export class HttpConnection {
  readonly #incoming: Incoming
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  #reusable = true
  #idle = false

  constructor({ readable, writable }: ByteStream) {
    this.#incoming = new Incoming(readable)
    this.#writer = writable.getWriter()
    this.#writer.closed.catch(() => {})
  }

  get reusable(): boolean {
    return this.#reusable
  }

  /**
   * @param head lines without their ends: the request line, then the headers; each character is a byte
   * @param done called when the answer has been read
   * @throws HttpError if what comes is no complete answer; the connection has then been ended
   */
  async send(head: readonly string[], body: Uint8Array | undefined, method: string, done: () => void): Promise<HttpAnswer> {
    this.#idle = false
    try {
      await this.#request(head, body)
      const answer = await this.#finalHead()
      const length = bodyLength(answer, method)
      if (!persists(answer, length)) this.#reusable = false
      return { ...answer, body: this.#stream(length, done) }
    } catch (error) {
      this.end()
      throw error
    }
  }

  /** Nobody uses it any more. */
  end(): void {
    this.#reusable = false
    void this.#writer.close().catch(() => {})
    this.#incoming.cancel()
  }

  async #request(head: readonly string[], body: Uint8Array | undefined): Promise<void> {
    const text = `${head.join('\r\n')}\r\n\r\n`
    try {
      await this.#writer.write(Uint8Array.from(text, (character) => character.charCodeAt(0)))
      if (body && body.length > 0) await this.#writer.write(body)
    } catch (cause) {
      throw new HttpError('UNANSWERED', 'the server closed the connection before it had the request', { cause })
    }
  }

  /** Interim answers, e.g. 103 Early Hints, are passed over (RFC 9110 section 15.2). */
  async #finalHead(): Promise<HttpHead> {
    if (!this.#incoming.waiting && !await this.#incoming.more().catch(() => false)) throw new HttpError('UNANSWERED', 'the server closed the connection without an answer')
    const lines = new FieldLines(this.#incoming, HEAD_BOUND)
    for (;;) {
      const head = await readHead(lines)
      if (head.status === 101) throw new HttpError('MALFORMED', 'the server changed to another protocol, which nobody has asked for')
      if (head.status >= 200) return head
    }
  }

  #stream(length: BodyLength, done: () => void): ReadableStream<Uint8Array> {
    const pieces = readBody(this.#incoming, length)
    return new ReadableStream({
      pull: async (controller) => {
        try {
          const { value } = await pieces.next()
          if (value) return controller.enqueue(value.slice())
          this.#rest()
          controller.close()
          done()
        } catch (error) {
          this.end()
          controller.error(error)
        }
      },
      cancel: () => this.end(),
    }, { highWaterMark: 0 })
  }

  /** The answer is over. What a server sends without a request is no answer to the next one (section 9.2). */
  #rest(): void {
    if (this.#incoming.waiting) this.#reusable = false
    if (!this.#reusable) return
    this.#idle = true
    this.#incoming.watch(() => { if (this.#idle) this.#reusable = false })
  }
}

/** Section 9.3. */
function persists({ minor, headers }: HttpHead, length: BodyLength): boolean {
  const options = listOf(headers, 'connection') ?? []
  return length !== 'until-close' && !options.includes('close') && (minor > 0 || options.includes('keep-alive'))
}
