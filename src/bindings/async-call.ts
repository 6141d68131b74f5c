import { Step } from '../core/lane.ts'
import { LIBSSH2_ERROR_EAGAIN } from '../ffi/constants.gen.ts'
import type { Again, SessionContext } from './session-context.ts'

/** Turns asynchronous JavaScript work into a call that is repeated: it returns EAGAIN, and in the end the result. */
export class AsyncCall {
  readonly #context: SessionContext
  /** Calls from outside the driver that have not received their result yet. */
  readonly #direct: Step[] = []

  constructor(context: SessionContext) {
    this.#context = context
    void context.ended.then(() => { this.#direct.length = 0 })
  }

  /**
   * Starts `start` at the first attempt of this call, and returns its result to the attempt that finds it done.
   * @param seenThrough an abort does not end the work, whose result is then disposed of.
   */
  call<T>(call: readonly unknown[], start: () => Promise<T>, seenThrough = false): T | Again {
    return this.callWith(call, start, (result: T): T | Again => result, seenThrough)
  }

  /** Like `call`, but `use` makes a call of C with the result, which is kept for the next attempt as long as `use` returns EAGAIN. */
  callWith<V, T>(call: readonly unknown[], start: () => Promise<V>, use: (result: V) => T | Again, seenThrough = false): T | Again {
    const step = this.#begin(call, start, seenThrough)
    if (!step.outcome) return this.#context.pending({ step })
    this.#context.driver.over(step.lane, step.call)
    let over = true
    try {
      const result = use(step.recall<V>())
      over = result !== LIBSSH2_ERROR_EAGAIN
      return result
    } finally {
      if (over) this.#forget(step)
    }
  }

  #begin(call: readonly unknown[], start: () => Promise<unknown>, seenThrough: boolean): Step {
    const direct = this.#direct.find((step) => step.is(undefined, call))
    const { current } = this.#context.driver
    const step = current?.step(undefined, call, direct) ?? direct ?? new Step(undefined, call)
    if (current) this.#forget(step)
    else if (!direct) this.#direct.push(step)
    if (!step.resume) {
      step.resume = () => {}
      step.seenThrough = seenThrough
      new Promise((resolve) => { resolve(start()) }).then((value) => { step.outcome = { value } }, (reason: unknown) => { step.outcome = { error: { reason } } })
        .finally(() => this.#context.driver.wake())
    }
    return step
  }

  /** The caller has its result: the next identical call starts anew. */
  #forget(step: Step): void {
    const at = this.#direct.indexOf(step)
    if (at >= 0) this.#direct.splice(at, 1)
  }
}
