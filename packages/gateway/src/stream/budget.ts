/// The memory for all sessions together: a part that each of them has for itself, and a pool for those that need more.
import { RESERVE } from '../policy/limits.ts'

export class Budget {
  readonly total: number
  #places: number
  #pool: number
  readonly #waiting = new Set<() => void>()

  /** @param total bytes @param sessions so many always find a place: the pool cannot take it from them */
  constructor(total: number, sessions: number) {
    this.total = total
    this.#places = Math.min(sessions, Math.floor(total / RESERVE))
    this.#pool = total - this.#places * RESERVE
  }

  /** Bytes in use. */
  get used(): number {
    return this.total - this.#pool - this.#places * RESERVE
  }

  /** Reserves `RESERVE` bytes for one more session. @returns whether they were available */
  reserve(): boolean {
    if (this.#places === 0) return false
    this.#places--
    return true
  }

  release(): void {
    this.#places++
  }

  /** Takes more for a session. @returns whether that much was available */
  take(bytes: number): boolean {
    if (bytes > this.#pool) return false
    this.#pool -= bytes
    return true
  }

  give(bytes: number): void {
    this.#pool += bytes
    // Each may take all that is available, and asks again if it gets nothing. The longest waiting comes first.
    for (const waiting of [...this.#waiting]) {
      if (this.#pool <= 0) break
      this.#waiting.delete(waiting)
      waiting()
    }
  }

  /** Calls back once when memory is available again. */
  wait(again: () => void): void {
    this.#waiting.add(again)
  }

  forget(again: () => void): void {
    this.#waiting.delete(again)
  }
}
