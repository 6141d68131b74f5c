import type { RawData, WebSocket } from 'ws'
import { CloseCode } from 'libssh2-wasm/gateway-protocol'
import type { ClientSide } from '../stream/sides.ts'
import type { Session } from '../stream/session.ts'

/** Milliseconds that a client has to answer the closing handshake. */
const GRACE = 5000

/** A WebSocket of npm ws as a session's client. */
export class WsClient implements ClientSide {
  readonly #socket: WebSocket
  #session: Session | undefined

  constructor(socket: WebSocket) {
    this.#socket = socket
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

  send(message: Uint8Array): void {
    this.#socket.send(message, () => this.#session?.clientDrained(this))
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
