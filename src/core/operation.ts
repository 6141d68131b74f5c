import { LIBSSH2_ERROR_EAGAIN } from '../ffi/constants.gen.ts'
import { isSameCall, type Lane, Step } from './lane.ts'

/** What a call of the bindings returns while it would block: the number itself, or a tuple that begins with it. */
export type Again = typeof LIBSSH2_ERROR_EAGAIN

/** The functions that are called at the end of an operation. */
export interface Settle<T> {
  resolve(result: T): void
  reject(reason: unknown): void
  /** Gets the result of an operation whose caller has gone (law 7), to close the object it made. */
  discard?: ((late: T) => void) | undefined
}

/**
 * A function that is repeated until it no longer returns EAGAIN. Each attempt starts from the beginning. The calls of C that it makes are steps, and a
 * step that is done is not made again. So a function may make several calls, in sequence or side by side. If it works off its own list, it may shorten the
 * list: a call that it no longer makes is done. But the same call twice in a row counts as one, since it cannot be told from a function that starts again.
 */
export class Operation<T = unknown> {
  /** Counts the operations of a driver: they are served in the order in which they were requested. */
  readonly number: number
  /** The number of the channel, if this attempt looked at only one: the operation is then parked until something arrives for it. */
  source: number | undefined
  /** True once the caller has gone. */
  detached = false
  readonly #function: () => T
  readonly #settle: Settle<Exclude<T, Again>>
  #calls = 0
  #attempts = 0
  #steps: Step[] | undefined
  /** Where in `#steps` this attempt is. */
  #next = 0
  #failed = false
  /** The result of the function, while steps of it are still in progress. */
  #result: { readonly value: T } | undefined

  constructor(number: number, repeated: () => T, settle: Settle<Exclude<T, Again>>) {
    this.number = number
    this.#function = repeated
    this.#settle = settle
  }

  /** Counts a call of C. An operation that makes several in one attempt waits for more than one of them, so it is not parked. */
  calls(): void {
    this.#calls += 1
    this.source = undefined
  }

  /** The call has returned EAGAIN, and only packets of one channel can change that. */
  waitsFor(source: number | undefined): void {
    if (this.#calls === 1) this.source = source
  }

  /** True while libssh2 is in the middle of a call of this operation. */
  get midway(): boolean {
    return this.#steps?.some((step) => step.midway) ?? false
  }

  /**
   * The step of a call: one that an earlier attempt has begun, or a new one.
   * @param begun the same call, begun outside the driver: it continues here.
   */
  step(lane: Lane | undefined, call: readonly unknown[], begun?: Step): Step {
    const steps = this.#steps ??= []
    let at = this.#next
    while (steps[at]?.is(lane, call) === false) at++
    const step = steps[at] ?? begun ?? new Step(lane, call)
    if (!steps[at]) steps.splice(this.#next, 0, step)
    // Steps that the function skips are done: if its list contains the same call again, that is another one.
    else if (at > this.#next) this.#steps = steps.filter(({ outcome }, other) => !outcome || other < this.#next || other >= at)
    this.#next = this.#steps.indexOf(step) + 1
    step.owner = this
    step.attempt = this.#attempts
    return step
  }

  /** For calls that return a different result each time: once such a call is over, it is no longer a step of this operation. */
  forget(step: Step): void {
    const at = this.#steps?.indexOf(step) ?? -1
    if (at < 0) return
    this.#steps?.splice(at, 1)
    if (at < this.#next) this.#next -= 1
  }

  /**
   * The call that the function made at this place in its last attempt, where it is not over and the function now makes the same kind of call with another
   * last argument.
   */
  leaves(lane: Lane, call: readonly unknown[]): Step | undefined {
    const steps = this.#steps?.slice(this.#next)
    if (!steps || steps.some((step) => step.is(lane, call))) return undefined
    const kind = call.slice(0, -1)
    return steps.find((step) => !step.outcome && step.lane === lane && isSameCall(step.call.slice(0, -1), kind))
  }

  /** True if an earlier call of this lane is not over: the function continued although it got EAGAIN. */
  outruns(step: Step): boolean {
    for (const earlier of this.#steps ?? []) {
      if (earlier === step) return false
      if (earlier.lane === step.lane && !earlier.outcome) return true
    }
    return false
  }

  /** One attempt. True once the operation is over, or no longer wanted. */
  attempt(): boolean {
    this.#calls = this.#next = 0
    this.#attempts += 1
    this.source = undefined
    try {
      const result = this.#result ? this.#result.value : this.#function()
      if (isAgain(result)) {
        this.#dropFinished()
        this.#finishSteps((step) => step.midway && step.attempt < this.#attempts)
        return this.#unwanted()
      }
      if (!this.#result) this.#dropUnmade()
      this.#result = { value: result }
      if (!this.#finishSteps()) return this.#unwanted()
      if (this.detached) this.#settle.discard?.(result as Exclude<T, Again>)
      else this.#settle.resolve(result as Exclude<T, Again>)
    } catch (error) {
      if (!this.detached) this.#settle.reject(error)
      if (this.midway) return this.#seeThrough()
    }
    return true
  }

  /** A call that an earlier attempt made in vain, and the last one not any more, is not made. */
  #dropUnmade(): void {
    this.#steps = this.#steps?.filter((step) => step.outcome || step.midway || step.written > 0 || step.attempt === this.#attempts)
  }

  #unwanted(): boolean {
    return this.detached && !this.midway
  }

  /** If nothing is in progress, the function itself returned EAGAIN: it waits for a different answer from the one that it got. */
  #dropFinished(): void {
    if (this.#calls > 0 || !this.#steps?.every(({ outcome }) => outcome)) return
    this.#steps = undefined
  }

  /** Completes the calls that the function has begun, even if the function did not wait for them, or has moved on to something else, which would wait for the lane for ever. */
  #finishSteps(which = (step: Step): unknown => step): boolean {
    let finished = true
    for (const step of this.#steps ?? []) {
      if (step.outcome || !step.resume || !which(step)) continue
      if (step.midway || !this.outruns(step)) step.resume()
      finished &&= step.outcome !== undefined
    }
    return finished
  }

  /** The function has failed while libssh2 is in the middle of a call: no other call could use that lane. */
  #seeThrough(): boolean {
    const begun = this.#failed
    this.detached = this.#failed = true
    this.#settle.discard = undefined
    this.#result = { value: undefined as T }
    return begun ? false : this.attempt()
  }
}

function isAgain(result: unknown): boolean {
  return result === LIBSSH2_ERROR_EAGAIN || (Array.isArray(result) && result[0] === LIBSSH2_ERROR_EAGAIN)
}
