import { ERROR_NAMES } from './error-table.gen.ts'
import { AuthenticationError, ChannelError, DisconnectError, HostKeyError, SftpError, SSHError, type SSHErrorOptions } from './ssh-error.ts'

type Kind = new (message: string, options: SSHErrorOptions) => SSHError

class SftpProtocolError extends SftpError {
  constructor(message: string, options: SSHErrorOptions) {
    super(message, { ...options, status: 0 })
  }
}

/** Numbers of libssh2 (without the sign) that have a kind of their own; all others are plain `SSHError`. */
const KINDS: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  ...[7, 13, 43].map((n): [number, Kind] => [n, DisconnectError]),
  ...[10, 11].map((n): [number, Kind] => [n, HostKeyError]),
  ...[15, 18, 19].map((n): [number, Kind] => [n, AuthenticationError]),
  ...[20, 21, 22, 23, 24, 25, 26, 27].map((n): [number, Kind] => [n, ChannelError]),
  [31, SftpProtocolError],
])

/** The error for a negative return code of libssh2, of the kind that fits. */
export function libssh2Error(errno: number, message?: string, options: { readonly cause?: unknown } = {}): SSHError {
  const name = ERROR_NAMES[-errno]
  const Kind = KINDS.get(-errno) ?? SSHError
  return new Kind(message || (name ? `LIBSSH2_ERROR_${name}` : `libssh2 error ${errno}`), { code: `ERR_LIBSSH2_${name || 'UNKNOWN'}`, errno, ...options })
}
