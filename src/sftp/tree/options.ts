import type { CallOptions } from '../../abort/call-options.ts'
import type { SftpPath } from '../../bindings/sftp/context.ts'
import type { FileKind } from '../protocol/attributes.ts'
import type { SftpFlowOptions } from '../transfer/flow.ts'
import type { KeepOptions } from '../transfer/options.ts'

/** How far the transfer of a directory has come. */
export interface DirectoryProgress {
  /** Files that are complete. */
  readonly files: number
  /** Bytes of all files so far. */
  readonly transferred: number
  /** The file that this is about, as it is called at its source. */
  readonly path: SftpPath
}

/** Something in a tree, for `filter`. */
export interface TreeEntry {
  /** Below the top of the tree, with `/` between names; what is not UTF-8 in it is replaced. */
  readonly path: string
  readonly kind: FileKind
  /** Bytes; `undefined` where the source does not tell. */
  readonly size: number | undefined
  /** Of modification, in seconds since 1970. */
  readonly mtime: number | undefined
}

export interface DirectoryTransferOptions extends CallOptions, SftpFlowOptions, KeepOptions {
  readonly onProgress?: ((progress: DirectoryProgress) => void) | undefined
  /**
   * Symbolic links: `skip` leaves them out (and tells so in the result), `follow` copies what they lead to, `keep` makes links again. Here only those
   * are made that stay within the target. If nothing is given, `skip`.
   */
  readonly links?: 'skip' | 'follow' | 'keep' | undefined
  /** Whether something is copied; a directory that is not is not entered either. */
  readonly filter?: ((entry: TreeEntry) => boolean | Promise<boolean>) | undefined
  /** `skip`: files that have the same size and time of modification at both ends stay as they are; those that are copied get their source's times, so that this holds the next time. */
  readonly unchanged?: 'copy' | 'skip' | undefined
}

/** Something that a server refused and that was gone on without: a mode or a time, a link. */
export interface TreeRefusal {
  readonly path: SftpPath
  readonly error: unknown
}

export interface DirectoryTransferResult {
  /** Files that were copied. */
  readonly files: number
  readonly transferred: number
  /** Files that stayed as they were, with `unchanged: 'skip'`. */
  readonly unchanged: number
  /** What was left out though nobody wished so, as it is called at its source: links that are not followed or lead nowhere, into themselves or out of the target, devices, and names that the destination cannot have. */
  readonly skipped: readonly SftpPath[]
  /** Modes and times of files and directories, and links, that the destination would not take; the files' contents are there. */
  readonly refused: readonly TreeRefusal[]
}

/** @throws TypeError for what is no choice. */
export function checkTree({ links, unchanged, filter }: DirectoryTransferOptions): void {
  if (links !== undefined && !['skip', 'follow', 'keep'].includes(links)) throw new TypeError('links must be skip, follow or keep')
  if (unchanged !== undefined && !['copy', 'skip'].includes(unchanged)) throw new TypeError('unchanged must be copy or skip')
  if (filter !== undefined && typeof filter !== 'function') throw new TypeError('filter must be a function')
}
