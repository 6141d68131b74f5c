import { CloseCode } from 'libssh2-wasm/gateway-protocol'
import type { Session } from '../stream/session.ts'
import type { TargetSide } from '../stream/sides.ts'

/** Bytes of one read. */
const CHUNK = 64 << 10

/** The part of a `cloudflare:sockets` socket that is used. */
export interface WorkerSocket {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly opened: Promise<unknown>
  close(): Promise<void>
}

/** A Worker's TCP connection as a session's target. */
export class WorkerTarget implements TargetSide {
  readonly #socket: WorkerSocket
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  #session: Session | undefined
  #paused = false
  #resumed = () => {}
  queued = 0

  constructor(socket: WorkerSocket) {
    this.#socket = socket
    this.#writer = socket.writable.getWriter()
    this.#writer.closed.catch(() => this.#session?.targetEnded(CloseCode.unreachable))
  }

  /** Starts reading, for `session`. */
  start(session: Session): void {
    this.#session = session
    this.#read(session).catch(() => session.targetEnded(CloseCode.unreachable))
  }

  async #read(session: Session): Promise<void> {
    const reader = this.#socket.readable.getReader({ mode: 'byob' })
    for (;;) {
      while (this.#paused) await new Promise<void>((resolve) => { this.#resumed = resolve })
      const { value, done } = await reader.read(new Uint8Array(CHUNK))
      if (done || session.over) return session.targetEnded(0)
      session.targetData(value)
    }
  }

  write(chunk: Uint8Array): void {
    this.queued += chunk.length
    this.#writer.write(chunk).then(() => {
      this.queued -= chunk.length
      this.#session?.targetDrained()
    }, () => this.#session?.targetEnded(CloseCode.unreachable))
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#resumed()
  }

  end(): void {
    this.resume()
    // Data from the client is sent first.
    void this.#writer.close().catch(() => {}).then(() => this.destroy())
  }

  destroy(): void {
    this.resume()
    this.#socket.close().catch(() => {})
  }
}
