/// When to try again.

/** Milliseconds in which the pause stays short, since most outages are short. */
const EAGER = 30_000
const SHORT = 500
const LONGEST = 15_000

export class Retry {
  #attempt = 0
  #since = 0
  #pause = SHORT

  /** Attempts so far. */
  get attempt(): number {
    return this.#attempt
  }

  /** The link was lost, or the network has changed: the next attempt is at once, and the ones after it soon. */
  reset(now: number): void {
    this.#attempt = 0
    this.#since = now
    this.#pause = SHORT
  }

  /** Milliseconds to wait before the next attempt, which this counts. @param chance from 0 to 1 */
  next(now: number, chance = Math.random()): number {
    this.#attempt++
    if (this.#attempt === 1) return 0
    if (now - this.#since > EAGER) this.#pause = Math.min(LONGEST, this.#pause * 2)
    return this.#pause * (0.7 + 0.6 * chance)
  }
}
