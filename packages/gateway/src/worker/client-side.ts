import { CloseCode, joined } from 'libssh2-wasm/gateway-protocol'
import type { Session } from '../stream/session.ts'
import type { ClientSide } from '../stream/sides.ts'

/**
 * A Worker can neither pause a WebSocket nor see how much it still has to send. With frames, ACKs limit both. For a client without frames, the
 * target is not read while the
 * client has sent nothing for so many times `bufferBytes`: a client that takes data sends window adjustments (our windows grow to 16 MiB per
 * channel) …
 */
const UNANSWERED = 64
/** … and a client that is so many times `bufferBytes` ahead of the target is cut off (OpenSSH's windows are 2 MB per channel). */
const UNSENT = 16

export interface WorkerClientOptions {
  readonly framed: boolean
  readonly bufferBytes: number
  readonly messageBytes: number
  /** Bytes that the target has not taken. */
  readonly unsent: () => number
}

/** The server's end of a WebSocketPair as a session's client. */
export class WorkerClient implements ClientSide {
  readonly #socket: WebSocket
  readonly #options: WorkerClientOptions
  #session: Session | undefined
  #unanswered = 0

  constructor(socket: WebSocket, options: WorkerClientOptions) {
    this.#socket = socket
    this.#options = options
    socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer | string>) => this.#message(data))
    socket.addEventListener('close', ({ code }) => {
      // workerd leaves the answer to the closing handshake to the script.
      this.close(1000, '')
      this.#session?.clientClosed(this, code)
    })
    socket.addEventListener('error', () => this.#session?.clientClosed(this, 1006))
  }

  serve(session: Session): void {
    this.#session = session
  }

  #message(data: ArrayBuffer | string): void {
    const session = this.#session
    if (!session || session.over) return
    if (typeof data === 'string') return session.end(CloseCode.textFrame, 'text frame')
    const { framed, messageBytes, bufferBytes, unsent } = this.#options
    if (!framed && data.byteLength > messageBytes) return session.end(CloseCode.frameTooLarge, 'frame too large')
    const waited = this.queued > 0
    this.#unanswered = 0
    session.message(this, new Uint8Array(data))
    if (!framed && unsent() > UNSENT * bufferBytes) return session.end(CloseCode.limit, 'target too slow')
    if (waited) session.clientDrained(this)
  }

  get queued(): number {
    return this.#options.framed ? 0 : Math.max(0, this.#unanswered - (UNANSWERED - 1) * this.#options.bufferBytes)
  }

  send(parts: readonly Uint8Array[]): void {
    const message = parts.length === 1 ? parts[0] as Uint8Array : joined(parts)
    this.#unanswered += message.length
    try {
      this.#socket.send(message as Uint8Array<ArrayBuffer>)
    } catch {
      // It is closed, which its event reports.
    }
  }

  /** Workers cannot. */
  pause(): void {}
  resume(): void {}

  close(code: number, reason: string): void {
    try {
      this.#socket.close(code, reason.slice(0, 120))
    } catch {
      // It is already closed.
    }
  }

  terminate(): void {
    this.close(CloseCode.gone, '')
  }
}
