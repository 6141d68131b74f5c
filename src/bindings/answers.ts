import { HOST_FAILED, HOST_PENDING } from '../ffi/host.ts'

/** An answer on its way: to a signature request, a round of prompts, a request for a new password. */
interface Request {
  answer?: Uint8Array
  error?: { reason: unknown }
}

/** Turns somebody who takes their time into a callback that C repeats: pending, then the answer. One at a time, as userauth is. */
export class Answers {
  readonly #answered: () => void
  #asked: unknown
  #request: Request | undefined

  constructor(answered: () => void) {
    this.#answered = answered
  }

  /** Runs one attempt of a call whose callback will ask `asked`. An error of theirs is thrown as it is. */
  during(asked: unknown, attempt: () => number): number {
    this.#asked = asked
    try {
      return attempt()
    } catch (error) {
      const failed = this.#request?.error
      this.#request = undefined
      throw failed ? failed.reason : error
    } finally {
      this.#asked = undefined
    }
  }

  /** What C's callback does: begins to ask, then looks for the answer. */
  ask<T>(how: (asked: T) => Uint8Array | Promise<Uint8Array>): Uint8Array | number {
    if (this.#asked === undefined) return HOST_FAILED
    this.#request ??= this.#begin(how, this.#asked as T)
    const { answer, error } = this.#request
    if (error) return HOST_FAILED
    if (!answer) return HOST_PENDING
    this.#request = undefined
    return answer
  }

  /** Asks in a task of its own: C is running now, and whoever is asked may call the session. */
  #begin<T>(how: (asked: T) => Uint8Array | Promise<Uint8Array>, asked: T): Request {
    const request: Request = {}
    Promise.resolve(asked).then(how)
      .then((answer) => { request.answer = checkedBytes(answer) })
      .catch((reason: unknown) => { request.error = { reason } })
      .finally(this.#answered)
    return request
  }
}

function checkedBytes(answer: unknown): Uint8Array {
  if (answer instanceof Uint8Array) return answer
  throw new TypeError('the answer must be a Uint8Array')
}
