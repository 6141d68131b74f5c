import { type AddressInfo, connect, createServer } from 'node:net'

/** A way to a server on which what passes is noted: the time and the size of each chunk. Owner: the caller, by disposal. */
export interface Tap extends AsyncDisposable {
  readonly port: number
  readonly toServer: readonly (readonly [time: number, size: number])[]
  readonly toClient: readonly (readonly [time: number, size: number])[]
}

export async function startTap({ host, port }: { readonly host: string, readonly port: number }): Promise<Tap> {
  const toServer: [number, number][] = [], toClient: [number, number][] = []
  const server = createServer({ noDelay: true }, (client) => {
    const onward = connect({ host, port, noDelay: true })
    client.on('data', (data) => { toServer.push([performance.now(), data.length]) }).pipe(onward)
    onward.on('data', (data) => { toClient.push([performance.now(), data.length]) }).pipe(client)
    for (const socket of [client, onward]) socket.on('error', () => { client.destroy(); onward.destroy() })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return { toServer, toClient, port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: () => new Promise<void>((resolve) => { server.close(() => resolve()) }) }
}
