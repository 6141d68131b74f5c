import type { Again, SessionContext } from '../session-context.ts'

/** Channels that the server opened, until somebody accepts them. */
export class AcceptQueue<T> {
  readonly #context: SessionContext
  readonly #waiting: T[] = []

  constructor(context: SessionContext) {
    this.#context = context
  }

  push(item: T): void {
    this.#waiting.push(item)
    this.#context.driver.release()
  }

  accept(): T | Again {
    const item = this.#waiting.shift()
    if (item !== undefined) return item
    return this.#context.pending({ name: [this] })
  }
}
