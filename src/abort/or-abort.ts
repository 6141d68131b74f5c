import { onAbort } from './on-abort.ts'

/** The answer, or a rejection with the signal's reason as soon as it aborts; the answer is then ignored. */
export async function orAbort<T>(answer: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return answer
  if (signal.aborted) {
    // Nobody listens to the answer any more: it may fail unheard.
    Promise.resolve(answer).catch(() => {})
    throw signal.reason
  }
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => {
    stop = onAbort(signal, () => reject(signal.reason as Error))
  })
  try {
    return await Promise.race([answer, aborted])
  } finally {
    stop()
  }
}
