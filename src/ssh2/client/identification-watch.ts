import type { BytePort, PortSink } from '../../runtime/transport.ts'

/** No server sends more before it identifies itself: libssh2 gives up long before. */
const LONGEST = 64 << 10

/**
 * A port that is read from the start, before the session is there. Until the server has identified itself (RFC 4253 section 4.2) its text is its
 * greeting.
 */
export class IdentificationWatch implements BytePort {
  readonly #port: BytePort
  readonly #identified: (greeting: string) => void
  #sink: PortSink | undefined
  /** What came before the session. */
  readonly #early: Uint8Array[] = []
  #over: { readonly error: unknown } | undefined
  #text = ''
  #seen = false

  /** @param identified is called once, with the unchanged lines before the identification. */
  constructor(port: BytePort, identified: (greeting: string) => void) {
    this.#port = port
    this.#identified = identified
    port.start({
      data: (chunk, lent) => {
        if (!this.#seen) this.#look(chunk)
        if (this.#sink) this.#sink.data(chunk, lent)
        else this.#early.push(chunk.slice())
      },
      drained: () => this.#sink?.drained(),
      written: (chunk) => this.#sink?.written?.(chunk),
      ended: (error) => {
        if (this.#sink) this.#sink.ended(error)
        else this.#over = { error }
      },
    })
  }

  /** Whether the server has identified itself. */
  get seen(): boolean {
    return this.#seen
  }

  start(sink: PortSink): void {
    this.#sink = sink
    for (const chunk of this.#early.splice(0)) sink.data(chunk)
    if (this.#over) sink.ended(this.#over.error)
  }

  #look(chunk: Uint8Array): void {
    this.#text = (this.#text + Buffer.from(chunk).toString('latin1')).slice(0, LONGEST)
    const found = /(?:^|\n)SSH-[^\n]*\n/.exec(this.#text)
    if (!found) return
    this.#seen = true
    const start = found.index + Number(found[0].startsWith('\n'))
    const greeting = Buffer.from(this.#text.slice(0, start), 'latin1').toString()
    this.#text = ''
    this.#identified(greeting)
  }

  write(chunk: Uint8Array, more?: boolean): void {
    this.#port.write(chunk, more)
  }

  get queued(): number {
    return this.#port.queued
  }

  pause(): void {
    this.#port.pause()
  }

  resume(): void {
    this.#port.resume()
  }

  close(): Promise<void> {
    return this.#port.close()
  }

  abort(): void {
    this.#port.abort()
  }
}
