import type { BytePort, Transport } from '../runtime/transport.ts'

/** A transport over a port. Its Web Streams are created on demand, and then own the port. */
export class PortTransport implements Transport {
  readonly port: BytePort
  #streams: { readable: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array> } | undefined

  constructor(port: BytePort) {
    this.port = port
  }

  get readable(): ReadableStream<Uint8Array> {
    return (this.#streams ??= portStreams(this.port)).readable
  }

  get writable(): WritableStream<Uint8Array> {
    return (this.#streams ??= portStreams(this.port)).writable
  }

  async close(): Promise<void> {
    await this.port.close()
  }
}

/** The Web Streams of a port. */
function portStreams(port: BytePort): { readable: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array> } {
  let drained: (() => void) | undefined
  let ended = false
  const readable = new ReadableStream<Uint8Array>({
    start(controller) {
      port.start({
        data(chunk) {
          controller.enqueue(chunk)
          if ((controller.desiredSize ?? 0) <= 0) port.pause()
        },
        drained: () => drained?.(),
        ended(error) {
          ended = true
          drained?.()
          if (error === undefined) controller.close()
          else controller.error(error)
        },
      })
    },
    pull: () => port.resume(),
    cancel: () => port.close(),
  }, { highWaterMark: 1 << 20, size: (chunk) => chunk.length })
  const writable = new WritableStream<Uint8Array>({
    async write(chunk) {
      port.write(chunk)
      while (!ended && port.queued > 1 << 20) await new Promise<void>((resolve) => { drained = resolve })
    },
    close: () => port.close(),
    abort: () => port.abort(),
  })
  return { readable, writable }
}
