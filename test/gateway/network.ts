/// A network between a client and a gateway that can be cut, frozen, slowed and taken away.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export type Cut = 'reset' | 'close'

export interface Network extends AsyncDisposable {
  /** Of the gateway, through this network. */
  readonly url: string
  readonly connections: number
  /** Bytes passed on so far. */
  readonly bytes: number
  /** Ends every connection. */
  cut(how?: Cut): void
  /** Nothing passes, nothing is closed, and who comes is accepted and hears nothing: a link that is half open. */
  freeze(): void
  thaw(): void
  /** Who comes is sent away. */
  away: boolean
  /** The next connections are cut after so many bytes: the middle of a frame, mostly. Called for each. */
  cutAfter: (() => number) | undefined
  cutHow: () => Cut
  /** Milliseconds each way, and bytes a second each way. */
  shape: { delay: number, rate: number }
  stop(): Promise<void>
}

export async function networkTo(gatewayUrl: string): Promise<Network> {
  const { hostname, port } = new URL(gatewayUrl)
  const pairs = new Set<{ readonly sockets: readonly [Socket, Socket], readonly pump: () => void }>()
  let frozen = false
  const network = {
    connections: 0, bytes: 0, away: false,
    cutAfter: undefined as (() => number) | undefined,
    cutHow: (): Cut => 'reset',
    shape: { delay: 0, rate: Infinity },
  }
  const end = (sockets: readonly Socket[], how: Cut) => { for (const socket of sockets) if (how === 'reset') socket.resetAndDestroy(); else socket.destroy() }
  const server = createServer({ noDelay: true }, (client) => {
    network.connections++
    if (network.away) return void client.resetAndDestroy()
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true })
    const sockets = [client, upstream] as const
    let left = network.cutAfter?.() ?? Infinity
    const pumps: (() => void)[] = []
    const pair = { sockets, pump: () => { for (const pump of pumps) pump() } }
    pairs.add(pair)
    const way = (from: Socket, to: Socket) => {
      const waiting: { readonly data: Buffer, readonly at: number }[] = []
      let free = 0
      let timer: NodeJS.Timeout | undefined
      const pump = () => {
        clearTimeout(timer)
        while (waiting.length > 0 && !frozen) {
          const { data, at } = waiting[0] as (typeof waiting)[0]
          if (at > performance.now()) {
            timer = setTimeout(pump, at - performance.now())
            return
          }
          waiting.shift()
          const piece = data.subarray(0, left)
          left -= piece.length
          network.bytes += piece.length
          to.write(piece)
          if (left <= 0) {
            // What was cut off is never written; what was goes out before a FIN.
            const how = network.cutHow()
            if (how === 'reset') end(sockets, how)
            else for (const socket of sockets) socket.destroySoon()
            return
          }
        }
        if (waiting.length < 16 && !frozen) from.resume()
      }
      pumps.push(pump)
      from.on('data', (data: Buffer) => {
        const { delay, rate } = network.shape
        free = Math.max(free, performance.now()) + (rate === Infinity ? 0 : data.length / rate * 1000)
        waiting.push({ data, at: delay === 0 && rate === Infinity ? 0 : free + delay })
        if (waiting.length >= 16 || frozen) from.pause()
        pump()
      })
      from.on('end', () => { if (!frozen) to.end() })
      from.on('error', () => {})
      from.on('close', () => {
        clearTimeout(timer)
        pairs.delete(pair)
        if (frozen) return
        // What has come goes out first.
        if (waiting.length === 0) to.destroySoon()
        else to.destroy()
      })
    }
    way(client, upstream)
    way(upstream, client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = async () => {
    frozen = false
    for (const { sockets } of pairs) end(sockets, 'reset')
    await new Promise((resolve) => server.close(resolve))
  }
  return Object.assign(network, {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: (how: Cut = 'reset') => { for (const { sockets } of pairs) end(sockets, how) },
    freeze: () => { frozen = true },
    thaw: () => {
      frozen = false
      for (const { pump } of pairs) pump()
    },
    stop, [Symbol.asyncDispose]: stop,
  })
}
