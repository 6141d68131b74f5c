import { createConnection, type NetConnectOpts, type Socket } from 'node:net'
import type { BytePort, PortSink } from '../core/transport.ts'
import { SocketPort } from './socket-port.ts'

/** What one read takes from the kernel at most. */
const SIZE = 256 << 10

/**
 * A socket of Node that reads into one buffer for its whole life, instead of a new one of 64 KiB for each read.
 * Its port is the only way to what arrives: nothing comes out of the socket as a stream.
 */
export class ReadBuffer {
  readonly socket: Socket
  #port: BufferPort | undefined
  /** What came before anybody asked for it: the server speaks first. */
  readonly #early: Uint8Array[] = []

  constructor(target: NetConnectOpts) {
    const buffer = new Uint8Array(SIZE)
    this.socket = createConnection({ ...target, onread: { buffer, callback: (count) => this.#arrived(buffer.subarray(0, count)) } })
  }

  #arrived(chunk: Uint8Array): boolean {
    if (!this.#port?.received(chunk)) this.#early.push(chunk.slice())
    return true
  }

  port(): BytePort {
    return this.#port ??= new BufferPort(this.socket, this.#early)
  }
}

class BufferPort extends SocketPort {
  readonly #early: Uint8Array[]
  #sink: PortSink | undefined

  constructor(socket: Socket, early: Uint8Array[]) {
    super(socket)
    this.#early = early
  }

  override start(sink: PortSink): void {
    this.#sink = sink
    for (const chunk of this.#early.splice(0)) sink.data(chunk)
    super.start(sink)
  }

  /** False if nobody is there yet. `chunk` is lent: it is good until this returns. */
  received(chunk: Uint8Array): boolean {
    this.#sink?.data(chunk, true)
    return this.#sink !== undefined
  }
}
