import { LIBSSH2_ERROR_EAGAIN } from '../../ffi/constants.gen.ts'
import type { Again, Calls } from '../calls.ts'

/** What the server opened unasked, until somebody accepts it. */
export class AcceptQueue<T> {
  readonly #calls: Calls
  readonly #waiting: T[] = []

  constructor(calls: Calls) {
    this.#calls = calls
  }

  push(item: T): void {
    this.#waiting.push(item)
    this.#calls.driver.release()
  }

  accept(): T | Again {
    const item = this.#waiting.shift()
    if (item !== undefined) return item
    return this.#calls.attempt<T>({ key: 'accept' }, () => LIBSSH2_ERROR_EAGAIN)
  }
}
