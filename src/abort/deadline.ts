import { after, milliseconds } from './milliseconds.ts'
import { checkSignal, onAbort } from './on-abort.ts'
import { orAbort } from './or-abort.ts'

/** Asks a person a question: the clock of a `Deadline` stops until there is an answer, and an abort does not wait for it. */
export type Ask = <T>(question: () => T | PromiseLike<T>) => Promise<T>

/** Makes the reason for which a deadline ends by itself. */
export type Expired = (milliseconds: number) => unknown

/**
 * The scope of work in several steps: one signal, one time limit, and everything to dispose of if the work fails.
 * `using deadline = new Deadline(signal, milliseconds)`; every step goes through `run`; at the end `keep()` lets the created objects live on.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController()
  readonly #owned: Disposable[] = []
  #expired: Expired = timedOut
  #limit = Infinity
  /** Milliseconds that were left when the clock was last started. */
  #left = Infinity
  #startedAt = 0
  #asking = 0
  /** It has ended, or the work has. */
  over = false
  #stopClock = () => {}
  #stopListening = () => {}

  /** @throws TypeError, RangeError as `milliseconds()` does. */
  constructor(signal?: AbortSignal | undefined, limit?: number | undefined, expired?: Expired) {
    this.begin(signal, limit, expired)
    // The one listener of its own signal, which would otherwise come and go with each step.
    onAbort(this.signal, () => {})
  }

  /** Aborts with the caller's reason, or with that of the time limit. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Follows a signal and a limit from now on: for work that owns something before these have been checked. */
  begin(signal: AbortSignal | undefined, limit = Infinity, expired: Expired = timedOut): void {
    checkSignal(signal)
    this.#limit = this.#left = milliseconds(limit, 'the time limit')
    this.#expired = expired
    this.#stopListening = onAbort(signal, () => this.end(signal?.reason))
    this.#startClock()
  }

  #startClock(): void {
    this.#startedAt = performance.now()
    this.#stopClock = after(this.#left, () => this.end(this.#expired(this.#limit)))
  }

  /** The result of `work`, or a rejection at once when the deadline ends. @param discard gets a result that comes after that, to close it. */
  run<T>(work: T | PromiseLike<T>, discard?: (late: T) => unknown): Promise<T> {
    return orAbort(work, this.signal, discard)
  }

  /** Like `run`, for a question to a person: meanwhile the clock stops. */
  readonly ask: Ask = async (question) => {
    if (this.#asking++ === 0) {
      this.#stopClock()
      this.#left -= performance.now() - this.#startedAt
    }
    try {
      return await this.run(question())
    } finally {
      if (--this.#asking === 0 && !this.over) this.#startClock()
    }
  }

  /** Disposes of `thing` with the deadline, unless `keep()` is called first. The last one is disposed of first. */
  own<T extends Disposable>(thing: T): T {
    this.#owned.push(thing)
    return thing
  }

  /** `thing` has another owner from now on. */
  disown(thing: Disposable): void {
    const at = this.#owned.indexOf(thing)
    if (at >= 0) this.#owned.splice(at, 1)
  }

  /** The work has succeeded: owned objects live on. */
  keep(): void {
    this.#owned.length = 0
  }

  /** Ends it now: running steps reject with `reason`. */
  end(reason: unknown): void {
    if (this.over) return
    this.#stop()
    this.#controller.abort(reason)
  }

  #stop(): void {
    this.over = true
    this.#stopClock()
    this.#stopListening()
  }

  [Symbol.dispose](): void {
    this.#stop()
    for (const thing of this.#owned.splice(0).reverse()) {
      try {
        thing[Symbol.dispose]()
      } catch {
        // The caller must see the failure of the work itself.
      }
    }
  }
}

const timedOut: Expired = (limit) => new DOMException(`timed out after ${limit} ms`, 'TimeoutError')
