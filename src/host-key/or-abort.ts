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
    stop = () => reject(signal.reason as Error)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([answer, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
