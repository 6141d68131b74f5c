import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A port that leads to a server, and can stop carrying bytes in both directions without ending; or break. */
export interface StallingRelay extends AsyncDisposable {
  readonly port: number
  stall(): void
  cut(): void
}

export async function stallingRelay(target: { readonly host: string, readonly port: number }): Promise<StallingRelay> {
  const sockets = new Set<Socket>()
  let stalled = false
  const cut = () => { for (const socket of sockets) socket.resetAndDestroy() }
  const relay = createServer((one) => {
    const other = connect(target)
    for (const [from, to] of [[one, other], [other, one]] as const) {
      sockets.add(from.on('error', () => {}).on('close', () => to.destroy()))
      from.on('data', (bytes) => { if (!stalled) to.write(bytes) })
    }
  })
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  return {
    port: (relay.address() as AddressInfo).port,
    stall() { stalled = true },
    cut,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => relay.close(resolve))
    },
  }
}
