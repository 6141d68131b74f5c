import { ERROR_NAMES } from './error-table.gen.ts'
import { printable } from './printable.ts'
import { AuthenticationError, ChannelError, DisconnectError, HostKeyError, SftpError, SSHError, type SSHErrorOptions } from './ssh-error.ts'

type Kind = new (message: string, options: SSHErrorOptions & { readonly description?: string }) => SSHError

class SftpProtocolError extends SftpError {
  constructor(message: string, options: SSHErrorOptions) {
    super(message, { ...options, status: 0 })
  }
}

/** Numbers of libssh2 (without the sign) that have their own error class; all others are plain `SSHError`. */
const KINDS: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  ...[7, 13, 43].map((n): [number, Kind] => [n, DisconnectError]),
  ...[10, 11].map((n): [number, Kind] => [n, HostKeyError]),
  ...[15, 18, 19].map((n): [number, Kind] => [n, AuthenticationError]),
  ...[20, 21, 22, 23, 24, 25, 26, 27].map((n): [number, Kind] => [n, ChannelError]),
  [31, SftpProtocolError],
])

/** As long as both sides' lists of algorithms. */
const LONGEST = 4000
/** libssh2's message for a refused channel: the server's own text follows the reason. */
const REFUSED = /^Channel open failure \([a-z ]+\)(?:: )?/

/** The error for a negative return code of libssh2, of the matching class. Its message may quote the server, so invisible characters in it are escaped. */
export function libssh2Error(errno: number, message?: string, options: { readonly cause?: unknown } = {}): SSHError {
  const name = ERROR_NAMES[-errno]
  const Kind = KINDS.get(-errno) ?? SSHError
  const description = message && REFUSED.test(message) ? message.replace(REFUSED, '') : ''
  return new Kind(printable(message ?? '', LONGEST) || (name ? `LIBSSH2_ERROR_${name}` : `libssh2 error ${errno}`), { code: `ERR_LIBSSH2_${name || 'UNKNOWN'}`, errno, description, ...options })
}
