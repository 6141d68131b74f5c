import { checkSignal, onAbort } from '../abort/on-abort.ts'
import { isSameCall } from './lane.ts'

/** A call from outside the driver that has returned EAGAIN, and has not been repeated since. */
interface Blocked {
  readonly call: readonly unknown[]
  /** The number of moves at that time. */
  moves: number
  /** Milliseconds by which a wait is delayed because it may belong to this call's caller. */
  delay: number
}

/** The most calls that are remembered. */
const KEPT = 1024

/** The longest delay, in milliseconds, that a timer is set to. */
const LONGEST_DELAY = 2 ** 30

/**
 * The callers that wait until something moves. A wait does not say which call it belongs to, but each caller has made a call that returned EAGAIN
 * before. So a wait ends at once while there is a call that got EAGAIN before the last move and has not been repeated since: its caller may be the
 * one that waits, and its data may already be there. If it was another caller, it waits again although nothing has moved. Then its wait is delayed,
 * twice as long each time, so that an abandoned call does not keep an idle session busy, and no caller waits longer in vain than it was away itself.
 */
export class Waits {
  #moves = 0
  /** The number of moves that callers without a call had seen when a wait last ended. */
  #seen = 0
  /** Keyed by the object of the call: a lane, a channel, … */
  readonly #blocked = new Map<unknown, Blocked[]>()
  readonly #waiters = new Set<() => void>()

  /**
   * Something has come from outside: a caller that waits next without having looked again continues at once. The end of an operation does not
   * count, since a caller that only waits for that would never wait.
   */
  moved(): void {
    this.#moves += 1
  }

  /** Ends every wait. */
  wake(): void {
    if (this.#waiters.size === 0) return
    const waiters = [...this.#waiters]
    this.#waiters.clear()
    for (const wake of waiters) wake()
  }

  /** A call has returned EAGAIN: the moves so far are of no use to it. */
  blocked(on: unknown, call: readonly unknown[]): void {
    this.#seen = this.#moves
    const calls = this.#blocked.get(on) ?? []
    this.#blocked.delete(on)
    this.#blocked.set(on, calls)
    const known = calls.find((one) => isSameCall(one.call, call))
    if (!known) calls.push({ call, moves: this.#moves, delay: 0 })
    else if (known.moves !== this.#moves) Object.assign(known, { moves: this.#moves, delay: 0 })
    if (this.#blocked.size > KEPT) this.#blocked.delete(this.#blocked.keys().next().value)
  }

  /** A call is over: nobody waits for it any more. */
  over(on: unknown, call: readonly unknown[]): void {
    const calls = this.#blocked.get(on)
    if (!calls) return
    const left = calls.filter((one) => !isSameCall(one.call, call))
    if (left.length > 0) this.#blocked.set(on, left)
    else this.#blocked.delete(on)
  }

  /** No more calls can be made there. */
  gone(on: unknown): void {
    this.#blocked.delete(on)
  }

  /** Resolves when it makes sense to repeat a call that returned EAGAIN. Rejects with `signal.reason` when aborted. */
  wait(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      checkSignal(signal)
      if (signal?.aborted) return reject(signal.reason)
      const delay = this.#seen === this.#moves ? this.#delay() : 0
      this.#seen = this.#moves
      if (delay === 0) {
        this.#suspected()
        return resolve()
      }
      let timer: ReturnType<typeof setTimeout> | undefined
      const end = () => {
        clearTimeout(timer)
        this.#waiters.delete(wake)
        stopListening()
      }
      const stopListening = onAbort(signal, () => {
        end()
        reject(signal?.reason)
      })
      const wake = () => {
        end()
        resolve()
      }
      this.#waiters.add(wake)
      if (delay === undefined) return
      timer = setTimeout(() => {
        this.#suspected()
        wake()
      }, delay)
    })
  }

  /** The calls that got EAGAIN before the last move. */
  * #outdated(): Iterable<Blocked> {
    for (const calls of this.#blocked.values()) for (const call of calls) if (call.moves !== this.#moves) yield call
  }

  /** How long a wait is delayed; `undefined` until something moves. */
  #delay(): number | undefined {
    let least: number | undefined
    for (const { delay } of this.#outdated()) least = Math.min(least ?? delay, delay)
    return least
  }

  /** The caller that continues may have made any of these calls. If it has not, the next one waits longer. */
  #suspected(): void {
    for (const call of this.#outdated()) call.delay = Math.min(Math.max(1, 2 * call.delay), LONGEST_DELAY)
  }
}
