/** What `connecting` gives, or a rejection with the signal's reason at once. For runtimes that cannot end an attempt: a connection that comes late is discarded. */
export async function unlessAborted<T>(connecting: Promise<T>, signal: AbortSignal | undefined, discard: (late: T) => void): Promise<T> {
  let stop = () => {}
  const aborted = new Promise<never>((_, reject) => { stop = () => reject(signal?.reason) })
  signal?.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([connecting, aborted])
  } catch (error) {
    connecting.then(discard, () => {})
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
