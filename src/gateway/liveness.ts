/// Whether the link to the gateway is alive. A half-open socket gives no sign of its own: only an answer does.
import { isVisible } from './wake-events.ts'

/** Milliseconds of silence after which an idle link is checked: most proxies cut at 60 s. */
const SILENCE = 5_000
const SILENCE_HIDDEN = 30_000
/** Milliseconds without a message after something was sent, from which on the server may not be blamed for its silence. */
const DOUBT = 500
/** Milliseconds between checks: while an answer is expected, and otherwise. */
const SOON = 100
const LATER = 1000

export interface LivenessEvents {
  /** Asks for a sign of life. Does nothing if the protocol has no PING. */
  ping(): void
  /** Nothing was heard for `patience`. */
  dead(): void
}

export class Liveness {
  readonly #events: LivenessEvents
  readonly #patience: number
  readonly #asks: boolean
  #heard: number
  /** When the oldest unacknowledged byte was sent. */
  #unacked: number | undefined
  #asked: number | undefined
  #told = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #due = 0
  #stopped = false

  /** @param patience milliseconds: half of it until the PING, the other half for the answer. @param asks false if the protocol has no PING. */
  constructor(patience: number, asks: boolean, events: LivenessEvents) {
    this.#patience = patience
    this.#asks = asks
    this.#events = events
    this.#heard = Date.now()
    this.#plan(LATER)
  }

  /** A message has arrived, whatever its content. */
  heard(): void {
    this.#heard = Date.now()
    this.#asked = undefined
    this.#told = false
  }

  /** Bytes were sent, or acknowledged. @param left whether some are still unacknowledged @param progress an ACK arrived */
  unacked(left: boolean, progress = false): void {
    if (!left) this.#unacked = undefined
    else if (this.#unacked === undefined || progress) this.#unacked = Date.now()
    if (left) this.#plan(SOON)
  }

  /** The network may have changed. */
  wake(): void {
    if (this.#asked === undefined) this.ask()
  }

  /** Asks now. */
  ask(): void {
    if (!this.#asks || this.#stopped) return
    this.#asked ??= Date.now()
    this.#events.ping()
    this.#plan(SOON)
  }

  /** Something was sent a while ago, and nothing has been heard since. */
  get doubtful(): boolean {
    const sent = this.#unacked
    return sent !== undefined && Date.now() - sent > DOUBT && this.#heard < sent
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #look(): void {
    const now = Date.now()
    const half = this.#patience / 2
    const quiet = this.#unacked === undefined ? undefined : now - Math.max(this.#unacked, this.#heard)
    if (this.#asked !== undefined) {
      if (now - this.#asked >= half) this.#dead()
    } else if (quiet !== undefined && quiet >= half) {
      if (this.#asks) this.ask()
      else if (quiet >= this.#patience) this.#dead()
    } else if (now - this.#heard >= (isVisible() ? SILENCE : SILENCE_HIDDEN)) this.ask()
    this.#plan(this.#asked !== undefined || this.#unacked !== undefined ? SOON : LATER)
  }

  #dead(): void {
    if (this.#told) return
    this.#told = true
    this.#events.dead()
  }

  /** Sets the one timer; an earlier check replaces a later one. */
  #plan(wait: number): void {
    const due = Date.now() + wait
    if (this.#stopped || (this.#timer !== undefined && this.#due <= due)) return
    clearTimeout(this.#timer)
    this.#due = due
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#look()
    }, wait)
    ;(this.#timer as { unref?: () => void }).unref?.()
  }
}
