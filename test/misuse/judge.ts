import { SSHError } from '../../src/errors/ssh-error.ts'
import { OwnError } from './values.ts'

/// What may come out of the library, and what may not. Import this before the library: from then on it is known which TypeErrors and RangeErrors are made by code of
/// JavaScript, and which by the engine, because somebody has used what was given before it was looked at.

const made = new WeakSet<object>()

/** The same class, which remembers what is made of it. What the engine and Node's own modules throw is not made of a global variable. */
function remembering<T extends new (...operands: never[]) => object>(plain: T): T {
  const handler: ProxyHandler<T> = {
    construct: function remembered(target, operands, newTarget) {
      const error = Reflect.construct(target, operands, newTarget) as object
      // Without the frame of this trap.
      Error.captureStackTrace(error, remembered)
      made.add(error)
      return error
    },
  }
  return new Proxy(plain, handler)
}

globalThis.TypeError = remembering(TypeError)
globalThis.RangeError = remembering(RangeError)

/** Frames of a stack that are the library's. */
const OURS = /^(?!.*\/node_modules\/).*\/(src|dist)\//

const firstFrame = (error: Error) => error.stack?.split('\n').find((line) => /^\s+at /.test(line)) ?? ''

/** What a revoked Proxy says, whoever touches it: it is the value's own word. */
const isOfValue = (error: Error) => error instanceof OwnError || error.message.includes('a proxy that has been revoked')

/** A TypeError or RangeError that a line of the library has thrown. */
const isOurCheck = (error: Error) => made.has(error) && OURS.test(firstFrame(error))

/** What V8 says by itself of what is used wrongly. Words of ours do not begin so, wherever the error was made. */
const ENGINE = /^Cannot (destructure|read propert|set propert|convert|mix|perform|delete|add)|^Class constructor|^Invalid array length|^Spread syntax| is not (a function|a constructor|iterable|defined|async iterable|extensible)\b|^(undefined|null|object) is not |reading '|^Reduce of empty|^Method .* called on incompatible|^Iterator .* is not|^Invalid (time value|typed array length)|Maximum call stack/

/** Why an error is in the words of the engine; undefined if it is not. */
export function engineWords(error: unknown): string | undefined {
  return error instanceof Error && !isOfValue(error) && ENGINE.test(error.message) ? `the engine's words: ${error.name}: ${error.message}\n${error.stack?.split('\n').slice(1, 6).join('\n')}` : undefined
}

/** Reasons of aborts, the caller's and those of limits of time. */
const isAbort = (error: Error) => error instanceof DOMException && (error.name === 'AbortError' || error.name === 'TimeoutError')

/**
 * Why `error` should not have come out of the library; undefined if it may: errors of its own, TypeErrors and RangeErrors of its own checks, reasons of aborts, and what a
 * value throws by itself.
 * @param given errors that the caller has given as values.
 */
export function untyped(error: unknown, given: ReadonlySet<unknown> = new Set()): string | undefined {
  if (given.has(error)) return undefined
  if (!(error instanceof Error)) return `a ${typeof error} was thrown: ${show(error)}`
  if (isOfValue(error) || isAbort(error)) return undefined
  const engine = engineWords(error)
  if (engine !== undefined) return engine
  if (error instanceof SSHError) return undefined
  if ((error instanceof TypeError || error instanceof RangeError) && isOurCheck(error)) return undefined
  return `${error.name}: ${error.message.slice(0, 200)}\n${error.stack?.split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 6).join('\n')}`
}

function show(value: unknown): string {
  try {
    return String(value).slice(0, 100)
  } catch {
    return 'something that cannot be shown'
  }
}
