/// The few assertions of the suite.

export function equal(actual: unknown, expected: unknown, what: string): void {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (one !== other) throw new Error(`${what}: ${one}, not ${other}`)
}

export function ensure(condition: boolean, what: string): void {
  if (!condition) throw new Error(what)
}

type ErrorKind<E> = abstract new (...args: never[]) => E

/** What `work` rejects with, which must be of that kind. */
export async function rejection<E extends Error>(kind: ErrorKind<E>, work: Promise<unknown>): Promise<E> {
  const error = await reasonOf(work)
  if (error instanceof kind) return error
  throw new Error(`rejected with something else than ${kind.name}: ${String(error)}`, { cause: error })
}

/** What `work` rejects with, whatever it is. */
export async function reasonOf(work: Promise<unknown>): Promise<unknown> {
  const settled = await work.then((value) => ({ value }), (error: unknown) => ({ error }))
  if ('error' in settled) return settled.error
  throw new Error(`should have been rejected, but gave ${String(settled.value)}`)
}

export const pause = (milliseconds: number) => new Promise<void>((resolve) => { setTimeout(resolve, milliseconds) })

/** Rejects if `work` takes longer. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing after ${milliseconds} ms`)), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
