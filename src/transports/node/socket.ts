import { able, port as checkedPort, record, text } from '../../errors/arguments.ts'
import { createConnection, isIP, type NetConnectOpts, Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { checkSignal, onAbort } from '../../abort/on-abort.ts'
import { connectError, placeOf } from '../../errors/connect-error.ts'
import type { BytePort, Transport } from '../../runtime/transport.ts'
import { ReadBuffer } from '../read-buffer.ts'
import { SocketPort } from '../socket-port.ts'
import type { ConnectTcpOptions } from '../../runtime/connect-tcp.ts'

export interface NodeTcpOptions extends ConnectTcpOptions {
  /** Local address of the connection. */
  readonly localAddress?: string | undefined
  /** 4 or 6: only addresses of that IP version. */
  readonly family?: 0 | 4 | 6 | undefined
  /** Makes the system check a silent connection (SO_KEEPALIVE). */
  readonly keepAlive?: boolean | undefined
}

/**
 * A TCP connection on Node (Deno and Bun have `node:net` too).
 * @throws ConnectError with the system's code, or `signal.reason`.
 */
export async function connectTcp(options: NodeTcpOptions): Promise<Transport> {
  const { signal, ...place } = record(options, 'options')
  return open(target(place), signal)
}

/** Like `connectTcp`, but faster, for a session on Node: data comes only from its port, not from its `readable`. */
export function dialTcp({ signal, ...options }: NodeTcpOptions): Promise<Transport> {
  return open(target(options), signal, true)
}

/** A Unix socket, e.g. of an authentication agent. @throws ConnectError with the system's code, or `signal.reason`. */
export async function connectUnix(path: string, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Transport> {
  return open({ path: text(path, 'path') }, record(options, 'options').signal)
}

/** If one of several addresses does not answer, it is given up after a few seconds. */
function target({ host, port = 22, localAddress, family = 0, keepAlive }: NodeTcpOptions): NetConnectOpts {
  text(host, 'host')
  checkedPort(port, 'port')
  if (localAddress !== undefined && !isIP(text(localAddress, 'localAddress'))) throw new TypeError('localAddress must be an IP address of this machine')
  if (![0, 4, 6].includes(family)) throw new TypeError('family must be 0, 4 or 6')
  return { host, port, noDelay: true, autoSelectFamilyAttemptTimeout: 3000, ...localAddress !== undefined && { localAddress }, ...family && { family }, ...keepAlive !== undefined && { keepAlive } }
}

function open(target: NetConnectOpts, signal: AbortSignal | undefined, buffered = false): Promise<Transport> {
  return new Promise((resolve, reject) => {
    checkSignal(signal)
    if (signal?.aborted) return reject(signal.reason)
    const reads = buffered ? new ReadBuffer(target) : undefined
    const socket: Socket = reads?.socket ?? createConnection(target)
    const stopListening = onAbort(signal, () => {
      socket.destroy()
      reject(signal?.reason)
    })
    const failed = (error: Error) => {
      stopListening()
      reject(connectError(error, 'path' in target ? target.path : placeOf(target.host ?? '', target.port)))
    }
    socket.once('error', failed)
    socket.once('connect', () => {
      stopListening()
      socket.off('error', failed)
      resolve(new NodeTransport(socket, reads?.port()))
    })
  })
}

/** A transport over a `net.Socket`, or any other Node `Duplex`. */
export function fromDuplex(duplex: Duplex): Transport {
  return new NodeTransport(able(duplex, 'duplex', 'a Duplex of Node', 'on', 'write', 'destroy', 'pause'))
}

/** The TCP connection or Unix socket below a transport of this file; undefined for other transports. */
export function socketOf(transport: Transport): Socket | undefined {
  return transport instanceof NodeTransport ? transport.socket : undefined
}

class NodeTransport implements Transport {
  readonly #duplex: Duplex
  #streams: { readable: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array> } | undefined
  readonly port: BytePort

  constructor(duplex: Duplex, port: BytePort = new SocketPort(duplex)) {
    this.#duplex = duplex
    this.port = port
  }

  get socket(): Socket | undefined {
    return this.#duplex instanceof Socket ? this.#duplex : undefined
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#web().readable
  }

  get writable(): WritableStream<Uint8Array> {
    return this.#web().writable
  }

  #web() {
    this.#streams ??= Duplex.toWeb(this.#duplex) as unknown as { readable: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array> }
    return this.#streams
  }

  close(): void {
    this.#duplex.destroy()
  }
}
