import { orAbort } from '../../abort/or-abort.ts'
import { isShortage } from '../protocol/remarks.ts'

interface Attempt {
  /** Nothing else was in flight at any moment of it. */
  alone: boolean
}

/**
 * Places for work that needs open files. Servers have fewer than they say, or do not say. If an open may have been refused because too many files are
 * open, the work is tried again with one place less, when another has ended, and at last alone. If it is refused then, the reason is another.
 */
export class Slots {
  #limit: number
  readonly #active = new Set<Attempt>()
  readonly #waiting: (() => void)[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The places left of those at the beginning. */
  get limit(): number {
    return this.#limit
  }

  /** @param work can ask whether it has been alone so far. @throws its error, or the signal's reason. */
  async take<T>(signal: AbortSignal | undefined, work: (alone: () => boolean) => Promise<T>): Promise<T> {
    for (;;) {
      while (this.#active.size >= this.#limit) await orAbort(new Promise<void>((resolve) => { this.#waiting.push(resolve) }), signal)
      const attempt = this.#enter()
      try {
        return await work(() => attempt.alone)
      } catch (error) {
        if (attempt.alone || !isShortage(error)) throw error
        this.#limit = Math.max(1, Math.min(this.#limit, this.#active.size - 1))
      } finally {
        this.#active.delete(attempt)
        for (const wake of this.#waiting.splice(0)) wake()
      }
    }
  }

  #enter(): Attempt {
    // Among several, none has been alone since the second entered.
    if (this.#active.size === 1) for (const other of this.#active) other.alone = false
    const attempt = { alone: this.#active.size === 0 }
    this.#active.add(attempt)
    return attempt
  }
}
