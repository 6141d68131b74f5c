import { after } from '../../abort/milliseconds.ts'

const running = new Set<Promise<void>>()
/** Milliseconds. */
const LONGEST = 5000

/** Remembers an update of host keys until it is done. */
export async function underWay(work: Promise<void>): Promise<void> {
  running.add(work)
  try {
    await work
  } finally {
    running.delete(work)
  }
}

/** Waits until no update is under way, so that the end of a short command does not end it; but not for ever. */
export async function hostKeysSettled(): Promise<void> {
  let stopClock = () => {}
  const late = new Promise<void>((resolve) => { stopClock = after(LONGEST, resolve) })
  await Promise.race([Promise.allSettled(running), late])
  stopClock()
}
