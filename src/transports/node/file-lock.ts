import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A lock that stays the same for so long was left behind by a process that has ended, in milliseconds: what is done under a lock takes a few. */
export const LEFT_BEHIND = 5000
/** Between two attempts, in milliseconds. */
const PAUSE = 10

/** Says whether the lock is still held. A process that was stopped for longer than LEFT_BEHIND has lost it. */
export type Holding = () => boolean

/**
 * Does `work` while no other process, thread or store does so under the lock of this file: `FILE.lock`, which exists for that time. `work` does
 * not wait, so that nothing else of this process holds the lock up. In a folder that takes no new files there is no lock, and `work` is done without.
 */
export async function underLock<T>(file: string, work: (holding: Holding) => T): Promise<T> {
  const lock = `${file}.lock`, mine = randomUUID()
  for (let seen: string | undefined, since = 0;;) {
    const taken = take(lock, mine)
    if (taken === 'cannot be made') return work(() => true)
    if (taken) {
      const holding = () => owner(lock) === mine
      try {
        return work(holding)
      } finally {
        if (holding()) rmSync(lock)
      }
    }
    const other = owner(lock), now = performance.now()
    if (other !== seen) [seen, since] = [other, now]
    else if (other !== undefined && now - since > LEFT_BEHIND) remove(lock, other)
    await sleep(PAUSE * (1 + Math.random()))
  }
}

function take(lock: string, mine: string): boolean | 'cannot be made' {
  try {
    writeFileSync(lock, mine, { flag: 'wx', mode: 0o644 })
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EEXIST' ? false : 'cannot be made'
  }
}

/** The name that the lock's owner has written into it; undefined if there is no lock, empty if it cannot be read. */
function owner(lock: string): string | undefined {
  try {
    return readFileSync(lock, 'utf8')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : ''
  }
}

/** Removes the lock of this owner. Two processes may do so at once: the one that is late has taken the lock of a third one away, and puts it back. */
function remove(lock: string, left: string): void {
  const aside = `${lock}-${randomUUID()}`
  try {
    renameSync(lock, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  try {
    if (owner(aside) !== left) linkSync(aside, lock)
  } catch (error) {
    // The place is taken again: the third one will see that it no longer holds the lock.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(aside)
  }
}
