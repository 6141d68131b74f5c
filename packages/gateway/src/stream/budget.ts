/// The memory that all sessions together may hold: a part that each of them has for itself, and a pool for those that need more.
import { RESERVE } from '../policy/limits.ts'

export class Budget {
  readonly total: number
  #places: number
  #pool: number
  readonly #waiting = new Set<() => void>()

  /** @param total bytes @param sessions so many always find a place: what others hold cannot take it */
  constructor(total: number, sessions: number) {
    this.total = total
    this.#places = Math.min(sessions, Math.floor(total / RESERVE))
    this.#pool = total - this.#places * RESERVE
  }

  /** Bytes that are taken. */
  get used(): number {
    return this.total - this.#pool - this.#places * RESERVE
  }

  /** `RESERVE` bytes for one more session. @returns whether there were so many */
  reserve(): boolean {
    if (this.#places === 0) return false
    this.#places--
    return true
  }

  release(): void {
    this.#places++
  }

  /** More for a session. @returns whether there was so much */
  take(bytes: number): boolean {
    if (bytes > this.#pool) return false
    this.#pool -= bytes
    return true
  }

  give(bytes: number): void {
    this.#pool += bytes
    // Each may take all that there is; who gets nothing asks again. The longest waiting comes first.
    for (const waiting of [...this.#waiting]) {
      if (this.#pool <= 0) break
      this.#waiting.delete(waiting)
      waiting()
    }
  }

  /** Calls back once when there is some again. */
  wait(again: () => void): void {
    this.#waiting.add(again)
  }

  forget(again: () => void): void {
    this.#waiting.delete(again)
  }
}
