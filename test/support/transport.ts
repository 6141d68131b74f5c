import type { Transport } from '../../src/core/transport.ts'

/** Two transports joined back to back: what one writes the other reads. Each direction holds up to 64 chunks. */
export function transportPair(): [Transport, Transport] {
  const queue = () => new TransformStream<Uint8Array, Uint8Array>({}, { highWaterMark: 64 }, { highWaterMark: 64 })
  const [forth, back] = [queue(), queue()]
  const close = async () => {
    await Promise.allSettled([forth, back].map(({ writable }) => (writable.locked ? undefined : writable.abort(new Error('transport closed')))))
  }
  return [
    { readable: back.readable, writable: forth.writable, close },
    { readable: forth.readable, writable: back.writable, close },
  ]
}
