import type { SftpAttributes } from '../../bindings/sftp/attributes.ts'
import type { SftpPath } from '../../bindings/sftp/context.ts'
import { SftpError } from '../../errors/ssh-error.ts'
import { parentPath, readDirectory } from './listing.ts'
import { forEachParallel } from './parallel.ts'
import type { SftpRequests, Signal } from '../protocol/requests.ts'
import { isMissing } from '../transfer/shared.ts'

/** Removals under way at a time. */
const PARALLEL = 16

/** Makes a directory and those above it; one that exists is no error. @param attributes of each new one. */
export async function makeDirectories(requests: SftpRequests, path: SftpPath, attributes: SftpAttributes, signal: Signal): Promise<void> {
  try {
    await requests.mkdir(path, attributes, signal)
  } catch (error) {
    if (!(error instanceof SftpError)) throw error
    const parent = parentPath(path)
    if (isMissing(error) && parent !== null) {
      await makeDirectories(requests, parent, attributes, signal)
      return makeDirectories(requests, path, attributes, signal)
    }
    if (!await isDirectory(requests, path, signal)) throw error
  }
}

async function isDirectory(requests: SftpRequests, path: SftpPath, signal: Signal): Promise<boolean> {
  try {
    return (await requests.stat(path, signal)).isDirectory()
  } catch (error) {
    if (error instanceof SftpError) return false
    throw error
  }
}

/** Removes a directory with all that is below it. Symbolic links are removed, not followed. */
export async function removeTree(requests: SftpRequests, path: SftpPath, signal: Signal): Promise<void> {
  const directories: SftpPath[] = []
  await forEachParallel(readDirectory(requests, path, signal), PARALLEL, async (entry) => {
    if (entry.isDirectory()) directories.push(entry.path)
    else await requests.remove(entry.path, signal)
  })
  for (const directory of directories) await removeTree(requests, directory, signal)
  await requests.rmdir(path, signal)
}
