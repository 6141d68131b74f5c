import { createServer, type AddressInfo, type ListenOptions, type Socket } from 'node:net'
import type { ChannelStream } from '../../client/channel-stream.ts'
import { onAbort } from '../../abort/on-abort.ts'
import type { Client } from '../../client/client.ts'
import { joinSocket } from './socket.ts'

export interface ForwardingOptions {
  /** Ends the forwarding, its connections included. */
  readonly signal?: AbortSignal | undefined
  /** Hears of each connection that failed, or could not be made. The others are not touched by it. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** A forwarding that runs. It ends with the session, too. */
export interface Forwarding extends AsyncDisposable {
  /** Port that is listened on, here or on the server; 0 for a Unix socket. */
  readonly port: number
  /** Connections that are open now. */
  readonly connections: number
  /** Resolves when the forwarding has ended, for whatever reason. */
  readonly closed: Promise<void>
  /** Stops listening and closes the connections. Idempotent. */
  close(): Promise<void>
}

/** The connections of one forwarding: the failure of one is told, and ends no other. */
export class Connections {
  readonly #open = new Set<Socket>()
  readonly #onError: (error: unknown) => void

  constructor(onError: (error: unknown) => void = () => {}) {
    this.#onError = onError
  }

  get size(): number {
    return this.#open.size
  }

  /** Opens the other end, and joins the two until both have ended. */
  async serve(socket: Socket, open: () => Promise<ChannelStream>): Promise<void> {
    this.#open.add(socket)
    socket.setNoDelay?.(true)
    // Without a listener it would end the process; whoever waits on the socket hears of it otherwise.
    socket.on('error', () => {})
    socket.once('close', () => this.#open.delete(socket))
    try {
      await joinSocket(socket, await open())
    } catch (error) {
      socket.destroy()
      this.#onError(error)
    }
  }

  close(): void {
    for (const socket of this.#open) socket.destroy()
  }
}

/** Listens here; `open` makes the server's end of each connection. */
export async function serveConnections(client: Pick<Client, 'closed'>, address: ListenOptions, options: ForwardingOptions, open: (socket: Socket) => Promise<ChannelStream>): Promise<Forwarding> {
  const { signal, onError } = options
  signal?.throwIfAborted()
  const connections = new Connections(onError)
  const server = createServer({ allowHalfOpen: true }, (socket) => { void connections.serve(socket, () => open(socket)) })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address, resolve)
  })
  server.on('error', (error) => onError?.(error))
  const closed = new Promise<void>((resolve) => server.once('close', resolve))
  let stopListening = () => {}
  const close = () => {
    stopListening()
    server.close()
    connections.close()
    return closed
  }
  stopListening = onAbort(signal, close)
  void client.closed.then(close)
  const bound = server.address() as AddressInfo | string
  return {
    port: typeof bound === 'string' ? 0 : bound.port,
    get connections() {
      return connections.size
    },
    closed,
    close,
    [Symbol.asyncDispose]: close,
  }
}
