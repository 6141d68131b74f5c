/// Runtimes without files: says what to do instead.
import { SSHError } from '../../errors/ssh-error.ts'
import type { LocalEntry, LocalFile, LocalOpenMode, LocalPath } from '../../runtime/local-files.ts'

const noFiles = () => new SSHError('this runtime has no local files: give a Blob, a Uint8Array or a stream instead of a path', { code: 'ERR_NO_LOCAL_FILES' })

export function openLocalFile(_path: LocalPath, _how: LocalOpenMode): Promise<LocalFile> {
  return Promise.reject(noFiles())
}

export function listLocalDirectory(_path: LocalPath): Promise<LocalEntry[]> {
  return Promise.reject(noFiles())
}

export function makeLocalDirectory(_path: LocalPath): Promise<void> {
  return Promise.reject(noFiles())
}

export function joinLocalPath(_folder: LocalPath, _name: string): string {
  throw noFiles()
}

export function isForeignName(_name: string): boolean {
  return true
}
