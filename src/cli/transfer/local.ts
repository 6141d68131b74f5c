import { mkdir, stat } from 'node:fs/promises'
import { reasonOf } from '../../errors/reason-of.ts'
import type { LocalStat } from '../../runtime/local-files.ts'
import { localFiles } from '../../transports/local-files/node.ts'
import { named, type Path } from './copy.ts'
import { localWords } from './words.ts'

/** What is at a local path, links followed; or why that cannot be told, in the system's words. */
export async function lookAt(path: Path): Promise<LocalStat | string> {
  try {
    const found = await localFiles.look(path, true)
    if (found) return found
    // Once more, for the reason.
    await stat(named(path))
    return 'No such file or directory'
  } catch (error) {
    return localWords(error) ?? reasonOf(error)
  }
}

/**
 * Makes one directory, without those above: like scp and sftp, which do not guess where a tree should go. An existing name is left to fail at what is put into it.
 * @returns whether it is new @throws the system's error
 */
export async function makeOne(path: Path, mode: number): Promise<boolean> {
  try {
    await mkdir(named(path), mode)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
