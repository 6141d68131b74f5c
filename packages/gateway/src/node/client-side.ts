import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { CloseCode } from 'libssh2-wasm/gateway-protocol'
import type { ClientSide } from '../stream/sides.ts'
import type { Session } from '../stream/session.ts'
import { messageBuffers } from './message.ts'

/** Milliseconds that a client has to answer the closing handshake. */
const GRACE = 5000

/** A WebSocket of npm ws as a session's client. */
export class WsClient implements ClientSide {
  readonly #socket: WebSocket
  readonly #connection: Duplex
  #session: Session | undefined
  readonly #drained = () => this.#session?.clientDrained(this)

  /** @param connection what carries the WebSocket */
  constructor(socket: WebSocket, connection: Duplex) {
    this.#socket = socket
    this.#connection = connection
    socket.on('message', (data: RawData, isBinary) => {
      if (!isBinary) return this.#broken(CloseCode.textFrame, 'text frame')
      this.#session?.message(this, data as Buffer)
    })
    // ws has sent the right close code, and reads no more.
    socket.on('error', (error: Error & { code?: string }) => {
      const large = error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
      this.#session?.end(large ? CloseCode.frameTooLarge : CloseCode.protocol, large ? 'frame too large' : 'broken frame')
    })
    socket.on('close', (code) => this.#session?.clientClosed(this, code))
  }

  /** Sets the session that receives the messages from now on. */
  serve(session: Session): void {
    this.#session = session
  }

  #broken(code: number, reason: string): void {
    if (this.#session) this.#session.end(code, reason)
    else this.close(code, reason)
  }

  get queued(): number {
    return this.#socket.bufferedAmount
  }

  /**
   * One frame and one write, without a copy of large parts. ws would make a frame of each part. It may write between two messages, but not inside one, and it
   * compresses nothing here, so that it never queues.
   */
  send(parts: readonly Uint8Array[]): void {
    const socket = this.#socket
    // ws counts the bytes that come too late in `bufferedAmount`, which stops the session.
    if (socket.readyState !== socket.OPEN) return parts.forEach((part) => socket.send(part, this.#drained))
    const buffers = messageBuffers(parts)
    const last = buffers.length - 1
    const connection = this.#connection
    connection.cork()
    for (let index = 0; index < last; index++) connection.write(buffers[index])
    connection.write(buffers[last], this.#drained)
    connection.uncork()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(code: number, reason: string): void {
    // A paused WebSocket would not see the answer to its closing frame.
    this.#socket.resume()
    this.#socket.close(code, reason.slice(0, 120))
    const grace = setTimeout(() => this.#socket.terminate(), GRACE)
    grace.unref()
    this.#socket.once('close', () => clearTimeout(grace))
  }

  terminate(): void {
    this.#socket.terminate()
  }
}
