// Work that can be done later or now: each step once, its result or its error goes back to where the work waits for it.
import { describe, expect, test, vi } from 'vitest'
import { later, now, Part, type Step, type Steps, take } from '../../../src/keys/steps.ts'

/** A step that gives a value, and fails if it is done again. */
function once<T>(value: T): Step<T> {
  let left = 1
  const give = () => {
    if (left-- === 0) throw new Error('a step was done twice')
    return value
  }
  return { later: async () => give(), now: give }
}
/** A step that fails, and gives a text if it is done again. */
function failing(text: string): Step<string> {
  let left = 1
  const give = () => {
    if (left-- > 0) throw new Error(text)
    return 'done twice'
  }
  return { later: async () => give(), now: give }
}
function* counting(): Steps<number[]> {
  const first = yield* take(once(1)), second = yield* take(once(first + 1))
  return [first, second, yield* take(once(second + 1))]
}
function* forgiving(): Steps<string[]> {
  try {
    return [yield* take(failing('no'))]
  } catch (error) {
    return [(error as Error).message, yield* take(once('after it'))]
  }
}

describe.each<[name: string, run: <R>(steps: Steps<R>) => Promise<R>]>([['later', later], ['now', async (steps) => now(steps)]])('%s', (_, run) => {
  test('each step has the result of the one before', async () => {
    expect(await run(counting())).toEqual([1, 2, 3])
  })
  test('work without steps', async () => {
    expect(await run((function* (): Steps<string> { return 'at once' })())).toBe('at once')
  })
  test('an error can be caught, and the work goes on', async () => {
    expect(await run(forgiving())).toEqual(['no', 'after it'])
  })
  test('an error that nobody catches ends the work', async () => {
    await expect(run((function* (): Steps<string> { return yield* take(failing('not here')) })())).rejects.toThrow('not here')
    await expect(run((function* (): Steps<string> { yield* take(once('')); throw new Error('of the work itself') })())).rejects.toThrow('of the work itself')
  })
})

describe('a part', () => {
  test('is loaded by those who can wait', async () => {
    const part = new Part(async () => 'loaded')
    expect(await later(take(part))).toBe('loaded')
    expect(() => part.now()).toThrow(new Error('a part that is needed at once has not been loaded'))
  })
  test('is there at once for those who said where it is', () => {
    const load = vi.fn(async () => 'loaded'), get = vi.fn(() => 'provided'), part = new Part(load)
    part.provide(get)
    expect(get).not.toHaveBeenCalled()
    expect([now(take(part)), now(take(part))]).toEqual(['provided', 'provided'])
    expect(get).toHaveBeenCalledTimes(2)
    expect(load).not.toHaveBeenCalled()
  })
})
