import type { Transport } from '../../src/index.ts'

/** A transport that delivers everything that arrived within `pause` milliseconds of silence as one chunk, as on a slow or busy machine. The wrapped one must have a port. */
export function batchingTransport(transport: Transport, pause: number): Transport {
  const { port } = transport
  if (!port) throw new TypeError('a transport with a port is needed')
  const chunks: Uint8Array[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    readable: undefined as never,
    writable: undefined as never,
    port: {
      get queued() { return port.queued },
      start: (sink) => port.start({
        data: (chunk) => {
          chunks.push(chunk.slice())
          clearTimeout(timer)
          timer = setTimeout(() => sink.data(Buffer.concat(chunks.splice(0))), pause)
        },
        drained: () => sink.drained(),
        ended: (error) => {
          clearTimeout(timer)
          if (chunks.length > 0) sink.data(Buffer.concat(chunks.splice(0)))
          sink.ended(error)
        },
      }),
      write: (chunk) => port.write(chunk),
      pause: () => port.pause(),
      resume: () => port.resume(),
      close: () => port.close(),
      abort: () => port.abort(),
    },
  }
}
