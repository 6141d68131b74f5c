import { appendFileSync } from 'node:fs'
import { AuthenticationError, SSHError } from '../errors/ssh-error.ts'
import { Failure } from './failure.ts'
import { visible } from './terminal/visible.ts'
import { USAGE } from './usage.ts'
import { UsageError } from './usage-error.ts'

/** The exit code for a failure of this program itself, or of the connection. */
const FAILED = 255

/**
 * Prints the error, and returns the exit code.
 * @param logFile the file that receives messages instead of stderr (`-E`)
 * @param quiet prints only what is wrong with the command line and the configuration, as ssh does with `-q`
 */
export function report(error: unknown, logFile?: string, quiet = false): number {
  if (error instanceof UsageError) process.stderr.write(`${visible(error.message)}\n${USAGE}\n`)
  else if (quiet && !(error instanceof SSHError && error.code === 'ERR_SSH_CONFIG')) return FAILED
  else if (logFile === undefined) process.stderr.write(text(error))
  else appendFileSync(logFile, text(error))
  return FAILED
}

const text = (error: unknown) => error instanceof Failure ? `${visible(error.message).replaceAll('\n', '\r\n')}\r\n` : `${damage(error)}libssh2-wasm: ${visible(describe(error))}\n`

/** OpenSSH's words for packets that were changed on the way. */
function damage(error: unknown): string {
  const code = error instanceof SSHError ? error.code : ''
  if (code === 'ERR_LIBSSH2_DECRYPT' || code === 'ERR_LIBSSH2_INVALID_MAC') return 'Corrupted MAC on input: message authentication code incorrect\n'
  return code === 'ERR_LIBSSH2_OUT_OF_BOUNDARY' ? 'Bad packet length.\n' : ''
}

/** One line for known errors, the whole stack for a fault of this program. */
export function describe(error: unknown): string {
  if (error instanceof AuthenticationError && error.methodsLeft) return `Permission denied (${error.methodsLeft.join(',')}). ${error.message}`
  const known = error instanceof SSHError || (error instanceof Error && ('syscall' in error || 'code' in error || error.name === 'AbortError'))
  return known ? (error as Error).message : String(error instanceof Error ? error.stack : error)
}
