import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Milliseconds between two looks at a lock. */
const PAUSE = 100

/** Lets one process at a time do `work`: two builds into one folder would take away each other's files. A lock whose process has ended counts no more. */
export async function alone<T>(lock: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(lock), { recursive: true })
  while (!taken(lock)) await new Promise((resolve) => setTimeout(resolve, PAUSE))
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function taken(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    if (!alive(lock)) rmSync(lock, { force: true })
    return false
  }
}

function alive(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    // Between its creation and its first byte, nobody can say.
    if (pid > 0) process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
