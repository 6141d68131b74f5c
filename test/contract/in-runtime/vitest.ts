/// The little of vitest that the contract uses, for runtimes that vitest does not run in.
import { isDeepStrictEqual } from 'node:util'

interface Case { readonly name: string, readonly run: () => Promise<void> }

const cases: Case[] = []
const after: (() => Promise<void>)[] = []
let group = ''

export function describe(name: string, define: () => void): void {
  group = name
  define()
}

export function test(name: string, run: () => Promise<void>): void {
  const ends = after
  cases.push({ name: `${group}: ${name}`, run: async () => { try { await run() } finally { for (const end of ends) await end() } } })
}

export const afterEach = (end: () => Promise<void>): void => { after.push(end) }

export function expect(actual: unknown, what = '') {
  const check = (holds: boolean, claim: string) => { if (!holds) throw new Error(`${what} ${JSON.stringify(actual)} ${claim}`) }
  return {
    toBe: (expected: unknown) => check(Object.is(actual, expected), `is not ${String(expected)}`),
    toEqual: (expected: unknown) => check(isDeepStrictEqual(actual, expected), `does not equal ${JSON.stringify(expected)}`),
    toHaveLength: (length: number) => check((actual as ArrayLike<unknown>).length === length, `has not the length ${length}`),
    toBeGreaterThan: (limit: number) => check((actual as number) > limit, `is not more than ${limit}`),
    toBeLessThanOrEqual: (limit: number) => check((actual as number) <= limit, `is more than ${limit}`),
  }
}

/** Runs what was defined, one after the other: a line for each, and how many failed. */
export async function runAll(): Promise<number> {
  let failed = 0
  for (const { name, run } of cases) {
    try {
      await run()
      console.log(`ok ${name}`)
    } catch (error) {
      failed += 1
      console.log(`FAILED ${name}: ${String(error)}`)
    }
  }
  return failed
}
