import { wholeNumber } from '../../bindings/arguments.ts'
import type { SftpContentOptions } from './flow.ts'

/** How far a transfer has come, in bytes; what was there before a resumed one is counted. */
export interface TransferProgress {
  readonly transferred: number
  /** What the source is said to have; `undefined` where nobody knows: a stream, a file of `/proc`, one with more than was said. */
  readonly total: number | undefined
}

/** How a copied file is kept, in files and trees alike. */
export interface KeepOptions {
  /**
   * Mode bits of the copy. Without any, a new file gets those of the source (0o777 of them; here less the user's umask), one that exists keeps its own.
   * `false`: none are sent or set, for servers that refuse an open with a mode.
   */
  readonly mode?: number | false | undefined
  /** The copy gets the source's times and mode bits, one that exists too. */
  readonly preserve?: boolean | undefined
  /**
   * The copy is written as `.NAME.part` beside the target, synced where that is possible, and takes its place at one stroke when it is complete; an
   * old file's mode is kept. On failure and abort the part is removed, and the target is as before. A server without `posix-rename@openssh.com` does
   * that for new names alone. Not for streams as target, nor with `resume` or `offset`.
   */
  readonly atomic?: boolean | undefined
}

export interface TransferOptions extends SftpContentOptions, KeepOptions {
  /** Called after each piece that has arrived. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
  /** Goes on behind so many bytes: they are neither sent nor compared, and what the destination has beyond is replaced. */
  readonly offset?: number | undefined
  /**
   * Goes on where the destination ends, whose last mebibyte is compared. Not for streams.
   * @throws SSHError `ERR_SFTP_RESUME_MISMATCH` if what is there is not the beginning of the source, or is longer; nothing is changed then.
   */
  readonly resume?: boolean | undefined
}

/** How a file is sent. */
export type UploadOptions = TransferOptions

/** @throws TypeError or RangeError for what makes no sense, before anything is sent. */
export function checkTransfer({ offset, resume, atomic, mode }: Pick<TransferOptions, 'offset' | 'resume' | 'atomic' | 'mode'>): void {
  if (offset !== undefined) wholeNumber(offset, 'offset', 0, Number.MAX_SAFE_INTEGER)
  if (mode !== undefined && mode !== false) wholeNumber(mode, 'mode', 0, 0o7777)
  if (offset !== undefined && resume) throw new TypeError('give offset or resume, not both: resume asks the destination how far it has come')
  if (atomic && (offset || resume)) throw new TypeError('atomic begins anew: it cannot go on with what is there (offset, resume)')
}
