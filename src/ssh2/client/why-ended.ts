import type { Session } from '../../bindings/session/session.ts'
import { DisconnectError, SSHError } from '../../errors/ssh-error.ts'
import { SSH_DISCONNECT_BY_APPLICATION } from '../../ffi/constants.gen.ts'
import { type ClientError, clientError } from './errors.ts'
import { handshakeFailed } from './no-match.ts'

/** How far a connection had progressed. */
interface Progress {
  readonly session: Session | undefined
  /** The server has identified itself. */
  readonly identified: boolean
}

/** The error that the client emits at the end of its session; undefined if the socket reports it, or nobody needs it. */
export function whyEnded(error: unknown, { session, identified }: Progress): Error | undefined {
  if (!(error instanceof SSHError)) return error as Error
  const said = session?.disconnected
  if (said) return said.reason === SSH_DISCONNECT_BY_APPLICATION ? undefined : refusedByServer(said.reason, said.description, error)
  const failed = handshakeFailed(error)
  if (failed) return failed
  if (error.code === 'ERR_KEEPALIVE_TIMEOUT') return clientError('Keepalive timeout', { level: 'client-timeout' }, error)
  if (error.code === 'ERR_LIBSSH2_SOCKET_RECV' || error instanceof DisconnectError) return identified ? undefined : clientError('Connection lost before handshake', { level: 'protocol', fatal: true }, error)
  return clientError(error.message, { level: 'protocol', fatal: true }, error)
}

/** RFC 4253 section 11.1. */
const REASONS = ['', 'HOST_NOT_ALLOWED_TO_CONNECT', 'PROTOCOL_ERROR', 'KEY_EXCHANGE_FAILED', 'RESERVED', 'MAC_ERROR', 'COMPRESSION_ERROR', 'SERVICE_NOT_AVAILABLE',
  'PROTOCOL_VERSION_NOT_SUPPORTED', 'HOST_KEY_NOT_VERIFIABLE', 'CONNECTION_LOST', 'BY_APPLICATION', 'TOO_MANY_CONNECTIONS', 'AUTH_CANCELED_BY_USER',
  'NO_MORE_AUTH_METHODS_AVAILABLE', 'ILLEGAL_USER_NAME']

function refusedByServer(reason: number, description: string, cause: unknown): ClientError {
  return clientError(description || REASONS[reason] || `Unexpected disconnection reason: ${reason}`, { level: 'client-ssh', code: reason }, cause)
}
