/**
 * Work that can be done in two ways: later, where modules load when they are needed and WebCrypto does what it can, or now, for callers that cannot wait, who
 * have loaded all parts before. It is a generator that gives each step, and gets what came of it.
 */
export type Steps<R> = Generator<Step<unknown>, R, unknown>

/** One thing that takes its time, and how to have it at once. */
export interface Step<T> {
  later(): Promise<T>
  /** @throws Error where it cannot be had at once */
  now(): T
}

/** What came of a step. */
export function* take<T>(step: Step<T>): Steps<T> {
  return (yield step) as T
}

/** Does the work, waiting for each step. */
export async function later<R>(steps: Steps<R>): Promise<R> {
  let turn = steps.next()
  while (!turn.done) {
    const step = turn.value
    const outcome = await step.later().then((value) => () => steps.next(value), (error: unknown) => () => steps.throw(error))
    turn = outcome()
  }
  return turn.value
}

/** Does the work at once. @throws Error where a part has not been loaded */
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

/** Something that is loaded when it is first needed; who works at once has set it before. */
export class Part<T> implements Step<T> {
  readonly later: () => Promise<T>
  #loaded: { readonly value: T } | undefined

  constructor(load: () => Promise<T>) {
    this.later = load
  }

  /** From now on it can be had at once. */
  set(value: T): void {
    this.#loaded = { value }
  }

  now(): T {
    if (!this.#loaded) throw new Error('a part that is needed at once has not been loaded')
    return this.#loaded.value
  }
}
