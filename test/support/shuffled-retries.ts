import { LIBSSH2_ERROR_EAGAIN, type Session } from '../../src/bindings/index.ts'
import type { Random } from './random.ts'

type Done<T> = Exclude<T, typeof LIBSSH2_ERROR_EAGAIN>

/** Uses the bindings by hand: every call that would block waits in one list, which is retried in a new order whenever `session.wait()` resolves. */
export class ShuffledRetries {
  readonly #session: Session
  readonly #random: Random
  #waiting: (() => boolean)[] = []
  #running = false

  constructor(session: Session, random: Random) {
    this.#session = session
    this.#random = random
  }

  complete<T>(call: () => T): Promise<Done<T>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        try {
          const result = call()
          if ((Array.isArray(result) ? result[0] : result) === LIBSSH2_ERROR_EAGAIN) return false
          resolve(result as Done<T>)
        } catch (error) {
          reject(error)
        }
        return true
      })
      if (!this.#running) void this.#run()
    })
  }

  /** Ends when nothing waits. Calls added while it runs are retried with the others. */
  async #run(): Promise<void> {
    this.#running = true
    await undefined
    while (this.#waiting.length > 0) {
      const before = this.#waiting
      this.#waiting = []
      const left = this.#random.shuffle(before).filter((attempt) => !attempt())
      this.#waiting.push(...left)
      // The receiver of a result may make its next call at once.
      await new Promise((resolve) => { setImmediate(resolve) })
      if (this.#waiting.length === left.length && left.length === before.length) await this.#session.wait()
    }
    this.#running = false
  }
}
