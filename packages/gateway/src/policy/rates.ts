/// How often something may happen in a while, for each key.

/** Keys after which the ones that have had their while are forgotten. */
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

  /** Counts one more. @returns whether that is within the rate */
  allows(key: string, now = Date.now()): boolean {
    const entry = this.#entry(key, now)
    entry.count++
    return entry.count <= this.#most()
  }

  /** Whether as many as may be have been counted. Counts nothing. */
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
