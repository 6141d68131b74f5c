import { LIBSSH2_ERROR_EAGAIN } from '../ffi/constants.gen.ts'
import type { Again, SessionContext } from './session-context.ts'

interface Work<T> {
  result?: { readonly value: T }
  error?: { readonly reason: unknown }
}

/** Turns work that takes its time into a call that is repeated: EAGAIN, and in the end what came of it. */
export class AsyncCall {
  readonly #context: SessionContext
  readonly #begun = new Map<string, Work<unknown>>()

  constructor(context: SessionContext) {
    this.#context = context
  }

  /** Begins `start` at the first call with this key, and gives its result to the call that finds it done. */
  call<T>(key: string, start: () => Promise<T>): T | Again {
    const work = (this.#begun.get(key) ?? this.#begin(key, start)) as Work<T>
    if (!work.result && !work.error) return this.#context.attempt<T>({ key }, () => LIBSSH2_ERROR_EAGAIN)
    this.#begun.delete(key)
    if (work.error) throw work.error.reason
    return (work.result as { value: T }).value
  }

  #begin<T>(key: string, start: () => Promise<T>): Work<T> {
    const work: Work<T> = {}
    this.#begun.set(key, work)
    start().then((value) => { work.result = { value } }, (reason: unknown) => { work.error = { reason } }).finally(() => this.#context.driver.wake())
    return work
  }
}
