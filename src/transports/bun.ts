/// TCP and Unix sockets of Bun.
import type { Transport } from '../runtime/transport.ts'
import { BunPort, type BunSocket } from './bun/port.ts'
import { PortTransport } from './port-transport.ts'
import type { ConnectTcpOptions } from '../runtime/connect-tcp.ts'
import { orAbort } from '../abort/or-abort.ts'

export type { ConnectTcpOptions } from '../runtime/connect-tcp.ts'

/** The part of Bun's global that is used. */
interface BunNet {
  connect(options: ({ readonly hostname: string, readonly port: number } | { readonly unix: string }) & { readonly allowHalfOpen: boolean, readonly socket: object }): Promise<BunSocket>
}

/** A TCP connection of Bun, by its own sockets. @throws the error of the connection, or `signal.reason`. */
export function connectTcp({ host, port = 22, signal }: ConnectTcpOptions): Promise<Transport> {
  return open({ hostname: host, port }, signal)
}

/** A Unix socket, e.g. of an authentication agent. @throws the error of the connection, or `signal.reason`. */
export function connectUnix(path: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Transport> {
  return open({ unix: path }, signal)
}

async function open(target: { readonly hostname: string, readonly port: number } | { readonly unix: string }, signal: AbortSignal | undefined): Promise<Transport> {
  signal?.throwIfAborted()
  const port = new BunPort()
  const bun = (globalThis as unknown as { readonly Bun: BunNet }).Bun
  await orAbort(bun.connect({ ...target, allowHalfOpen: true, socket: port.handlers }), signal, (late) => late.terminate())
  return new PortTransport(port)
}
