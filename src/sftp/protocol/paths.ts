import type { SftpPath } from '../../bindings/sftp/context.ts'
import { concatBytes, decodeText, encodeText } from '../../wire-format/bytes.ts'

const SLASH = 0x2f

/** SFTP has one separator, on every server. */
export function joinPath(directory: SftpPath, name: SftpPath): SftpPath {
  const bare = directory.length === 0
  if (typeof directory === 'string' && typeof name === 'string') return bare || directory.endsWith('/') ? directory + name : `${directory}/${name}`
  const bytes = encodeText(directory)
  return concatBytes(bytes, encodeText(bare || bytes.at(-1) === SLASH ? '' : '/'), encodeText(name))
}

/** Everything above the last name of a path; `null` if there is nothing above. */
export function parentPath(path: SftpPath): SftpPath | null {
  const bytes = encodeText(path)
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === SLASH) end--
  while (end > 0 && bytes[end - 1] !== SLASH) end--
  while (end > 1 && bytes[end - 1] === SLASH) end--
  if (end === 0) return null
  const parent = bytes.subarray(0, end)
  return typeof path === 'string' ? decodeText(parent) : parent
}

/** The path of a sibling, with a changed last name. The change applies to text; bytes that are not UTF-8 are kept next to it. */
export function besidePath(path: SftpPath, change: (name: string) => string): SftpPath {
  if (typeof path === 'string') {
    const at = path.lastIndexOf('/') + 1
    return path.slice(0, at) + change(path.slice(at))
  }
  const at = path.lastIndexOf(SLASH) + 1
  const marker = '\0'
  const [before = '', after = ''] = change(marker).split(marker)
  return concatBytes(path.subarray(0, at), encodeText(before), path.subarray(at), encodeText(after))
}

/** A name that a directory cannot contain and that would lead elsewhere: `..`, one with a slash or a NUL, or an empty one. */
export function isForeignName(name: Uint8Array): boolean {
  return name.length === 0 || name.includes(SLASH) || name.includes(0) || (name[0] === 0x2e && (name.length === 1 || (name.length === 2 && name[1] === 0x2e)))
}
