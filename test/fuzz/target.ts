import { SSHError } from '../../src/errors/ssh-error.ts'

/** A parser of something that comes from elsewhere. */
export interface Target {
  readonly name: string
  /** Words of the format, for the mutator. */
  readonly words?: readonly string[]
  run(input: Uint8Array): unknown
  /** Errors that say that the input is bad. Default: `SSHError`. */
  readonly refusals?: readonly (new (...args: never[]) => Error)[]
  /** Seconds of CPU that no input of at most 8 kB needs. Default: 5. */
  readonly longest?: number
}

export const text = (input: Uint8Array): string => new TextDecoder().decode(input)

/** Runs each of the parsers, and throws the first error that none of `refusals` is. */
export async function each(work: readonly (() => unknown)[], refusals: Target['refusals'] = [SSHError]): Promise<void> {
  for (const one of work) {
    try {
      await one()
    } catch (error) {
      if (!refusals.some((refusal) => error instanceof refusal)) throw error
    }
  }
}
