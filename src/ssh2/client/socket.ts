import type { Duplex } from 'node:stream'
import type { BytePort } from '../../runtime/transport.ts'
import { ReadBuffer } from '../../transports/read-buffer.ts'
import { SocketPort } from '../../transports/socket-port.ts'
import type { Sock } from './link.ts'

/** What `connect()` is told of the way to the server. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly localAddress?: string | undefined
  readonly localPort?: number | undefined
  readonly family?: 4 | 6 | undefined
}

/** The stream below a connection, whether made here or given by the caller. */
export interface Dialled {
  readonly sock: Sock
  /** The way of the bytes, which is asked for once the stream is connected. */
  port(): BytePort
}

/** Begins a TCP connection. @throws RangeError for a port that is none. */
export function dial({ host, port, localAddress, localPort, family }: Target): Dialled {
  const reads = new ReadBuffer({
    host, port, noDelay: true, autoSelectFamilyAttemptTimeout: 3000,
    ...localAddress !== undefined && { localAddress }, ...localPort !== undefined && { localPort }, ...family && { family },
  })
  reads.socket.setMaxListeners(0)
  return { sock: reads.socket, port: () => reads.port() }
}

/** A stream of the caller's: a socket, a channel of another client, the stream of a proxy. What nobody reads of its stderr would hold it up. */
export function given(sock: Sock): Dialled {
  sock.pause()
  sock.stderr?.resume?.()
  sock.setNoDelay?.(true)
  return { sock, port: () => new SocketPort(sock) }
}

/** Whether something can still be sent: a socket that has ended on the other side says that it can. */
export function isWritable(sock: Duplex | undefined): sock is Duplex {
  return sock?.writable === true && (sock as unknown as { _readableState?: { ended?: boolean } })._readableState?.ended === false
}
