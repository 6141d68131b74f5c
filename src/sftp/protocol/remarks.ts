/// What a server says about a file is a hint, not the truth: size, type, limits and whether it appends. If it refuses to tell, that does not fail the
/// operation in progress. This is the one place that decides what each statement is worth; OpenSSH's `sftp` copes with the same servers (docs/in-the-wild.md).
import { pathText, type SftpPath } from '../../bindings/sftp/context.ts'
import type { SftpAttributes } from '../../bindings/sftp/attributes.ts'
import { sftpRefusal } from '../../errors/sftp-refusal.ts'
import { SftpError } from '../../errors/ssh-error.ts'
import { LIBSSH2_FX_CONNECTION_LOST, LIBSSH2_FX_NO_CONNECTION, LIBSSH2_FX_NO_SUCH_FILE, LIBSSH2_FX_NO_SUCH_PATH, LIBSSH2_FX_OP_UNSUPPORTED, LIBSSH2_FXF_APPEND, LIBSSH2_FXF_EXCL, LIBSSH2_FXF_TRUNC } from '../../ffi/constants.gen.ts'
import { WireFormatError } from '../../wire-format/wire-format-error.ts'
import { type FileKind, kindOfMode, SftpStat } from './attributes.ts'
import type { RemoteHandle, SftpRequests, Signal } from './requests.ts'

// Refusals

/** True if the server refused or failed the request; false if the connection or the caller ended it. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof WireFormatError) return true
  return error instanceof SftpError && error.status !== LIBSSH2_FX_CONNECTION_LOST && error.status !== LIBSSH2_FX_NO_CONNECTION
}

/** True for the refusal that there is no such file or directory. */
export function isMissing(error: unknown): boolean {
  return error instanceof SftpError && (error.status === LIBSSH2_FX_NO_SUCH_FILE || error.status === LIBSSH2_FX_NO_SUCH_PATH)
}

/** The answer; `undefined` if there is no such file or directory. */
export const unlessMissing = <T>(answer: Promise<T>): Promise<T | undefined> => unless(isMissing, answer)

/** The answer; `undefined` if the server refuses to give it. */
export const unlessRefused = <T>(answer: Promise<T>): Promise<T | undefined> => unless(isRefusal, answer)

async function unless<T>(isExpected: (error: unknown) => boolean, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (isExpected(error)) return undefined
    throw error
  }
}

/**
 * True if an open may have been refused because too many files are open. Few servers say so: OpenSSH answers with a bare failure, which may also mean
 * something else, so a caller that tries again with fewer files finds out.
 */
export function isShortage(error: unknown): boolean {
  if ((error as { code?: unknown } | null)?.code === 'EMFILE') return true
  if (!(error instanceof SftpError) || (error.operation !== 'open' && error.operation !== 'opendir')) return false
  return error.code === 'ERR_SFTP_FAILURE' || /too many|handle|resource|limit|concurren/i.test(error.message)
}

// Size

/** What FSTAT says about an open file, completed from STAT of its path if size or mode are missing. Fields that neither gives are missing. */
export async function aboutOpened(requests: SftpRequests, handle: RemoteHandle, signal: Signal): Promise<SftpStat> {
  const said = await unlessRefused(requests.fstat(handle, signal))
  if (said?.filesize !== undefined && said.permissions !== undefined) return said
  return new SftpStat({ ...await unlessRefused(requests.stat(handle.path, signal)), ...said })
}

/** A size that can be true of a file with content. Some servers send -1, and files of /proc have size 0 without being empty. */
export function saidSize({ filesize }: SftpAttributes): number | undefined {
  return filesize !== undefined && filesize > 0 && Number.isSafeInteger(filesize) ? filesize : undefined
}

/** Page sizes: every file of /sys claims the size of a page, whatever is in it. */
const PAGES: readonly (number | undefined)[] = [4096, 16384, 65536]

/**
 * True if the file ended before its stated size, and nothing explains it. @param again the size stated now: a file of /sys keeps its size, one
 * that has been truncated does not.
 */
