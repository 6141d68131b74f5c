import { placeOf } from '../errors/connect-error.ts'
import { SSHError } from '../errors/ssh-error.ts'

/** Puts the place in front of a failure to connect: a log has many of them. What is not this library's is given back as it is. */
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
