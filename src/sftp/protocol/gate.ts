import { orAbort } from '../../abort/or-abort.ts'

/** Admits a limited number of callers at a time; the others wait in order. */
export class Gate {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(most: number) {
    this.#free = most
  }

  /** Runs `work` when it is its turn. @throws the signal's reason if it aborts before that. */
  async through<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await this.#turn(signal)
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #turn(signal: AbortSignal | undefined): Promise<void> {
    let enter = () => {}
    const entered = new Promise<void>((resolve) => { enter = resolve })
    this.#waiting.push(enter)
    try {
      await orAbort(entered, signal)
    } catch (error) {
      const at = this.#waiting.indexOf(enter)
      if (at < 0) this.#leave()
      else this.#waiting.splice(at, 1)
      throw error
    }
  }

  /** Passes the place to the caller that has waited longest. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free += 1
  }
}
