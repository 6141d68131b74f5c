import { connect } from 'node:net'
import { Duplex } from 'node:stream'
import type { Transport } from '../../src/runtime/transport.ts'

/** A TCP connection as plain Web Streams, through Node's own adapter: as from a runtime that knows nothing of this library. */
export function tcpTransport({ host, port }: { readonly host: string; readonly port: number }): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host)
    socket.setNoDelay(true)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      const { readable, writable } = Duplex.toWeb(socket) as unknown as Pick<Transport, 'readable' | 'writable'>
      resolve({ readable, writable, close: () => void socket.destroy() })
    })
  })
}

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
