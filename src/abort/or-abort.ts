import { onAbort } from './on-abort.ts'

/**
 * The answer, or a rejection with the signal's reason as soon as it aborts.
 * @param discard gets an answer that comes after that, to close what it contains.
 */
export function orAbort<T>(answer: T | PromiseLike<T>, signal: AbortSignal | undefined, discard: (late: T) => unknown = () => {}): Promise<T> {
  if (!signal) return Promise.resolve(answer)
  return new Promise((resolve, reject) => {
    let gone = false
    const stop = onAbort(signal, () => {
      gone = true
      reject(signal.reason as Error)
    })
    Promise.resolve(answer).then((value) => {
      if (gone) return discard(value)
      stop()
      return resolve(value)
    }, (error: Error) => {
      stop()
      reject(error)
    // Nobody handles an error of `discard` any more.
    }).catch(() => {})
  })
}
