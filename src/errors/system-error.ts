import { printable } from './printable.ts'
import { SSHError } from './ssh-error.ts'

/** Longer than any path of a system. */
const LONGEST = 10_000

/** The properties of an operating system's error. */
interface SystemWords {
  readonly code?: unknown
  readonly syscall?: unknown
  readonly path?: unknown
}

/**
 * The local operating system has refused something: a file, a port to listen on. `code` is the system's (`ENOENT`, `EACCES`, `EADDRINUSE`, …),
 * `cause` the runtime's own error.
 */
export class SystemError extends SSHError {
  override name = 'SystemError'
  /** The system call: `open`, `listen`. */
  readonly syscall: string | undefined
  /** The local path. */
  readonly path: string | undefined

  constructor(cause: Error & SystemWords) {
    // The path in it may have a name that a server has chosen.
    super(printable(cause.message, LONGEST), { code: String(cause.code), cause })
    this.syscall = typeof cause.syscall === 'string' ? cause.syscall : undefined
    this.path = typeof cause.path === 'string' ? cause.path : undefined
  }
}

/** A system error as one of this library; every other error unchanged. */
export function systemError(error: unknown): unknown {
  const isSystem = error instanceof Error && !(error instanceof SSHError) && /^E[A-Z0-9]+$/.test(String((error as SystemWords).code))
  return isSystem ? new SystemError(error) : error
}

/** The same functions, with their errors converted by `systemError`. */
export function tellingSystemErrors<T extends object>(functions: T): T {
  const told = Object.entries(functions).map(([name, value]: [string, unknown]) => [name, typeof value === 'function' ? (...operands: unknown[]) => {
    try {
      const result: unknown = Reflect.apply(value, functions, operands)
      return result instanceof Promise ? result.catch((error: unknown) => { throw systemError(error) }) : result
    } catch (error) {
      throw systemError(error)
    }
  } : value])
  return Object.fromEntries(told) as T
}
