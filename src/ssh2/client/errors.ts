import { printable } from '../../errors/printable.ts'
import { reasonOf } from '../../errors/reason-of.ts'
import { ChannelError } from '../../errors/ssh-error.ts'

/** The source of a connection error, which `ssh2` gives in `err.level`. */
export type ErrorLevel = 'client-socket' | 'client-dns' | 'client-timeout' | 'client-authentication' | 'agent' | 'handshake' | 'protocol' | 'client-ssh' | 'sftp-protocol'

/** The properties that `ssh2` adds to its errors. */
export interface ClientError extends Error {
  level?: ErrorLevel | undefined
  /** The connection is over. */
  fatal?: boolean
  /** The system's code, or the reason number of a disconnect. */
  code?: string | number | undefined
  /** Reason of a refused channel (RFC 4254 section 5.1). */
  reason?: number | string
  /** The signal that ended a subsystem before its greeting. */
  signal?: string | undefined
  description?: string
}

/** As long as both sides' lists of algorithms. */
const LONGEST = 4000

/** An error with `ssh2`'s text; `cause` is this library's own. Invisible characters in the text, which may be the server's, are escaped; then `description` has it unchanged. */
export function clientError(message: string, properties: Pick<ClientError, 'level' | 'fatal' | 'code' | 'reason'> = {}, cause?: unknown): ClientError {
  const shown = printable(message, LONGEST)
  return Object.assign(new Error(shown, cause === undefined ? undefined : { cause }), properties, shown !== message && { description: message })
}

/** For each callback that is still pending when the connection has gone. */
export const noResponse = (): ClientError => clientError('No response from server')

/** The error of a channel that could not be opened, with only the server's text. @param cause the error of the bindings */
export function openFailure(cause: unknown): ClientError {
  if (!(cause instanceof ChannelError)) return clientError(reasonOf(cause), {}, cause)
  const text = cause.message.replace(/^Channel open failure \([^)]*\)(: )?/, '')
  return clientError(`(SSH) Channel open failure: ${text}`, { reason: cause.reason }, cause)
}
