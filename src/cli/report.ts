import { AuthenticationError, SSHError } from '../errors/ssh-error.ts'
import { visible } from './terminal/visible.ts'
import { USAGE } from './usage.ts'
import { UsageError } from './usage-error.ts'

/** The exit code for a failure of this program itself, or of the connection. */
const FAILED = 255

/** Prints the error, and returns the exit code. With `-q` it still prints the failure of a connection, as ssh does. */
export function report(error: unknown): number {
  if (error instanceof UsageError) process.stderr.write(`${visible(error.message)}\n${USAGE}\n`)
  else process.stderr.write(`libssh2-wasm: ${visible(describe(error))}\n`)
  return FAILED
}

/** One line for known errors, the whole stack for a fault of this program. */
export function describe(error: unknown): string {
  if (error instanceof AuthenticationError && error.methodsLeft) return `Permission denied (${error.methodsLeft.join(',')}). ${error.message}`
  const known = error instanceof SSHError || (error instanceof Error && ('syscall' in error || 'code' in error || error.name === 'AbortError'))
  return known ? (error as Error).message : String(error instanceof Error ? error.stack : error)
}
