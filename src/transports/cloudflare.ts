import { connect } from 'cloudflare:sockets'
import { port as checkedPort, record, text } from '../errors/arguments.ts'
import { connectError, placeOf } from '../errors/connect-error.ts'
import { onAbort } from '../abort/on-abort.ts'
import type { Transport } from '../runtime/transport.ts'
import type { ConnectTcpOptions } from '../runtime/connect-tcp.ts'

export type { ConnectTcpOptions } from '../runtime/connect-tcp.ts'

/** A TCP connection of a Cloudflare Worker; its `Socket` already is a transport. @throws ConnectError, or `signal.reason`. */
export async function connectTcp(options: ConnectTcpOptions): Promise<Transport> {
  const { host, port = 22, signal } = record(options, 'options')
  signal?.throwIfAborted()
  const socket = connect({ hostname: text(host, 'host'), port: checkedPort(port, 'port') }, { secureTransport: 'off', allowHalfOpen: true })
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
