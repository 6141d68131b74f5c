import { callables, wholeNumber } from '../../errors/arguments.ts'
import type { SftpContentOptions } from './flow.ts'

/** The progress of a transfer, in bytes; a resumed one includes what was there before. */
export interface TransferProgress {
  readonly transferred: number
  /** The stated size of the source; `undefined` if nobody knows it: for a stream, a file of `/proc`, or one that is longer than stated. */
  readonly total: number | undefined
}

/** How a copied file is stored, for files and trees alike. */
export interface KeepOptions {
  /**
   * Mode bits of the copy. By default a new file gets those of the source (0o777 of them; here less the user's umask), and an existing one keeps its
   * own. `false`: none are sent or set, for servers that refuse an open with a mode.
   */
  readonly mode?: number | false | undefined
  /** The copy gets the source's times and mode bits, even if it existed before. */
  readonly preserve?: boolean | undefined
  /**
   * The copy is written as `.NAME.part` beside the target, synced if possible, and atomically replaces the target when it is complete. An old file's
   * mode is kept. On failure and abort the part is removed, and the target is as before. A server without `posix-rename@openssh.com` can do that only
   * for new names. Not for streams as target, nor with `resume` or `offset`.
   */
  readonly atomic?: boolean | undefined
}

export interface TransferOptions extends SftpContentOptions, KeepOptions {
  /** Called after each piece that has arrived. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
  /** Continues after so many bytes: they are neither sent nor compared, and anything the destination has beyond them is replaced. */
  readonly offset?: number | undefined
  /**
   * Continues at the end of the destination, after comparing its last mebibyte. Not for streams.
   * @throws SSHError `ERR_SFTP_RESUME_MISMATCH` if the destination is not a beginning of the source, or is longer; nothing is changed then.
   */
  readonly resume?: boolean | undefined
}

/** How a file is sent. */
export type UploadOptions = TransferOptions

/** @throws TypeError or RangeError for invalid options, before anything is sent. */
export function checkTransfer({ offset, resume, atomic, mode, onProgress }: Pick<TransferOptions, 'offset' | 'resume' | 'atomic' | 'mode' | 'onProgress'>): void {
  callables({ onProgress })
  if (offset !== undefined) wholeNumber(offset, 'offset', 0, Number.MAX_SAFE_INTEGER)
  if (mode !== undefined && mode !== false) wholeNumber(mode, 'mode', 0, 0o7777)
  if (offset !== undefined && resume) throw new TypeError('use offset or resume, not both: resume asks the destination for its size')
  if (atomic && (offset || resume)) throw new TypeError('atomic starts from the beginning: it cannot continue an existing file (offset, resume)')
}
