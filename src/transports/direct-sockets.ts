/// TCP of pages that have it by themselves: Direct Sockets of Isolated Web Apps in Chromium.
import { orAbort } from '../abort/or-abort.ts'
import { checkSignal } from '../abort/on-abort.ts'
import { port as checkedPort, record, text } from '../errors/arguments.ts'
import { connectError, placeOf } from '../errors/connect-error.ts'
import { SSHError } from '../errors/ssh-error.ts'
import type { ConnectTcpOptions } from '../runtime/connect-tcp.ts'
import type { Transport } from '../runtime/transport.ts'

export type { ConnectTcpOptions } from '../runtime/connect-tcp.ts'

/** The part of a `TCPSocket` that is used. */
interface Socket {
  readonly opened: Promise<Pick<Transport, 'readable' | 'writable'>>
  close(): Promise<void>
}

/**
 * A TCP connection of an Isolated Web App, whose manifest must allow `direct-sockets`, and `direct-sockets-private` for addresses of a local network. No gateway is needed.
 * @throws ConnectError if it cannot be opened, SSHError `ERR_NO_TCP` in a page without Direct Sockets, or `signal.reason`.
 */
export async function connectTcp(options: ConnectTcpOptions): Promise<Transport> {
  const { host, port = 22, signal } = record(options, 'options')
  text(host, 'host')
  checkedPort(port, 'port')
  checkSignal(signal)
  signal?.throwIfAborted()
  const { TCPSocket } = globalThis as { readonly TCPSocket?: new (host: string, port: number, options: { noDelay: boolean }) => Socket }
  if (!TCPSocket) throw new SSHError('this page has no Direct Sockets: only Isolated Web Apps that ask for them in their manifest do', { code: 'ERR_NO_TCP' })
  const socket = new TCPSocket(host, port, { noDelay: true })
  try {
    // A socket cannot be closed before it is open.
    const { readable, writable } = await orAbort(socket.opened, signal, () => socket.close())
    // Nor while its streams are in use: it closes with both of them.
    return { readable: readAhead(readable), writable }
  } catch (error) {
    signal?.throwIfAborted()
    throw connectError(error, placeOf(host, port))
  }
}

/** Bytes that are read before anybody asks for them. */
const AHEAD = 1 << 18

/** Chromium (150) drops what has arrived and has not been read when the far end closes the connection, so it is read at once. */
function readAhead(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = stream.getReader()
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: AHEAD, size: ({ byteLength }) => byteLength })
}
