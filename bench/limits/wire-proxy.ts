/** A proxy in this process, before the server: what it counts is not timed. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Server } from '../server.ts'
import { none, type Small, wireCounter } from './wire-counts.ts'

export interface WireProxy extends AsyncDisposable {
  /** The server behind it, for clients. */
  readonly server: Server
  /** From the client, which has sealed it, and from the server. */
  readonly sealed: Small
  readonly opened: Small
}

/** Each direction ends by itself: what one side still has to say when the other has ended, arrives. */
function carry(from: Socket, to: Socket, seen: (chunk: Uint8Array) => void): void {
  from.on('data', seen).on('error', () => to.destroy()).pipe(to)
}

export async function wireProxy(server: Server): Promise<WireProxy> {
  const [sealed, opened] = [none(), none()]
  const proxy = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const target = connect({ host: server.target.host, port: server.target.port, allowHalfOpen: true, noDelay: true })
    carry(client, target, wireCounter(sealed))
    carry(target, client, wireCounter(opened))
  })
  await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve) })
  const { port } = proxy.address() as AddressInfo
  return {
    sealed, opened,
    server: { ...server, target: { ...server.target, host: '127.0.0.1', port } },
    async [Symbol.asyncDispose]() { await new Promise((resolve) => { proxy.close(resolve) }) },
  }
}
