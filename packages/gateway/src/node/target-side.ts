import type { Socket } from 'node:net'
import type { TargetSide } from '../stream/sides.ts'

/** Milliseconds that a target has to take the remaining bytes. */
const GRACE = 30_000

/** A Node TCP connection as a session's target. */
export class TcpTarget implements TargetSide {
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
  }

  /** Reports events to the session. */
  start(session: { targetData(chunk: Uint8Array): void, targetDrained(): void, targetEnded(reason: number): void }, failed: number): void {
    const socket = this.#socket
    socket.on('data', (chunk: Uint8Array) => session.targetData(chunk))
    socket.on('end', () => session.targetEnded(0))
    socket.on('error', () => session.targetEnded(failed))
    socket.on('close', () => session.targetEnded(failed))
    this.#drained = () => session.targetDrained()
  }

  #drained = () => {}

  get queued(): number {
    return this.#socket.writableLength
  }

  write(chunk: Uint8Array): void {
    if (!this.#socket.destroyed && !this.#socket.writableEnded) this.#socket.write(chunk, () => this.#drained())
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  end(): void {
    const socket = this.#socket
    // A target that has ended and keeps reading is not waited for.
    const grace = setTimeout(() => socket.destroy(), GRACE)
    grace.unref()
    socket.once('close', () => clearTimeout(grace))
    socket.resume()
    socket.destroySoon()
  }

  destroy(): void {
    this.#socket.destroy()
  }
}
