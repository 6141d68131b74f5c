/// What a server remarks about a file is a hint, not the truth: size, type, limits and whether it appends. A refusal to tell is no failure of what is
/// under way. This is the one place that says what each remark is worth; OpenSSH's `sftp` copes with the same servers (docs/in-the-wild.md).
import type { SftpPath } from '../../bindings/sftp/context.ts'
import type { SftpAttributes } from '../../bindings/sftp/attributes.ts'
import { SftpError } from '../../errors/ssh-error.ts'
import { LIBSSH2_FX_CONNECTION_LOST, LIBSSH2_FX_NO_CONNECTION, LIBSSH2_FX_NO_SUCH_FILE, LIBSSH2_FX_NO_SUCH_PATH, LIBSSH2_FXF_APPEND } from '../../ffi/constants.gen.ts'
import { WireFormatError } from '../../wire-format/wire-format-error.ts'
import { type FileKind, kindOfMode, SftpStat } from './attributes.ts'
import type { RemoteHandle, SftpRequests, Signal } from './requests.ts'

// Refusals

/** True where the server would not, or could not say; false where the connection or the caller ended it. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof WireFormatError) return true
  return error instanceof SftpError && error.status !== LIBSSH2_FX_CONNECTION_LOST && error.status !== LIBSSH2_FX_NO_CONNECTION
}

/** True for the refusal that there is no such file or directory. */
export function isMissing(error: unknown): boolean {
  return error instanceof SftpError && (error.status === LIBSSH2_FX_NO_SUCH_FILE || error.status === LIBSSH2_FX_NO_SUCH_PATH)
}

/** The answer; `undefined` where the server refuses to tell. */
export async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw error
  }
}

/**
 * True if an open was refused for what may be too many files open at a time. Few servers say so: OpenSSH answers a bare failure, which may also mean
 * something else, so that whoever tries again with fewer learns which.
 */
export function isShortage(error: unknown): boolean {
  if ((error as { code?: unknown } | null)?.code === 'EMFILE') return true
  if (!(error instanceof SftpError) || (error.operation !== 'open' && error.operation !== 'opendir')) return false
  return error.code === 'ERR_SFTP_FAILURE' || /too many|handle|resource|limit|concurren/i.test(error.message)
}

// Size

/** What FSTAT says about an open file, or STAT of its path; nothing where the server tells neither. */
export async function aboutOpened(requests: SftpRequests, handle: RemoteHandle, signal: Signal): Promise<SftpStat> {
  return await unlessRefused(requests.fstat(handle, signal)) ?? await unlessRefused(requests.stat(handle.path, signal)) ?? new SftpStat({})
}

/** A size that can be true of a file with content: some servers send -1, and files of /proc have 0 and are not empty. */
export function saidSize({ filesize }: SftpAttributes): number | undefined {
  return filesize !== undefined && filesize > 0 && Number.isSafeInteger(filesize) ? filesize : undefined
}

/** Sizes of a page: every file of /sys has that of one, whatever is in it. */
const PAGES: readonly (number | undefined)[] = [4096, 16384, 65536]

/** True if the end came before the size that was said, and nothing explains it. @param again what is said now: a file of /sys keeps its size, one that has been cut does not. */
export function endedEarly(said: number | undefined, found: number, again: number | undefined): boolean {
  return said !== undefined && found < said && !(PAGES.includes(said) && again === said)
}

// Appending

/**
 * Opens a file. Some servers go by the offset of a write although the file was opened for appending, which would write over its beginning; others ignore
 * the offset. So both are given: the flag, and the size as offset, the larger of what the path has before and the file has after.
 */
export async function openFile(requests: SftpRequests, path: SftpPath, flags: number, attributes: SftpAttributes, signal: Signal): Promise<RemoteHandle> {
  if (!(flags & LIBSSH2_FXF_APPEND)) return requests.open(path, flags, attributes, signal)
  const looking = requests.stat(path, signal).catch(() => undefined)
  const [handle, before] = await Promise.all([requests.open(path, flags, attributes, signal), looking])
  try {
    const after = await unlessRefused(requests.fstat(handle, signal))
    handle.append = Math.max((before && saidSize(before)) ?? 0, (after && saidSize(after)) ?? 0)
    return handle
  } catch (error) {
    requests.close(handle).catch(() => {})
    throw error
  }
}

// Type

/** What the line of `ls -l` begins with. */
const LETTERS: Readonly<Record<string, FileKind>> = { '-': 'file', d: 'directory', l: 'link', b: 'other', c: 'other', p: 'other', s: 'other' }

/** What a listing tells about an entry: its mode or, where that has no type, the first letter of its line. */
export function kindOfEntry(permissions: number | undefined, longentry: string): FileKind | undefined {
  return kindOfMode(permissions) ?? (/^[-dlbcps][-r]/.test(longentry) ? LETTERS[longentry[0] as string] : undefined)
}

/** What a path leads to, from a server whose answers have no type: a directory is what can be opened as one. */
export async function withKind(requests: SftpRequests, path: SftpPath, said: SftpStat, signal: Signal): Promise<SftpStat> {
  if (said.kind) return said
  const directory = await unlessRefused(requests.opendir(path, signal))
  if (directory) requests.close(directory).catch(() => {})
  return new SftpStat(said, directory ? 'directory' : 'file')
}

/** What an entry is that a listing told no type of. `guessed` if no answer had one: then a link cannot be told from what it leads to. */
export async function lookUpKind(requests: SftpRequests, path: SftpPath, signal: Signal): Promise<{ readonly kind: FileKind, readonly guessed: boolean }> {
  const stat = await unlessRefused(requests.lstat(path, signal))
  const kind = stat?.kind ?? (await unlessRefused(requests.stat(path, signal)))?.kind
  if (kind) return { kind, guessed: !stat?.kind }
  return { kind: (await withKind(requests, path, new SftpStat({}), signal)).kind as FileKind, guessed: true }
}
