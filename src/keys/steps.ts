/**
 * Work that can be done in two ways: later, loading modules when they are needed and using WebCrypto where possible, or now, for callers that cannot
 * wait and have loaded all parts before. It is a generator that yields each step, and receives its result.
 */
export type Steps<R> = Generator<Step<unknown>, R, unknown>

/** One asynchronous step, and how to get it synchronously. */
export interface Step<T> {
  later(): Promise<T>
  /** @throws Error if it is not available synchronously */
  now(): T
}

/** The result of a step. */
export function* take<T>(step: Step<T>): Steps<T> {
  return (yield step) as T
}

/** Does the work, awaiting each step. */
export async function later<R>(steps: Steps<R>): Promise<R> {
  let turn = steps.next()
  while (!turn.done) {
    const step = turn.value
    const outcome = await step.later().then((value) => () => steps.next(value), (error: unknown) => () => steps.throw(error))
    turn = outcome()
  }
  return turn.value
}

/** Does the work synchronously. @throws Error if a part has not been loaded */
export function now<R>(steps: Steps<R>): R {
  let turn = steps.next()
  while (!turn.done) {
    let value: unknown
    try {
      value = turn.value.now()
    } catch (error) {
      turn = steps.throw(error)
      continue
    }
    turn = steps.next(value)
  }
  return turn.value
}

/** Something that is loaded when it is first needed; who works at once has said before where it is. */
export class Part<T> implements Step<T> {
  readonly later: () => Promise<T>
  #get: (() => T) | undefined

  constructor(load: () => Promise<T>) {
    this.later = load
  }

  /** From now on it can be had at once. @param get is called each time that it is needed */
  provide(get: () => T): void {
    this.#get = get
  }

  now(): T {
    if (!this.#get) throw new Error('a part that is needed at once has not been loaded')
    return this.#get()
  }
}
