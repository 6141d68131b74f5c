import { encodeText, joinBytes } from '../wire-format/bytes.ts'
import type { LiveChannel } from './live-channel.ts'

/** Default milliseconds between packets, as in OpenSSH. */
const INTERVAL = 20
/** The random part of an interval: a tenth. */
const FUZZ = 0.1
/** How long chaff continues after the last key: 1,024 to 3,072 ms. */
const CHAFF_LEAST = 1024, CHAFF_MORE = 2048
/** So many bytes at once are not typed: they are written without delay. */
const BULK = 256
/** A timer this late (ms) belongs to a hidden page, in which browsers run timers once a second. */
const LATE = 500

/** The interval in milliseconds; 0 for none. @throws TypeError or RangeError for an invalid option */
export function keystrokeInterval(option: boolean | number | undefined): number {
  if (option === undefined || typeof option === 'boolean') return option ? INTERVAL : 0
  if (typeof option !== 'number') throw new TypeError('obscureKeystrokes must be true, false or a number of milliseconds')
  if (!Number.isInteger(option) || option < 1 || option > 1000) throw new RangeError('obscureKeystrokes must be 1 to 1000 milliseconds')
  return option
}

/** A random number from 0 to below 1. */
const chance = () => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32

/**
 * The input of a terminal, whose packets do not reveal when a key was pressed (OpenSSH's ObscureKeystrokeTiming): the first key is sent at once,
 * the following ones on ticks at a fixed rate, and each tick without a key sends a PING of the same size (`ping@openssh.com`), for one to three seconds after the last key.
 */
export class Keystrokes {
  readonly #live: LiveChannel
  readonly #interval: number
  /** Keys that wait for the next tick. */
  #waiting: Uint8Array[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Added to each interval of the current burst. */
  #rate = 0
  #due = 0
  #chaffUntil = 0
  /** The write in progress; and the failure of an earlier one. */
  #sending: Promise<void> | undefined
  #failure: { readonly reason: unknown } | undefined

  /** @param interval of `keystrokeInterval` */
  constructor(live: LiveChannel, interval: number) {
    this.#live = live
    this.#interval = interval
    void live.over.then(() => this.#stop())
    live.onEnd(() => this.#stop())
  }

  /** Accepts keys. Data that was not typed is written at once, after the keys that wait. @throws the error of an earlier write */
  async write(chunk: Uint8Array | string): Promise<void> {
    this.#check()
    // Invalid chunks get their error from the channel.
    const data = typeof chunk === 'string' ? encodeText(chunk, 'a chunk') : chunk
    if (!(data instanceof Uint8Array) || data.length + this.#size() >= BULK) return this.#atOnce(data)
    this.#chaffUntil = performance.now() + CHAFF_LEAST + CHAFF_MORE * chance()
    if (this.#timer !== undefined) {
      this.#waiting.push(data.slice())
      return
    }
    this.#rate = this.#interval * FUZZ * chance()
    this.#next()
    // A write of the previous burst, if the server's window was full.
    await this.#sending
    this.#check()
    await this.#live.write(data)
  }

  /** Writes the keys that wait. */
  async flush(): Promise<void> {
    this.#stop()
    await this.#sending
    this.#check()
    const rest = this.#taken()
    if (rest.length > 0) await this.#live.write(rest)
  }

  #check(): void {
    if (this.#failure) throw this.#failure.reason
  }

  async #atOnce(data: Uint8Array): Promise<void> {
    await this.flush()
    await this.#live.write(data)
  }

  #size(): number {
    return this.#waiting.reduce((sum, { length }) => sum + length, 0)
  }

  #taken(): Uint8Array {
    return joinBytes(this.#waiting.splice(0))
  }

  #next(): void {
    const wait = this.#interval * (1 - FUZZ) + this.#interval * FUZZ * chance() + this.#rate
    this.#due = performance.now() + wait
    this.#timer = setTimeout(() => this.#tick(), wait)
  }

  #tick(): void {
    const now = performance.now()
    this.#timer = undefined
    const late = now - this.#due > LATE
    if (this.#waiting.length > 0) {
      if (!this.#sending) this.#send(this.#taken())
    } else if (now >= this.#chaffUntil || late) return
    else if (!this.#sending) this.#chaff()
    this.#next()
  }

  /** The next write gets the error. */
  #send(data: Uint8Array): void {
    this.#sending = this.#live.write(data).then(() => { this.#sending = undefined }, (reason: unknown) => {
      this.#sending = undefined
      this.#failure = { reason }
      this.#stop()
    })
  }

  /** If the session has ended, readers and writers get its error. */
  #chaff(): void {
    try {
      this.#live.channel.session.sendPing()
    } catch {
      this.#stop()
    }
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
