import type { Socket } from 'node:net'
import { SSHError } from '../../errors/ssh-error.ts'
import { getUint32 } from '../../wire-format/bytes.ts'
import { WireWriter } from '../../wire-format/writer.ts'

/** OpenSSH's limit of a message to a master. */
const LARGEST = 256 << 10

/** The messages on a control socket: each has its length in front. The proxy mode's packets are framed in the same way. */
export class Frames {
  readonly socket: Socket
  /** Resolves when the connection is over. */
  readonly ended: Promise<void>
  readonly #chunks: AsyncIterator<Uint8Array>
  #held: Uint8Array = new Uint8Array(0)

  constructor(socket: Socket) {
    this.socket = socket
    // Whoever reads learns of the end; the error itself says no more.
    socket.on('error', () => {})
    this.ended = new Promise((resolve) => {
      socket.once('end', () => resolve())
      socket.once('close', () => resolve())
    })
    this.#chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  }

  /** The next message; undefined at the end of the connection. @throws SSHError for a message that is too long */
  async next(): Promise<Uint8Array | undefined> {
    if (!await this.#hold(4)) return undefined
    const length = getUint32(this.#held, 0)
    if (length > LARGEST) throw new SSHError(`a message of ${length} bytes on a control socket is too long`, { code: 'ERR_CONTROL_SOCKET' })
    if (!await this.#hold(4 + length)) return undefined
    const message = this.#held.subarray(4, 4 + length)
    this.#held = this.#held.subarray(4 + length)
    return message
  }

  /** Drops bytes that are no message: those that carry descriptors. */
  async skip(length: number): Promise<void> {
    if (await this.#hold(length)) this.#held = this.#held.subarray(length)
  }

  /** Resolves when the socket takes more. After the end nothing is sent, and nothing is reported: the reader learns of the end. */
  send(message: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      const { socket } = this
      if (!socket.writable) return resolve()
      socket.cork()
      socket.write(new WireWriter(4).uint32(message.length).finish())
      const room = socket.write(message)
      socket.uncork()
      if (room) return resolve()
      const done = () => {
        socket.off('drain', done)
        socket.off('close', done)
        resolve()
      }
      socket.once('drain', done)
      socket.once('close', done)
    })
  }

  async #hold(length: number): Promise<boolean> {
    while (this.#held.length < length) {
      const next = await this.#chunks.next().catch(() => ({ done: true } as const))
      if (next.done) return false
      this.#held = this.#held.length === 0 ? next.value : Buffer.concat([this.#held, next.value])
    }
    return true
  }
}
