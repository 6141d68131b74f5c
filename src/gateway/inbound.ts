/// Data from the gateway: passed to the reader in order, each byte once, and acknowledged when it has been passed on.
import type { PortSink } from '../runtime/transport.ts'

/** Milliseconds after which an ACK is sent anyway. */
const ACK_TIME = 25

export class Inbound {
  readonly #ackBytes: () => number
  readonly #sendAck: (position: number) => void
  readonly #finished: (reason: number) => void
  #sink: PortSink | undefined
  /** Data that has arrived and nobody has taken: before `start`, and while the reader pauses. */
  #waiting: Uint8Array[] = []
  #paused = true
  /** Bytes of the stream that have arrived. */
  #received = 0
  #passedOn = 0
  #acked = 0
  /** Bytes that the gateway sends again although they have arrived. */
  #again = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #end: { readonly position: number, readonly reason: number } | undefined
  #over = false

  /** @param ackBytes bytes after which an ACK goes out at once @param finished called once, when the stream has ended and all of it was passed on */
  constructor(ackBytes: () => number, sendAck: (position: number) => void, finished: (reason: number) => void) {
    this.#ackBytes = ackBytes
    this.#sendAck = sendAck
    this.#finished = finished
  }

  get received(): number {
    return this.#received
  }

  start(sink: PortSink): void {
    this.#sink = sink
    this.resume()
  }

  /** A new socket delivers the stream from `position` on, which the gateway regards as acknowledged. */
  resumedFrom(position: number): void {
    this.#again = this.#received - position
    this.#acked = Math.max(this.#acked, position)
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#ackLater()
  }

  data(data: Uint8Array): void {
    const fresh = this.#again >= data.length ? undefined : data.subarray(this.#again)
    this.#again -= data.length - (fresh?.length ?? 0)
    if (!fresh || this.#over) return
    this.#received += fresh.length
    if (this.#paused) this.#waiting.push(fresh)
    else this.#pass(fresh)
    this.#settle()
  }

  /** The stream ends at `position`. @returns false if it has not come so far, or has gone further. */
  end(position: number, reason: number): boolean {
    if (position !== this.#received) return false
    this.#end = { position, reason }
    this.#settle()
    return true
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    if (!this.#sink) return
    this.#paused = false
    while (this.#waiting.length > 0 && !this.#paused) this.#pass(this.#waiting.shift() as Uint8Array)
    this.#settle()
  }

  stop(): void {
    this.#over = true
    this.#waiting = []
    clearTimeout(this.#timer)
  }

  #pass(chunk: Uint8Array): void {
    this.#passedOn += chunk.length
    this.#sink?.data(chunk)
    if (this.#passedOn - this.#acked >= this.#ackBytes()) this.#ack()
    else this.#ackLater()
  }

  #settle(): void {
    if (this.#over || !this.#end || this.#passedOn < this.#end.position || !this.#sink) return
    this.stop()
    this.#ack()
    this.#finished(this.#end.reason)
  }

  #ackLater(): void {
    if (this.#timer !== undefined || this.#passedOn <= this.#acked || this.#over) return
    this.#timer = setTimeout(() => this.#ack(), ACK_TIME)
  }

  #ack(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#passedOn <= this.#acked) return
    this.#acked = this.#passedOn
    this.#sendAck(this.#acked)
  }
}
