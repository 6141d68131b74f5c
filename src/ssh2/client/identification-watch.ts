import type { BytePort, PortSink } from '../../runtime/transport.ts'

/** No server sends more before it identifies itself: libssh2 gives up long before. */
const LONGEST = 64 << 10

/** A port that is monitored until the server has identified itself (RFC 4253 section 4.2): the text before that is its greeting. */
export class IdentificationWatch implements BytePort {
  readonly #port: BytePort
  readonly #identified: (greeting: string) => void
  #text = ''
  #seen = false

  /** @param identified is called once, with the unchanged lines before the identification. */
  constructor(port: BytePort, identified: (greeting: string) => void) {
    this.#port = port
    this.#identified = identified
  }

  /** Whether the server has identified itself. */
  get seen(): boolean {
    return this.#seen
  }

  start(sink: PortSink): void {
    this.#port.start({
      ...sink,
      data: (chunk, lent) => {
        if (!this.#seen) this.#look(chunk)
        sink.data(chunk, lent)
      },
    })
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
