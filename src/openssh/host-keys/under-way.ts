import { atMost } from '../../abort/at-most.ts'

/** The last update of each connection, by its settings. */
const updates = new WeakMap<object, Promise<void>>()
/** Milliseconds. */
const LONGEST = 5000

/** Remembers an update of a connection's host keys. */
export function underWay(settings: object, work: Promise<void>): Promise<void> {
  updates.set(settings, work)
  return work
}

/** Waits until a connection's update is over, so that the end of a short command does not end it; but not for ever. */
export async function hostKeysSettled(settings: object): Promise<void> {
  const update = updates.get(settings)
  if (update) await atMost(LONGEST, update)
}