export function endedEarly(said: number | undefined, found: number, again: number | undefined): boolean {
  return said !== undefined && found < said && !(PAGES.includes(said) && again === said)
}

// Appending

/**
 * Opens a file. Some servers use the offset of a write although the file was opened for appending, which would overwrite its beginning; others ignore
 * the offset. So both are given: the flag, and the size as offset, the larger of the path's size before and the file's size after.
 * @throws SftpError if the server does not say the size of a file that is to be appended to: 0 might be its beginning.
 */
export async function openFile(requests: SftpRequests, path: SftpPath, flags: number, attributes: SftpAttributes, signal: Signal): Promise<RemoteHandle> {
  if (!(flags & LIBSSH2_FXF_APPEND)) return requests.open(path, flags, attributes, signal)
  const looking = flags & (LIBSSH2_FXF_EXCL | LIBSSH2_FXF_TRUNC) ? 0 : requests.stat(path, signal).then(endOf, (error: unknown) => isMissing(error) ? 0 : undefined)
  const [handle, before] = await Promise.all([requests.open(path, flags, attributes, signal), looking])
  try {
    handle.append = await endOfOpened(requests, handle, before, signal)
    return handle
  } catch (error) {
    const closed = requests.close(handle).catch(() => {})
    // Who reports the failure finds the file closed; who aborts waits for nothing.
    if (!signal?.aborted) await closed
    throw error
  }
}

/** Where an open file ends. @param before where it ended before, if anybody has said that */
async function endOfOpened(requests: SftpRequests, handle: RemoteHandle, before: number | undefined, signal: Signal): Promise<number> {
  try {
    const after = endOf(await requests.fstat(handle, signal))
    if (before !== undefined || after !== undefined) return Math.max(before ?? 0, after ?? 0)
  } catch (error) {
    if (before === undefined || !isRefusal(error)) throw error
    return before
  }
  throw sftpRefusal(LIBSSH2_FX_OP_UNSUPPORTED, pathText(handle.path), { operation: 'fstat', said: 'no size, so nothing can be appended safely' })
}

/** A size that can be true, of an empty file too. */
function endOf({ filesize }: SftpAttributes): number | undefined {
  return filesize !== undefined && Number.isSafeInteger(filesize) && filesize >= 0 ? filesize : undefined
}

// Type

/** The first character of the `ls -l` line. */
const LETTERS: Readonly<Record<string, FileKind>> = { '-': 'file', d: 'directory', l: 'link', b: 'other', c: 'other', p: 'other', s: 'other' }

/** The kind of a listed entry: from its mode or, if that has no type, from the first letter of its line. */
export function kindOfEntry(permissions: number | undefined, longentry: string): FileKind | undefined {
  return kindOfMode(permissions) ?? (/^[-dlbcps][-r]/.test(longentry) ? LETTERS[longentry[0] as string] : undefined)
}

/** The kind of a path's target, from a server whose replies have no type: a directory is what can be opened as one. */
export async function withKind(requests: SftpRequests, path: SftpPath, said: SftpStat, signal: Signal): Promise<SftpStat> {
  if (said.kind) return said
  const directory = await unlessRefused(requests.opendir(path, signal))
  if (directory) requests.close(directory).catch(() => {})
  return new SftpStat(said, directory ? 'directory' : 'file')
}

/** The kind of an entry whose listing gave no type. `guessed` if no reply had one: then a link cannot be told from its target. */
export async function lookUpKind(requests: SftpRequests, path: SftpPath, signal: Signal): Promise<{ readonly kind: FileKind, readonly guessed: boolean }> {
  const stat = await unlessRefused(requests.lstat(path, signal))
  const kind = stat?.kind ?? (await unlessRefused(requests.stat(path, signal)))?.kind
  if (kind) return { kind, guessed: !stat?.kind }
  return { kind: (await withKind(requests, path, new SftpStat({}), signal)).kind as FileKind, guessed: true }
}
