/// How often something may happen in a period, for each key.

/** The number of keys at which those with an elapsed period are forgotten. */
const MANY = 1024

export class Rate {
  readonly #most: () => number
  readonly #while: number
  readonly #counts = new Map<string, { since: number, count: number }>()

  /** @param most how often in `span` milliseconds */
  constructor(most: () => number, span: number) {
    this.#most = most
    this.#while = span
  }

  /** Counts one event. @returns whether that is within the rate */
  allows(key: string, now = Date.now()): boolean {
    const entry = this.#entry(key, now)
    entry.count++
    return entry.count <= this.#most()
  }

  /** Whether the rate is used up. Counts nothing. */
  exhausted(key: string, now = Date.now()): boolean {
    const entry = this.#counts.get(key)
    return entry !== undefined && now - entry.since < this.#while && entry.count >= this.#most()
  }

  #entry(key: string, now: number): { since: number, count: number } {
    const known = this.#counts.get(key)
    if (known && now - known.since < this.#while) return known
    if (this.#counts.size > MANY) for (const [other, { since }] of this.#counts) if (now - since >= this.#while) this.#counts.delete(other)
    const entry = { since: now, count: 0 }
    this.#counts.set(key, entry)
    return entry
  }
}
