import { describe, expect, test } from 'vitest'
import { Lane, type Step } from '../../../src/core/lane.ts'
import { Operation } from '../../../src/core/operation.ts'
import { LIBSSH2_ERROR_EAGAIN as EAGAIN } from '../../../src/ffi/constants.gen.ts'

/** Calls that say EAGAIN once before they succeed, as a binding would make them, and what was really done. */
function world() {
  const done: string[] = []
  const lane = new Lane()
  let operation: Operation
  const attempt = (step: Step, name: string): number => {
    if (step.outcome) return step.recall()
    if (!lane.admits(step)) return EAGAIN
    if (!step.midway) {
      lane.hold(step)
      step.resume = () => attempt(step, name)
      return EAGAIN
    }
    done.push(name)
    step.outcome = { value: 0 }
    lane.release(step)
    return 0
  }
  const call = (name: string): number => attempt(operation.step(lane, [name]), name)
  const run = (repeated: () => unknown) => {
    const settled: unknown[] = []
    operation = new Operation(1, repeated, { resolve: (result) => settled.push(result), reject: (reason) => settled.push(reason) })
    let attempts = 0
    while (!operation.attempt()) if (++attempts > 50) throw new Error('the operation does not end')
    return settled
  }
  return { done, call, run }
}

describe('an operation of several calls', () => {
  test('makes each of them once, one after the other', () => {
    const { done, call, run } = world()
    const step = (name: string) => call(name) === EAGAIN
    expect(run(() => step('setenv A') || step('setenv B') || step('execute') ? EAGAIN : 'started')).toEqual(['started'])
    expect(done).toEqual(['setenv A', 'setenv B', 'execute'])
  })

  test('makes the same call as often as it is written', () => {
    const { done, call, run } = world()
    expect(run(() => call('x') === EAGAIN || call('x') === EAGAIN ? EAGAIN : 'done')).toEqual(['done'])
    expect(done).toEqual(['x', 'x'])
  })

  test('goes through a list that grows shorter', () => {
    const { done, call, run } = world()
    const names = ['A', 'B', 'C', 'D']
    expect(run(() => {
      while (names.length > 0) {
        if (call(names[0]!) === EAGAIN) return EAGAIN
        names.shift()
      }
      return 'done'
    })).toEqual(['done'])
    expect(done).toEqual(['A', 'B', 'C', 'D'])
  })

  // Nothing tells two of the same running from one that a function which begins anew makes again: such a list is not to be shortened.
  test.each([['A', 'B', 'A', 'A'], ['A', 'B', 'A', 'B', 'A', 'B'], ['A', 'B', 'B', 'A'], ['A', 'B', 'C', 'A', 'C', 'B', 'A']])('goes through a list that grows shorter and says the same again: %s %s %s %s', (...names) => {
    const { done, call, run } = world()
    const left = [...names]
    expect(run(() => {
      while (left.length > 0) {
        if (call(left[0]!) === EAGAIN) return EAGAIN
        left.shift()
      }
      return 'done'
    })).toEqual(['done'])
    expect(done).toEqual(names)
  })

  test.each([['A', 'B', 'A', 'A'], ['A', 'A', 'A', 'A'], ['A', 'A', 'B', 'A', 'A', 'A'], ['A', 'B', 'A', 'B', 'B', 'A']])('goes through a list that stays as it is, whatever it says again: %s %s %s %s', (...names) => {
    const { done, call, run } = world()
    expect(run(() => names.some((name) => call(name) === EAGAIN) ? EAGAIN : 'done')).toEqual(['done'])
    expect(done).toEqual(names)
  })

  test('may lose one of two equal calls running from a list that it shortens, as the documentation says, but ends', () => {
    const { done, call, run } = world()
    const left = ['A', 'A', 'A', 'B', 'A']
    expect(run(() => {
      while (left.length > 0) {
        if (call(left[0]!) === EAGAIN) return EAGAIN
        left.shift()
      }
      return 'done'
    })).toEqual(['done'])
    expect(new Set(done)).toEqual(new Set(['A', 'B']))
  })

  test('makes a call before its list each time, and once', () => {
    const { done, call, run } = world()
    const left = ['A', 'B', 'A', 'B']
    expect(run(() => {
      if (call('first') === EAGAIN) return EAGAIN
      while (left.length > 0) {
        if (call(left[0]!) === EAGAIN) return EAGAIN
        left.shift()
      }
      return 'done'
    })).toEqual(['done'])
    expect(done).toEqual(['first', 'A', 'B', 'A', 'B'])
  })

  test.each([1, 2, 3, 5])('that leaves a call which libssh2 stands in the middle of for another one does not wait for ever: after %i attempts', (times) => {
    const { done, call, run } = world()
    let attempts = 0
    expect(run(() => call(++attempts <= times ? `${attempts}` : 'last') === EAGAIN ? EAGAIN : 'done')).toEqual(['done'])
    expect(done.at(-1)).toBe('last')
    expect(new Set(done).size).toBe(done.length)
  })

  test('does not make a call that an earlier attempt made in vain and the last one not any more', () => {
    const { done, call, run } = world()
    let attempts = 0
    // The lane is busy with A when B is called.
    expect(run(() => {
      if (++attempts === 1) return call('A') === EAGAIN && call('B') === EAGAIN ? EAGAIN : 'early'
      return call('A') === EAGAIN ? EAGAIN : 'done'
    })).toEqual(['done'])
    expect(done).toEqual(['A'])
  })

  test('sees through what it has begun, though it does not wait for it', () => {
    const { done, call, run } = world()
    expect(run(() => { call('A'); return 'early' })).toEqual(['early'])
    expect(done).toEqual(['A'])
  })

  test('that fails sees through what libssh2 stands in the middle of, and tells its error once', () => {
    const { done, call, run } = world()
    const error = new Error('of its own')
    expect(run(() => { call('A'); throw error })).toEqual([error])
    expect(done).toEqual(['A'])
  })

  test('tells a call that failed the same again, and goes on', () => {
    const lane = new Lane()
    let asked = 0
    const refused = (operation: Operation) => {
      const step = operation.step(lane, ['setenv'])
      if (!step.outcome) {
        asked += 1
        step.outcome = { error: { reason: new Error('refused') } }
      }
      return step.recall<number>()
    }
    const settled: unknown[] = []
    let attempts = 0
    const operation: Operation = new Operation<unknown>(1, () => {
      try {
        refused(operation)
      } catch {
        // As most servers do.
      }
      operation.calls()
      return ++attempts < 3 ? EAGAIN : 'went on'
    }, { resolve: (result) => settled.push(result), reject: (reason) => settled.push(reason) })
    while (!operation.attempt());
    expect([settled, asked]).toEqual([['went on'], 1])
  })
})
