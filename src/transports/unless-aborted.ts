import { orAbort } from '../abort/or-abort.ts'

/** What `connecting` gives, or a rejection with the signal's reason at once. For runtimes that cannot end an attempt: a connection that comes late is discarded. */
export async function unlessAborted<T>(connecting: Promise<T>, signal: AbortSignal | undefined, discard: (late: T) => void): Promise<T> {
  try {
    return await orAbort(connecting, signal)
  } catch (error) {
    connecting.then(discard, () => {})
    throw error
  }
}
