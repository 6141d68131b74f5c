/// The memory that all sessions together may hold.

export class Budget {
  readonly total: number
  #left: number
  readonly #waiting = new Set<() => void>()

  /** @param total bytes */
  constructor(total: number) {
    this.total = total
    this.#left = total
  }

  get used(): number {
    return this.total - this.#left
  }

  /** @returns whether there were so many */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false
    this.#left -= bytes
    return true
  }

  give(bytes: number): void {
    this.#left += bytes
    // Each may take all that there is; who gets nothing asks again. The longest waiting comes first.
    for (const waiting of [...this.#waiting]) {
      if (this.#left <= 0) break
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
