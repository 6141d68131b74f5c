import type { SftpAttributes } from '../../bindings/sftp/attributes.ts'
import type { SftpPath } from '../../bindings/sftp/context.ts'
import type { FileKind } from '../protocol/attributes.ts'
import { parentPath } from '../protocol/paths.ts'
import { isRefusal, unlessRefused, withKind } from '../protocol/remarks.ts'
import type { SftpRequests, Signal } from '../protocol/requests.ts'

/**
 * Creates a directory and its parents; an existing one is no error. Servers report an existing directory and a missing parent with any status. So after a
 * refusal this looks at the path itself, then creates its parent, and tries the name once more. If the server refuses again, that is the error.
 * @param attributes of each new one.
 * @returns whether this directory is new.
 */
export async function makeDirectories(requests: SftpRequests, path: SftpPath, attributes: SftpAttributes, signal: Signal): Promise<boolean> {
  try {
    await requests.mkdir(path, attributes, signal)
    return true
  } catch (error) {
    if (!isRefusal(error)) throw error
    const there = await kindAt(requests, path, signal)
    if (there === 'directory') return false
    const parent = parentPath(path)
    if (there !== undefined || parent === null) throw error
    await makeDirectories(requests, parent, attributes, signal)
  }
  try {
    await requests.mkdir(path, attributes, signal)
    return true
  } catch (error) {
    if (!isRefusal(error) || await kindAt(requests, path, signal) !== 'directory') throw error
    return false
  }
}

async function kindAt(requests: SftpRequests, path: SftpPath, signal: Signal): Promise<FileKind | undefined> {
  const stat = await unlessRefused(requests.stat(path, signal))
  return stat && (await withKind(requests, path, stat, signal)).kind
}
