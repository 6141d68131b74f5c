import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import type { End, Fault } from './proxy-fault.ts'
import { Link, type Shape } from './proxy-link.ts'
import { seededRandom } from './random.ts'

export type Direction = 'toServer' | 'toClient'

export interface ProxyOptions {
  readonly target: { readonly host: string; readonly port: number }
  /** For both directions, or one each. */
  readonly shape?: Shape | Partial<Record<Direction, Shape>>
  readonly faults?: Partial<Record<Direction, readonly Fault[]>>
  /** The seed of everything random; default 1. */
  readonly seed?: number
}

/** A TCP proxy on 127.0.0.1 that treats a connection as bad networks do. Owner: the caller, with `stop()`. */
export interface Proxy extends AsyncDisposable {
  readonly host: '127.0.0.1'
  readonly port: number
  readonly connections: number
  /** Bytes passed on so far, all connections together. */
  readonly bytes: Readonly<Record<Direction, number>>
  /** For connections that are open and those to come. */
  reshape(shape: Shape | Partial<Record<Direction, Shape>>): void
  /** Ends every open connection with a RST. */
  reset(): void
  stop(): Promise<void>
}

export function startProxy(options: ProxyOptions): Promise<Proxy> {
  const random = seededRandom(options.seed ?? 1)
  const bytes = { toServer: 0, toClient: 0 }
  const open = new Set<Connection>()
  let connections = 0
  let shapes = perDirection(options.shape)
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    connections++
    const connection = join(client, options, shapes, { random, bytes, closed: () => open.delete(connection) })
    open.add(connection)
  })
  const reset = () => {
    for (const connection of open) connection.end('reset')
  }
  const stop = async () => {
    reset()
    await new Promise((resolve) => server.close(resolve))
  }
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () =>
      resolve({
        host: '127.0.0.1',
        port: (server.address() as AddressInfo).port,
        get connections() {
          return connections
        },
        bytes,
        reshape: (shape) => {
          shapes = perDirection(shape)
          for (const { links } of open) for (const direction of directions) links[direction].shape = shapes[direction]
        },
        reset,
        stop,
        [Symbol.asyncDispose]: stop,
      }),
    )
  })
}

interface Connection {
  readonly links: Record<Direction, Link>
  end(how: End): void
}

const directions = ['toServer', 'toClient'] as const

function join(
  client: Socket,
  options: ProxyOptions,
  shapes: Record<Direction, Shape>,
  shared: { random: ReturnType<typeof seededRandom>; bytes: Record<Direction, number>; closed: () => void },
): Connection {
  const upstream = connect({ ...options.target, allowHalfOpen: true, noDelay: true })
  const sockets = [client, upstream]
  const end = (how: End) => {
    if (how === 'reset') for (const socket of sockets) socket.resetAndDestroy()
    if (how === 'close') for (const socket of sockets) socket.destroySoon()
  }
  const link = (direction: Direction, source: Socket, target: Socket) =>
    new Link(source, target, {
      shape: shapes[direction],
      faults: options.faults?.[direction] ?? [],
      random: shared.random,
      onBytes: (count) => (shared.bytes[direction] += count),
      onEnd: (how) => (how === 'half-close' ? target.end() : end(how)),
    })
  const links = { toServer: link('toServer', client, upstream), toClient: link('toClient', upstream, client) }
  for (const socket of sockets) {
    // One side's reset resets the other side; a FIN has already gone through the link.
    socket.on('error', () => end('reset'))
    socket.on('close', () => {
      if (!sockets.every(({ destroyed }) => destroyed)) return
      for (const direction of directions) links[direction].close()
      shared.closed()
    })
  }
  return { links, end }
}

function perDirection(shape: ProxyOptions['shape'] = {}): Record<Direction, Shape> {
  if ('toServer' in shape || 'toClient' in shape) return { toServer: shape.toServer ?? {}, toClient: shape.toClient ?? {} }
  return { toServer: shape as Shape, toClient: shape as Shape }
}
