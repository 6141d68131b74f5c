import { SSHError } from '../../src/errors/ssh-error.ts'
import { OwnError } from './values.ts'

/** What the operating system says about a local path or address that a caller names. */
const isSystemError = (error: Error): boolean => typeof (error as NodeJS.ErrnoException).code === 'string' && typeof (error as NodeJS.ErrnoException).syscall === 'string'

/** Why `error` should not have come out of the library; undefined if it may. */
export function untyped(error: unknown): string | undefined {
  if (error instanceof OwnError || error instanceof SSHError || error instanceof TypeError || error instanceof RangeError || error instanceof DOMException) return undefined
  if (!(error instanceof Error)) return `a ${typeof error} was thrown: ${show(error)}`
  if (isSystemError(error)) return undefined
  return `${error.name}: ${error.message.slice(0, 200)}\n${error.stack?.split('\n').slice(1, 6).join('\n')}`
}

/** A TypeError of the engine in place of one of ours: somebody used what was given before it was looked at. */
export function accidental(error: unknown): string | undefined {
  if (!(error instanceof TypeError) || !/^Cannot (read|set|convert|mix|destructure|perform|use|assign|access)|is not (a function|iterable|a constructor|a Promise|an object)|incompatible receiver|Invalid (array|time)/.test(error.message)) return undefined
  return `${error.message.slice(0, 120)} ${error.stack?.split('\n').find((line) => line.includes('/src/'))?.trim() ?? ''}`
}

function show(value: unknown): string {
  try {
    return String(value).slice(0, 100)
  } catch {
    return 'something that cannot be shown'
  }
}
