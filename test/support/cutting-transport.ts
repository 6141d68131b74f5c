import type { BytePort, PortSink, Transport } from '../../src/index.ts'

export interface Cut {
  /** The direction in which bytes are counted. */
  readonly direction: 'in' | 'out'
  /** The number of bytes after which the connection ends. */
  readonly at: number
  /** With an error, like a reset; otherwise orderly, like a FIN. */
  readonly error?: Error
}

/** A transport that ends at a given byte. The wrapped one must have a port. */
export function cuttingTransport(transport: Transport, cut: Cut): Transport {
  const { port } = transport
  if (!port) throw new TypeError('a transport with a port is needed')
  return { readable: undefined as never, writable: undefined as never, port: new CuttingPort(port, cut) }
}

class CuttingPort implements BytePort {
  readonly #port: BytePort
  readonly #cut: Cut
  #sink: PortSink | undefined
  #left: number
  #ended = false

  constructor(port: BytePort, cut: Cut) {
    this.#port = port
    this.#cut = cut
    this.#left = cut.at
  }

  get queued(): number {
    return this.#port.queued
  }

  start(sink: PortSink): void {
    this.#sink = sink
    this.#port.start({
      data: (chunk) => this.#pass('in', chunk, (part) => sink.data(part)),
      drained: () => sink.drained(),
      ended: (error) => this.#end(error),
    })
    if (this.#left === 0) this.#end(this.#cut.error)
  }

  write(chunk: Uint8Array): void {
    this.#pass('out', chunk, (part) => this.#port.write(part))
  }

  #pass(direction: Cut['direction'], chunk: Uint8Array, hand: (part: Uint8Array) => void): void {
    if (this.#ended) return
    if (direction !== this.#cut.direction) return hand(chunk)
    const part = chunk.subarray(0, this.#left)
    this.#left -= part.length
    if (part.length > 0) hand(part)
    if (this.#left === 0) this.#end(this.#cut.error)
  }

  #end(error: unknown): void {
    if (this.#ended) return
    this.#ended = true
    this.#port.abort()
    this.#sink?.ended(error)
  }

  pause(): void {
    this.#port.pause()
  }

  resume(): void {
    this.#port.resume()
  }

  async close(): Promise<void> {
    await this.#port.close()
  }

  abort(): void {
    this.#port.abort()
  }
}
