/// Data from the client to the target, and how far it is acknowledged.
import type { TargetSide } from './sides.ts'

/** While the target has not taken so many bytes, nothing is acknowledged: this slows a client down. */
const QUEUE_HIGH = 1 << 20
const ACK_TIME = 25

export class Upstream {
  readonly #target: TargetSide
  readonly #window: number
  readonly #ackBytes: number
  readonly #sendAck: ((position: number) => void) | undefined
  #received = 0
  #acked = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param ackBytes bytes after which an ACK is sent at once @param sendAck absent if the protocol has no ACK */
  constructor(target: TargetSide, window: number, ackBytes: number, sendAck: ((position: number) => void) | undefined) {
    this.#target = target
    this.#window = window
    this.#ackBytes = ackBytes
    this.#sendAck = sendAck
  }

  get received(): number {
    return this.#received
  }

  /** The target takes no more at present. */
  get congested(): boolean {
    return this.#target.queued >= QUEUE_HIGH
  }

  /** @returns false if the client has sent more than the window allows */
  data(chunk: Uint8Array): boolean {
    this.#received += chunk.length
    if (this.#sendAck && this.#received - this.#acked > this.#window) return false
    this.#target.write(chunk)
    this.#settle()
    return true
  }

  /** The target has taken some. */
  drained(): void {
    this.#settle()
  }

  /** A client has been told the received position, which counts as an ACK. */
  resumed(): void {
    this.stop()
    this.#acked = this.#received
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #settle(): void {
    if (!this.#sendAck || this.#received === this.#acked || this.congested) return
    if (this.#received - this.#acked >= this.#ackBytes) this.#ack()
    else this.#timer ??= setTimeout(() => this.#ack(), ACK_TIME)
  }

  #ack(): void {
    this.stop()
    if (this.congested || this.#received === this.#acked) return
    this.#acked = this.#received
    this.#sendAck?.(this.#acked)
  }
}
