import { connect } from 'cloudflare:sockets'
import { connectError, placeOf } from '../errors/connect-error.ts'
import { onAbort } from '../abort/on-abort.ts'
import type { Transport } from '../runtime/transport.ts'
import type { ConnectTcpOptions } from '../runtime/connect-tcp.ts'

export type { ConnectTcpOptions } from '../runtime/connect-tcp.ts'

/** A TCP connection of a Cloudflare Worker; its `Socket` already is a transport. @throws ConnectError, or `signal.reason`. */
export async function connectTcp({ host, port = 22, signal }: ConnectTcpOptions): Promise<Transport> {
  signal?.throwIfAborted()
  const socket = connect({ hostname: host, port }, { secureTransport: 'off', allowHalfOpen: true })
  const stopListening = onAbort(signal, () => { void socket.close() })
  try {
    await socket.opened
  } catch (error) {
    signal?.throwIfAborted()
    throw connectError(error, placeOf(host, port))
  } finally {
    stopListening()
  }
  return socket
}
