import type { SftpPath } from '../../bindings/sftp/context.ts'
import { concatBytes, decodeText, encodeText, equalBytes } from '../../wire-format/bytes.ts'
import type { SftpStat } from '../protocol/attributes.ts'
import type { NamedFile, SftpRequests, Signal } from '../protocol/requests.ts'

/** One entry of a directory. */
export class SftpEntry {
  /** As text; what is not UTF-8 in it is replaced. */
  readonly filename: string
  /** The name's own bytes. */
  readonly filenameBytes: Uint8Array
  /** The directory's path and the name, good for further calls: bytes where the name is not UTF-8. */
  readonly path: SftpPath
  /** A line as `ls -l` prints it, made by the server. */
  readonly longentry: string
  /** Of the entry itself: a symbolic link is not followed. */
  readonly attributes: SftpStat

  /** For `readdir` and `walk`. */
  constructor(directory: SftpPath, { filenameBytes, longentry, attributes }: NamedFile) {
    this.filename = decodeText(filenameBytes)
    this.filenameBytes = filenameBytes
    this.path = joinPath(directory, equalBytes(encodeText(this.filename), filenameBytes) ? this.filename : filenameBytes)
    this.longentry = longentry
    this.attributes = attributes
  }

  /** True for a regular file. */
  isFile(): boolean {
    return this.attributes.isFile()
  }

  /** True for a directory. */
  isDirectory(): boolean {
    return this.attributes.isDirectory()
  }

  /** True for a symbolic link itself. */
  isSymbolicLink(): boolean {
    return this.attributes.isSymbolicLink()
  }
}

/** SFTP has one separator, on every server. */
export function joinPath(directory: SftpPath, name: SftpPath): SftpPath {
  const bare = directory.length === 0
  if (typeof directory === 'string' && typeof name === 'string') return bare || directory.endsWith('/') ? directory + name : `${directory}/${name}`
  const bytes = encodeText(directory)
  return concatBytes(bytes, encodeText(bare || bytes.at(-1) === 0x2f ? '' : '/'), encodeText(name))
}

/** Everything above the last name of a path; `null` where there is nothing above. */
export function parentPath(path: SftpPath): SftpPath | null {
  const bytes = encodeText(path)
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0x2f) end--
  while (end > 0 && bytes[end - 1] !== 0x2f) end--
  while (end > 1 && bytes[end - 1] === 0x2f) end--
  if (end === 0) return null
  const parent = bytes.subarray(0, end)
  return typeof path === 'string' ? decodeText(parent) : parent
}

/** The entries of a directory without `.` and `..`, in the server's order. Leaving the loop closes the directory. */
export async function* readDirectory(requests: SftpRequests, path: SftpPath, signal: Signal): AsyncGenerator<SftpEntry, void, undefined> {
  const handle = await requests.opendir(path, signal)
  try {
    for (let names = await requests.readdir(handle, signal); names; names = await requests.readdir(handle, signal)) {
      for (const name of names) {
        const entry = new SftpEntry(path, name)
        if (entry.filename !== '.' && entry.filename !== '..') yield entry
      }
    }
  } finally {
    requests.close(handle).catch(() => {})
  }
}

/** Everything below `path`, a directory before what is in it. Symbolic links are told, and not followed. */
export async function* walkDirectory(requests: SftpRequests, path: SftpPath, signal: Signal): AsyncGenerator<SftpEntry, void, undefined> {
  const directories: SftpPath[] = [path]
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    const below: SftpPath[] = []
    for await (const entry of readDirectory(requests, directory, signal)) {
      yield entry
      if (entry.isDirectory()) below.push(entry.path)
    }
    directories.push(...below.reverse())
  }
}
