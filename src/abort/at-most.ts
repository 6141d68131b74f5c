import { after } from './milliseconds.ts'

/** Milliseconds that a peer has for an answer that nobody needs, e.g. to a CLOSE. */
export const PEER_GRACE = 1000

/** Resolves when `work` has settled, successfully or not, or after so many milliseconds. Never rejects. */
export function atMost(wait: number, work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const stop = after(wait, resolve)
    const settled = () => {
      stop()
      resolve()
    }
    work.then(settled, settled)
  })
}
