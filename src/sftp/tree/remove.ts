import type { SftpPath } from '../../bindings/sftp/context.ts'
import { isRefusal, unlessMissing, unlessRefused } from '../protocol/remarks.ts'
import type { SftpRequests, Signal } from '../protocol/requests.ts'
import { checkDepth, listAll, type Listed } from './listing.ts'
import { forEachParallel } from './parallel.ts'

/** Removals in flight at a time. */
const PARALLEL = 16

/**
 * Removes a directory with everything below it. Symbolic links are removed, not followed; names that would lead out of it are not touched. The directory is listed
 * completely first, because some servers lose their place in a listing when entries are removed. An entry that somebody else removes meanwhile is no error.
 */
export async function removeTree(requests: SftpRequests, path: SftpPath, signal: Signal, depth = 0): Promise<void> {
  checkDepth(path, depth)
  const directories: SftpPath[] = []
  await forEachParallel(await listAll(requests, path, signal), PARALLEL, async (listed) => {
    if (!await removeUnlessDirectory(requests, listed, signal)) directories.push(listed.entry.path)
  })
  for (const directory of directories) await unlessMissing(removeTree(requests, directory, signal, depth + 1))
  await requests.rmdir(path, signal)
}

async function removeUnlessDirectory(requests: SftpRequests, { entry, foreign, guessed }: Listed, signal: Signal): Promise<boolean> {
  if (foreign) return true
  if (!entry.isDirectory()) {
    await unlessMissing(requests.remove(entry.path, signal))
    return true
  }
  // A possible link to a directory is first removed as a link.
  return guessed && await unlessRefused(requests.remove(entry.path, signal).then(() => true)) === true
}

/** Removes a path of any kind. If the server does not say which, it tries, a file first: a link is never followed. */
export async function removeAny(requests: SftpRequests, path: SftpPath, signal: Signal): Promise<void> {
  const stat = await requests.lstat(path, signal)
  if (stat.isDirectory()) return removeTree(requests, path, signal)
  try {
    await requests.remove(path, signal)
  } catch (error) {
    if (stat.kind || !isRefusal(error)) throw error
    await removeTree(requests, path, signal)
  }
}
