import type { Step } from '../core/lane.ts'
import { HOST_FAILED, HOST_PENDING } from '../ffi/host.gen.ts'

/** An answer on its way: to a signature request, a round of prompts, a request for a new password. */
interface Request {
  answer?: Uint8Array
  error?: { reason: unknown }
}

/** The function that is asked in a call of userauth, and the last request to it. */
interface Asking {
  asked: unknown
  request?: Request | undefined
}

/** Turns a function that may take its time into a callback that C repeats: pending, then the answer. Each call of userauth asks the function that it was given. */
export class Answers {
  readonly #running: () => Step | undefined
  readonly #answered: () => void
  readonly #asking = new WeakMap<Step, Asking>()

  /** @param running the step that C is called for now. @param answered is called when a pending callback is worth another try. */
  constructor(running: () => Step | undefined, answered: () => void) {
    this.#running = running
    this.#answered = answered
  }

  /** Runs one attempt of a call whose callback will ask `asked`. An error of that function is thrown as it is. */
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
   * What C's callback does: begins to ask, then looks for the answer.
   * @param how asks, and gives bytes that nobody else has: they are zeroed when C has them.
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

  /** Asks in a task of its own: C is running now, and whoever is asked may call the session. */
  #begin<T>(how: (asked: T) => Uint8Array | Promise<Uint8Array>, asked: T): Request {
    const request: Request = {}
    Promise.resolve(asked).then(how)
      .then((answer) => { request.answer = answer })
      .catch((reason: unknown) => { request.error = { reason } })
      .finally(this.#answered)
    return request
  }
}
