import { pathText, type SftpPath } from '../../bindings/sftp/context.ts'
import { printable } from '../../errors/printable.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { isForeignName } from '../protocol/paths.ts'
import { lookUpKind } from '../protocol/remarks.ts'
import type { SftpRequests, Signal } from '../protocol/requests.ts'
import { SftpEntry } from './entry.ts'
import { Told } from './told.ts'

/** The deepest nesting of directories; OpenSSH's `get -r` stops at 64. A server that lists more invents them. */
const DEEPEST = 128

/** An entry, and how far it can be trusted. */
export interface Listed {
  readonly entry: SftpEntry
  /** The name would lead out of the directory. */
  readonly foreign: boolean
  /** No reply gave its kind: it may be a link. */
  readonly guessed: boolean
}

/** Every entry of a directory except `.`, `..` and empty names, in the server's order. Leaving the loop closes the directory. */
export async function* listEverything(requests: SftpRequests, path: SftpPath, signal: Signal): AsyncGenerator<Listed, void, undefined> {
  const handle = await requests.opendir(path, signal)
  try {
    const told = new Told()
    for (let names = await requests.readdir(handle, signal); names; names = await requests.readdir(handle, signal)) {
      const isNew = told.isNew(names)
      if (told.isOver) break
      if (!isNew) continue
      for (const name of names) {
        if (isNothing(name.filenameBytes)) continue
        const entry = new SftpEntry(path, name)
        if (isForeignName(name.filenameBytes)) yield { entry, foreign: true, guessed: true }
        else if (entry.kind) yield { entry, foreign: false, guessed: false }
        else {
          const { kind, guessed } = await lookUpKind(requests, entry.path, signal)
          yield { entry: new SftpEntry(path, name, kind), foreign: false, guessed }
        }
      }
    }
  } finally {
    requests.close(handle).catch(() => {})
  }
}

/** `.`, `..` and empty names: the directory itself, or the one above. */
function isNothing(name: Uint8Array): boolean {
  return name.length < 3 && name.every((byte) => byte === 0x2e)
}

/** Every entry, as an array: the directory needs no handle afterwards. */
export async function listAll(requests: SftpRequests, path: SftpPath, signal: Signal): Promise<Listed[]> {
  const entries: Listed[] = []
  for await (const entry of listEverything(requests, path, signal)) entries.push(entry)
  return entries
}

/** The entries of a directory without `.` and `..`, and without names that would lead out of it, in the server's order. Leaving the loop closes the directory. */
export async function* readDirectory(requests: SftpRequests, path: SftpPath, signal: Signal): AsyncGenerator<SftpEntry, void, undefined> {
  for await (const { entry, foreign } of listEverything(requests, path, signal)) if (!foreign) yield entry
}

/** Everything below `path`, a directory before its content. Symbolic links are included, but not followed. */
export async function* walkDirectory(requests: SftpRequests, path: SftpPath, signal: Signal): AsyncGenerator<SftpEntry, void, undefined> {
  const directories = [{ path, depth: 0 }]
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    const { depth } = directory
    checkDepth(directory.path, depth)
    const below: typeof directories = []
    for await (const entry of readDirectory(requests, directory.path, signal)) {
      yield entry
      if (entry.isDirectory()) below.push({ path: entry.path, depth: depth + 1 })
    }
    directories.push(...below.reverse())
  }
}

/** @throws SSHError `ERR_SFTP_TREE_TOO_DEEP` for a tree that does not end. */
export function checkDepth(path: SftpPath, depth: number): void {
  if (depth <= DEEPEST) return
  throw new SSHError(`more than ${DEEPEST} nested directories: ${printable(pathText(path) ?? '')}`, { code: 'ERR_SFTP_TREE_TOO_DEEP' })
}
