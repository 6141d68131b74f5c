import { SFTP_STATUS_NAMES } from './error-table.gen.ts'
import { printable } from './printable.ts'
import { SftpError } from './ssh-error.ts'

const FX_FAILURE = 4

export interface RefusalOptions {
  /** The request: `open`, `mkdir`, the name of an extension. */
  readonly operation?: string | undefined
  /** The server's message about it. */
  readonly said?: string
  /** The server's own words, as they came. */
  readonly description?: string | undefined
  /** libssh2's number, if the call was libssh2's. */
  readonly errno?: number
  readonly cause?: unknown
}

/** The longest path that a message shows whole: PATH_MAX of Linux. */
const LONGEST_PATH = 4096

/** A path in a message: the server may have made it up, in a listing. */
export const shownPath = (path: string): string => printable(path, LONGEST_PATH)

/** The error for a status from an SFTP server. It keeps the server's message if the number alone says little. */
export function sftpRefusal(status: number, path: string | undefined, { operation, said = '', description, errno = 0, cause }: RefusalOptions = {}): SftpError {
  const name = SFTP_STATUS_NAMES[status]
  const words = status < FX_FAILURE || /^failure$/i.test(said) ? '' : printable(said)
  const about = [operation, path && shownPath(path)].filter((part) => part !== undefined && part !== '').join(' ')
  const message = `${name ? `SSH_FX_${name}` : `SSH_FX ${status}`}${about && `: ${about}`}${words && ` (${words})`}`
  const error = new SftpError(message, { code: `ERR_SFTP_${name || 'FAILURE'}`, errno, status, operation, path, cause })
  return description === undefined ? error : Object.assign(error, { description })
}
