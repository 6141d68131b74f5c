import { connectError, placeOf } from '../../errors/connect-error.ts'
import { able, callables, port as checkedPort, record, text } from '../../errors/arguments.ts'
import { connect, type ListenOptions, type NetConnectOpts, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client } from '../../client/client.ts'
import type { ForwardedConnection } from '../../client/listener.ts'
import { Connections, type Forwarding, type ForwardingOptions, forwardingOf, serveConnections } from '../forward/server.ts'
import { openBySocks, type SocksTarget } from '../forward/socks.ts'

export type { Forwarding, ForwardingOptions } from '../forward/server.ts'

/** A TCP address, or a Unix socket. */
export type ForwardAddress =
  | { readonly host?: string | undefined, readonly port: number }
  | { readonly path: string }

export interface ForwardLocalOptions extends ForwardingOptions {
  /** Where to listen here: `127.0.0.1` if no host is given; port 0 means a free one. */
  readonly from: ForwardAddress
  /** Where the server connects to; the server's `localhost` if no host is given. */
  readonly to: ForwardAddress
}

export interface ForwardRemoteOptions extends ForwardingOptions {
  /** Where the server listens: `127.0.0.1` if no host is given; port 0 means a free one. The server creates a Unix socket. */
  readonly from: ForwardAddress
  /** Where to connect to from here; `localhost` if no host is given. */
  readonly to: ForwardAddress
}

export interface ForwardDynamicOptions extends ForwardingOptions {
  /** Where to listen here: `127.0.0.1` if no host is given; port 0 means a free one. */
  readonly from: ForwardAddress
}

export interface ForwardRemoteDynamicOptions extends ForwardingOptions {
  /** Where the server listens: `127.0.0.1` if no host is given; port 0 means a free one. The server creates a Unix socket. */
  readonly from: ForwardAddress
  /** Whether a client of the server may reach a target from here; by default all may. */
  readonly permit?: ((target: SocksTarget) => boolean) | undefined
}

/** Forwards connections to a local address through the server to another address: `ssh -L`. @throws the error of listening. */
export async function forwardLocal(client: Client, forwarding: ForwardLocalOptions): Promise<Forwarding> {
  const { from, to, ...options } = record(forwarding, 'options')
  callables({ onError: options.onError })
  checkPlace(to, 'to')
  return serveConnections(client, listening(from), options, () => 'path' in to ? client.openUnix(to.path) : client.openTcp(to.host ?? 'localhost', to.port))
}

/** A local SOCKS proxy (4, 4A and 5) whose connections the server makes, resolving names too: `ssh -D`. @throws the error of listening. */
export async function forwardDynamic(client: Client, forwarding: ForwardDynamicOptions): Promise<Forwarding> {
  const { from, ...options } = record(forwarding, 'options')
  callables({ onError: options.onError })
  return serveConnections(client, listening(from), options, (socket) => openBySocks(socket, ({ host, port }) => client.openTcp(host, port)))
}

/** Forwards connections to an address of the server to another address from here: `ssh -R`. @throws SSHError `ERR_LIBSSH2_REQUEST_DENIED` if the server refuses. */
export async function forwardRemote(client: Client, options: ForwardRemoteOptions): Promise<Forwarding> {
  const { from, to, signal, onError } = record(options, 'options')
  callables({ onError })
  checkPlace(to, 'to')
  return serveListener(client, from, { signal, onError }, async (connection, connections) => {
    const socket = await dial(to)
    await connections.serve(socket, async () => connection)
  })
}

/**
 * A SOCKS proxy (4, 4A and 5) on the server whose connections are made from here, where names are also resolved: `ssh -R port`. @throws
 * SSHError `ERR_LIBSSH2_REQUEST_DENIED` if the server refuses.
 */
export async function forwardRemoteDynamic(client: Client, options: ForwardRemoteDynamicOptions): Promise<Forwarding> {
  const { from, permit = () => true, signal, onError } = record(options, 'options')
  callables({ permit, onError })
  return serveListener(client, from, { signal, onError }, async (connection, connections) => {
    const asking = Duplex.fromWeb(connection as unknown as Parameters<typeof Duplex.fromWeb>[0])
    await connections.track(asking, async () => {
      const socket = await openBySocks(asking, (target) => {
        if (!permit(target)) throw Object.assign(new Error(`nobody may connect to ${target.host} port ${target.port} from here`), { reason: 1 })
        return dial(target)
      })
      await Promise.all([pipeline(asking, socket), pipeline(socket, asking)])
    })
  })
}

async function serveListener(client: Client, from: ForwardRemoteOptions['from'], { signal, onError }: ForwardingOptions, serve: (connection: ForwardedConnection, connections: Connections) => Promise<void>): Promise<Forwarding> {
  const listener = await able(client, 'client', 'a Client', 'listen').listen({ ...record(from, 'from'), signal })
  const connections = new Connections(onError)
  const accepted = async (connection: ForwardedConnection) => {
    try {
      await serve(connection, connections)
    } catch (error) {
      onError?.(error)
      await connection.close()
    }
  }
  const accept = async () => {
    for await (const connection of listener) void accepted(connection)
  }
  const listened = accept().catch(ended)
  let finishing = false
  const closed = listened.then(() => finishing ? connections.idle() : connections.close())
  const close = async () => {
    await listener.close()
    connections.close()
    await closed
  }
  const finish = async () => {
    finishing = true
    await listener.close()
    await closed
  }
  return forwardingOf(listener.port, connections, { closed, close, finish })
}

function listening(from: ForwardAddress): ListenOptions {
  checkPlace(from, 'from')
  return 'path' in from ? { path: from.path } : { host: from.host ?? '127.0.0.1', port: from.port }
}

function checkPlace(place: ForwardAddress, name: string): void {
  record(place, name)
  if ('path' in place) text(place.path, `${name}.path`)
  else {
    text(place.host ?? '', `${name}.host`)
    checkedPort(place.port, `${name}.port`)
  }
}

function dial(to: ForwardAddress): Promise<Socket> {
  const target = 'path' in to ? { path: to.path } : { host: to.host ?? 'localhost', port: to.port }
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(connectError(error, 'path' in to ? to.path : placeOf(to.host ?? 'localhost', to.port)) as Error)
    const socket = connect({ ...target, allowHalfOpen: true } as NetConnectOpts, () => {
      socket.off('error', failed)
      resolve(socket)
    })
    socket.once('error', failed)
  })
}

/** The session has ended or the signal has fired: `client.closed` and the caller know why. */
function ended(): void {}
