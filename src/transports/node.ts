import { createConnection, type NetConnectOpts, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { BytePort, Transport } from '../core/transport.ts'
import { SocketPort } from './socket-port.ts'
import type { ConnectTcpOptions } from './tcp-options.ts'

export { forwardDynamic, type ForwardAddress, type ForwardDynamicOptions, type Forwarding, type ForwardingOptions, forwardLocal, type ForwardLocalOptions, forwardRemote, type ForwardRemoteOptions } from './node-forward.ts'
export { fileHostKeyStore } from './node-known-hosts-store.ts'

export type { ConnectTcpOptions } from './tcp-options.ts'

/**
 * A TCP connection on Node (Deno and Bun have `node:net` too).
 * @throws the error of the socket, or `signal.reason`.
 */
export function connectTcp({ host, port = 22, signal }: ConnectTcpOptions): Promise<Transport> {
  return open({ host, port, noDelay: true }, signal)
}

/** A Unix socket, e.g. of an authentication agent. @throws the error of the socket, or `signal.reason`. */
export function connectUnix(path: string, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<Transport> {
  return open({ path }, options.signal)
}

function open(target: NetConnectOpts, signal: AbortSignal | undefined): Promise<Transport> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const socket: Socket = createConnection(target)
    const onAbort = () => {
      socket.destroy()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    socket.once('error', reject)
    socket.once('connect', () => {
      signal?.removeEventListener('abort', onAbort)
      socket.off('error', reject)
      resolve(fromDuplex(socket))
    })
  })
}

/** A transport over a `net.Socket`, or any other `Duplex` of Node. */
export function fromDuplex(duplex: Duplex): Transport {
  return new NodeTransport(duplex)
}

class NodeTransport implements Transport {
  readonly #duplex: Duplex
  #streams: { readable: ReadableStream<Uint8Array>, writable: WritableStream<Uint8Array> } | undefined
  readonly port: BytePort

  constructor(duplex: Duplex) {
    this.#duplex = duplex
    this.port = new SocketPort(duplex)
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
