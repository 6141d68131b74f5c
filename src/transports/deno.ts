/// TCP and Unix sockets of Deno. Needs `--allow-net`, and for a Unix socket also `--allow-read` and `--allow-write`.
import { port as checkedPort, record, text } from '../errors/arguments.ts'
import { connectError, placeOf } from '../errors/connect-error.ts'
import type { Transport } from '../runtime/transport.ts'
import type { ConnectTcpOptions } from '../runtime/connect-tcp.ts'
import { orAbort } from '../abort/or-abort.ts'

export type { ConnectTcpOptions } from '../runtime/connect-tcp.ts'

/** The part of `Deno.Conn` that is used. */
interface Conn extends Pick<Transport, 'readable' | 'writable'> {
  close(): void
  setNoDelay?(noDelay?: boolean): void
}

/** The part of Deno's global that is used. */
interface DenoNet {
  connect(options: { readonly hostname: string, readonly port: number } | { readonly transport: 'unix', readonly path: string }): Promise<Conn>
}

/** A TCP connection of Deno; its `Conn` already is a transport. @throws ConnectError with the system's code, or `signal.reason`. */
export async function connectTcp(options: ConnectTcpOptions): Promise<Transport> {
  const { host, port = 22, signal } = record(options, 'options')
  return open({ hostname: text(host, 'host'), port: checkedPort(port, 'port') }, signal)
}

/** A Unix socket, e.g. of an authentication agent. @throws ConnectError with the system's code, or `signal.reason`. */
export async function connectUnix(path: string, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Transport> {
  const { signal } = record(options, 'options')
  return open({ transport: 'unix', path: text(path, 'path') }, signal)
}

async function open(target: Parameters<DenoNet['connect']>[0], signal: AbortSignal | undefined): Promise<Transport> {
  signal?.throwIfAborted()
  const conn = await orAbort(dial(target), signal, (late) => late.close())
  conn.setNoDelay?.()
  return fromConn(conn)
}

async function dial(target: Parameters<DenoNet['connect']>[0]): Promise<Conn> {
  try {
    return await (globalThis as unknown as { readonly Deno: DenoNet }).Deno.connect(target)
  } catch (error) {
    throw connectError(error, 'path' in target ? target.path : placeOf(target.hostname, target.port))
  }
}

/** Deno throws when a closed connection is closed again. */
function fromConn(conn: Conn): Transport {
  return {
    readable: conn.readable,
    writable: conn.writable,
    close() {
      try {
        conn.close()
      } catch {
        // It is closed, as intended.
      }
    },
  }
}
