import { createServer, type AddressInfo, type ListenOptions, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ChannelStream } from '../../client/channel-stream.ts'
import { checkSignal, onAbort } from '../../abort/on-abort.ts'
import { able } from '../../errors/arguments.ts'
import { systemError } from '../../errors/system-error.ts'
import type { Client } from '../../client/client.ts'
import { joinSocket } from './socket.ts'

export interface ForwardingOptions {
  /** Ends the forwarding, including its connections. */
  readonly signal?: AbortSignal | undefined
  /** Called for each connection that failed, or could not be made. The others are not affected. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** A running forwarding. It also ends with the session. */
export interface Forwarding extends AsyncDisposable {
  /** The listening port, here or on the server; 0 for a Unix socket. */
  readonly port: number
  /** Connections that are open now. */
  readonly connections: number
  /** Resolves when the forwarding has ended, for whatever reason. */
  readonly closed: Promise<void>
  /** Stops listening and closes the connections. Idempotent. */
  close(): Promise<void>
  /** Stops listening, and resolves when the open connections have ended by themselves. */
  finish(): Promise<void>
}

/** The connections of one forwarding: the failure of one is reported, and ends no other. */
export class Connections {
  readonly #open = new Set<Duplex>()
  #idle = () => {}
  readonly #onError: (error: unknown) => void

  constructor(onError: (error: unknown) => void = () => {}) {
    this.#onError = onError
  }

  get size(): number {
    return this.#open.size
  }

  /** Opens the other end, and joins the two until both have ended. */
  async serve(socket: Duplex & Partial<Pick<Socket, 'setNoDelay'>>, open: () => Promise<ChannelStream>): Promise<void> {
    return this.track(socket, async () => joinSocket(socket, await open()))
  }

  /** Tracks a stream until it has ended, and ends it if `work` fails. */
  async track(socket: Duplex & Partial<Pick<Socket, 'setNoDelay'>>, work: () => Promise<void>): Promise<void> {
    this.#open.add(socket)
    socket.setNoDelay?.(true)
    // Without a listener the error would end the process; the code that waits on the socket sees it in another way.
    socket.on('error', () => {})
    socket.once('close', () => {
      this.#open.delete(socket)
      if (this.#open.size === 0) this.#idle()
    })
    try {
      await work()
    } catch (error) {
      socket.destroy()
      this.#onError(error)
    }
  }

  close(): void {
    for (const socket of this.#open) socket.destroy()
  }

  /** Resolves when no connection is open. */
  async idle(): Promise<void> {
    if (this.#open.size > 0) await new Promise<void>((resolve) => { this.#idle = resolve })
  }
}

/** Listens here; `open` makes the server's end of each connection. */
export async function serveConnections(client: Pick<Client, 'closed'>, address: ListenOptions, options: ForwardingOptions, open: (socket: Socket) => Promise<ChannelStream>): Promise<Forwarding> {
  const { signal, onError } = options
  checkSignal(signal)
  void able((client as Client | undefined)?.closed, 'client', 'a Client', 'then')
  signal?.throwIfAborted()
  const connections = new Connections(onError)
  let stopListening = () => {}
  const accept = (socket: Socket) => { void connections.serve(socket, () => open(socket)) }
  const servers = await listenAt(address, accept)
  for (const server of servers) server.on('error', (error) => onError?.(error))
  const closed = Promise.all(servers.map((server) => new Promise<void>((resolve) => server.once('close', resolve)))).then(() => {})
  const stop = () => {
    stopListening()
    for (const server of servers) server.close()
  }
  const close = () => {
    stop()
    connections.close()
    return closed
  }
  const finish = async () => {
    stop()
    await connections.idle()
    await closed
  }
  stopListening = onAbort(signal, close)
  void client.closed.then(close)
  const server = servers[0]!
  const bound = server.address() as AddressInfo | string
  return forwardingOf(typeof bound === 'string' ? 0 : bound.port, connections, { closed, close, finish })
}

/** The caller's view of a running forwarding. */
export function forwardingOf(port: number, connections: Connections, end: Pick<Forwarding, 'closed' | 'close' | 'finish'>): Forwarding {
  return {
    port,
    get connections() {
      return connections.size
    },
    ...end,
    [Symbol.asyncDispose]: end.close,
  }
}

/** `localhost` means both loopback addresses, if the machine has both. @throws the error of the first */
async function listenAt(address: ListenOptions, accept: (socket: Socket) => void): Promise<Server[]> {
  const listen = (options: ListenOptions) => new Promise<Server>((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, accept)
    const failed = (error: Error) => reject(systemError(error) as Error)
    server.once('error', failed)
    server.listen(options, () => {
      server.off('error', failed)
      resolve(server)
    })
  })
  if (address.host !== 'localhost') return [await listen(address)]
  const first = await listen({ ...address, host: '127.0.0.1' })
  const { port } = first.address() as AddressInfo
  const second = await listen({ ...address, port, host: '::1', ipv6Only: true }).catch(() => undefined)
  return second ? [first, second] : [first]
}
