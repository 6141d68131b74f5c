import { placeOf } from '../errors/connect-error.ts'
import { SSHError } from '../errors/ssh-error.ts'

/** Prefixes a connection failure with the host and port, since a log has many of them. Returns errors that are not this library's unchanged. */
export function named(error: unknown, { host, port = 22 }: { readonly host?: string | undefined, readonly port?: number | undefined }): unknown {
  if (!(error instanceof SSHError) || !host) return error
  const place = placeOf(host, port)
  if (error.message.includes(place)) return error
  const { message, stack } = error
  error.message = `${place}: ${message}`
  // Engines write the message into the stack when the error is made.
  if (stack) error.stack = stack.replace(message, () => error.message)
  return error
}
