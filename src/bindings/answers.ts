import type { Step } from '../core/lane.ts'
import { HOST_FAILED, HOST_PENDING } from '../ffi/host.gen.ts'

/** A pending answer: to a signature request, a round of prompts, or a request for a new password. */
interface Request {
  answer?: Uint8Array
  error?: { reason: unknown }
}

/** The function that a userauth call may ask, and the last request to it. */
interface Asking {
  asked: unknown
  request?: Request | undefined
}

/** Turns an asynchronous function into a callback that C repeats: it returns pending, and then the answer. Each userauth call asks its own function. */
export class Answers {
  readonly #running: () => Step | undefined
  readonly #answered: () => void
  readonly #asking = new WeakMap<Step, Asking>()

  /** @param running returns the step that C is called for now. @param answered is called when a pending callback is worth another attempt. */
  constructor(running: () => Step | undefined, answered: () => void) {
    this.#running = running
    this.#answered = answered
  }

  /** Runs one attempt of a call whose callback will ask `asked`. An error of that function is thrown unchanged. */
  during<T>(step: Step, asked: unknown, attempt: () => T): T {
    const asking = this.#asking.get(step) ?? { asked }
    asking.asked = asked
    this.#asking.set(step, asking)
    try {
      return attempt()
    } catch (error) {
      const { request } = asking
      this.#asking.delete(step)
      request?.answer?.fill(0)
      throw request?.error ? request.error.reason : error
    }
  }

  /**
   * Implements C's callback: starts the question, then looks for the answer.
   * @param how asks, and returns bytes that nothing else uses: they are zeroed when C has them.
   */
  ask<T>(how: (asked: T) => Uint8Array | Promise<Uint8Array>): Uint8Array | number {
    const step = this.#running()
    const asking = step && this.#asking.get(step)
    if (asking?.asked === undefined) return HOST_FAILED
    asking.request ??= this.#begin(how, asking.asked as T)
    const { answer, error } = asking.request
    if (error) return HOST_FAILED
    if (!answer) return HOST_PENDING
    asking.request = undefined
    return answer
  }

  /** Asks in a separate task: C is running now, and the function may call the session. */
  #begin<T>(how: (asked: T) => Uint8Array | Promise<Uint8Array>, asked: T): Request {
    const request: Request = {}
    Promise.resolve(asked).then(how)
      .then((answer) => { request.answer = answer })
      .catch((reason: unknown) => { request.error = { reason } })
      .finally(this.#answered)
    return request
  }
}
