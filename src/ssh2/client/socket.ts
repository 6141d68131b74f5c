import type { Duplex } from 'node:stream'
import type { BytePort } from '../../runtime/transport.ts'
import { ReadBuffer } from '../../transports/read-buffer.ts'
import { SocketPort } from '../../transports/socket-port.ts'
import type { Sock } from './link.ts'

/** The options of `connect()` about the way to the server. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly localAddress?: string | undefined
  readonly localPort?: number | undefined
  readonly family?: 4 | 6 | undefined
}

/** The stream below a connection, created here or given by the caller. */
export interface Dialled {
  readonly sock: Sock
  /** The port for the bytes, requested once the stream is connected. */
  port(): BytePort
}

/** Starts a TCP connection. @throws RangeError for an invalid port. */
export function dial({ host, port, localAddress, localPort, family }: Target): Dialled {
  const reads = new ReadBuffer({
    host, port, noDelay: true, autoSelectFamilyAttemptTimeout: 3000,
    ...localAddress !== undefined && { localAddress }, ...localPort !== undefined && { localPort }, ...family && { family },
  })
  reads.socket.setMaxListeners(0)
  return { sock: reads.socket, port: () => reads.port() }
}

/** The caller's stream: a socket, a channel of another client, the stream of a proxy. Unread stderr would block it. */
export function given(sock: Sock): Dialled {
  sock.pause()
  sock.stderr?.resume?.()
  sock.setNoDelay?.(true)
  return { sock, port: () => new SocketPort(sock) }
}

/** Whether something can still be sent: a socket that the other side has ended still reports that it is writable. */
export function isWritable(sock: Duplex | undefined): sock is Duplex {
  return sock?.writable === true && (sock as unknown as { _readableState?: { ended?: boolean } })._readableState?.ended === false
}
