import { after } from './milliseconds.ts'
import { onAbort } from './on-abort.ts'

/** Resolves after so many milliseconds. @throws the signal's reason, at once, when it aborts; its timer is gone then */
export async function pause(wait: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const stopListening = onAbort(signal, () => {
      stopClock()
      reject(signal!.reason as Error)
    })
    const stopClock = after(wait, () => {
      stopListening()
      resolve()
    })
  })
}
