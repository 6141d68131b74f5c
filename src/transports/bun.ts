/// TCP and Unix sockets of Bun.
import { port as checkedPort, record, text } from '../errors/arguments.ts'
import { connectError, placeOf } from '../errors/connect-error.ts'
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

/** A TCP connection of Bun, on its own sockets. @throws ConnectError with the system's code, or `signal.reason`. */
export async function connectTcp(options: ConnectTcpOptions): Promise<Transport> {
  const { host, port = 22, signal } = record(options, 'options')
  return open({ hostname: text(host, 'host'), port: checkedPort(port, 'port') }, signal)
}

/** A Unix socket, e.g. of an authentication agent. @throws ConnectError with the system's code, or `signal.reason`. */
export async function connectUnix(path: string, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Transport> {
  const { signal } = record(options, 'options')
  return open({ unix: text(path, 'path') }, signal)
}

async function open(target: { readonly hostname: string, readonly port: number } | { readonly unix: string }, signal: AbortSignal | undefined): Promise<Transport> {
  signal?.throwIfAborted()
  const port = new BunPort()
  await orAbort(dial(target, port), signal, (late) => late.terminate())
  return new PortTransport(port)
}

async function dial(target: Parameters<typeof open>[0], port: BunPort): Promise<BunSocket> {
  try {
    return await (globalThis as unknown as { readonly Bun: BunNet }).Bun.connect({ ...target, allowHalfOpen: true, socket: port.handlers })
  } catch (error) {
    throw connectError(error, 'unix' in target ? target.unix : placeOf(target.hostname, target.port))
  }
}
