import { reasonOf } from './reason-of.ts'
import { ConnectError } from './ssh-error.ts'

/** How messages name a host and port: IPv6 addresses are in brackets. */
export function placeOf(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Names of Deno's errors, which do not have a `code` in every version. */
const CODES: Readonly<Record<string, string>> = {
  ConnectionRefused: 'ECONNREFUSED', ConnectionReset: 'ECONNRESET', ConnectionAborted: 'ECONNABORTED', TimedOut: 'ETIMEDOUT', NotFound: 'ENOENT', AddrNotAvailable: 'EADDRNOTAVAIL',
  NetworkUnreachable: 'ENETUNREACH', HostUnreachable: 'EHOSTUNREACH', PermissionDenied: 'EACCES', NotCapable: 'EACCES',
}

/**
 * Turns a runtime's error about a failed connection into an error of this library. TypeErrors and RangeErrors for wrong arguments are
 * returned unchanged.
 * @param place where the connection should have gone: `host:port`, or the path of a socket
 */
export function connectError(cause: unknown, place: string): unknown {
  if (cause instanceof ConnectError || cause instanceof RangeError || (cause instanceof TypeError && codeOf(cause) === UNKNOWN)) return cause
  // There was one attempt for each address, and the aggregate has no message of its own.
  const first: unknown = cause instanceof AggregateError && cause.errors.length > 0 ? cause.errors[0] : cause
  const said = reasonOf(first)
  const own = codeOf(cause)
  const code = own === UNKNOWN ? codeOf(first) : own
  return new ConnectError(`cannot connect to ${place}: ${said || code}`, { code, cause })
}

const UNKNOWN = 'ERR_CONNECT'

/** The system's code, if the runtime has it: as a property, as the error's name, or in its text. */
function codeOf(cause: unknown): string {
  const { code, name = '', message = '' } = (cause ?? {}) as { readonly code?: unknown, readonly name?: string, readonly message?: string }
  if (typeof code === 'string' && /^(DNS_)?E(?!RR_)[A-Z0-9_]+$/.test(code)) return code.replace('DNS_', '')
  const named = CODES[name] ?? /\bE(?:CONN|HOST|NET|TIMEDOUT|ADDR|NOTFOUND|AI_)[A-Z]*\b/.exec(message)?.[0]
  if (named) return named
  if (/lookup|resolve|DNS/i.test(message)) return 'ENOTFOUND'
  return /refused/i.test(message) ? 'ECONNREFUSED' : /timed out/i.test(message) ? 'ETIMEDOUT' : UNKNOWN
}
