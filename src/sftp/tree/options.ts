import { callables } from '../../errors/arguments.ts'
import type { CallOptions } from '../../abort/call-options.ts'
import type { SftpPath } from '../../bindings/sftp/context.ts'
import type { FileKind } from '../protocol/attributes.ts'
import type { SftpFlowOptions } from '../transfer/flow.ts'
import type { KeepOptions } from '../transfer/options.ts'

/** The progress of a directory transfer. */
export interface DirectoryProgress {
  /** Complete files. */
  readonly files: number
  /** Bytes of all files so far. */
  readonly transferred: number
  /** The file that this is about, by its path at the source. */
  readonly path: SftpPath
}

/** An entry of a tree, for `filter`. */
export interface TreeEntry {
  /** Path below the top of the tree, with `/` between names and invalid UTF-8 replaced. */
  readonly path: string
  readonly kind: FileKind
  /** Bytes; `undefined` if the source does not say. */
  readonly size: number | undefined
  /** Time of modification, in seconds since 1970. */
  readonly mtime: number | undefined
}

export interface DirectoryTransferOptions extends CallOptions, SftpFlowOptions, KeepOptions {
  readonly onProgress?: ((progress: DirectoryProgress) => void) | undefined
  /**
   * Symbolic links: `skip`, the default, leaves them out (and lists them in the result), `follow` copies their targets, `keep` creates links again.
   * On this side only links that stay within the target are created.
   */
  readonly links?: 'skip' | 'follow' | 'keep' | undefined
  /** Whether to copy an entry; a directory that is not copied is not entered either. */
  readonly filter?: ((entry: TreeEntry) => boolean | Promise<boolean>) | undefined
  /**
   * `skip`: files with the same size and time of modification at both ends stay as they are. Copied files get their source's times, so that the
   * comparison works the next time.
   */
  readonly unchanged?: 'copy' | 'skip' | undefined
}

/** Something that a server refused without failing the transfer: a mode or a time, a link. */
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
  /**
   * Entries that could not be copied, by their path at the source: links that are not followed or lead nowhere, into themselves or out of the
   * target, devices, and names that the destination cannot have.
   */
  readonly skipped: readonly SftpPath[]
  /** Modes and times of files and directories, and links, that the destination refused; the files' contents are there. */
  readonly refused: readonly TreeRefusal[]
}

/** @throws TypeError for an invalid choice. */
export function checkTree({ links, unchanged, filter, onProgress }: DirectoryTransferOptions): void {
  if (links !== undefined && !['skip', 'follow', 'keep'].includes(links)) throw new TypeError('links must be skip, follow or keep')
  if (unchanged !== undefined && !['copy', 'skip'].includes(unchanged)) throw new TypeError('unchanged must be copy or skip')
  callables({ filter, onProgress })
}
