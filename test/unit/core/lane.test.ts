import { describe, expect, test } from 'vitest'
import { Lane, Step } from '../../../src/core/lane.ts'

describe('a lane', () => {
  test('that is free admits everybody', () => {
    const lane = new Lane()
    expect(lane.admits(new Step(lane, ['open']))).toBe(true)
  })

  test('that is held admits only the call that holds it, not another one of the same arguments', () => {
    const lane = new Lane()
    const [open, other] = [new Step(lane, ['open']), new Step(lane, ['open'])]
    lane.hold(open)
    expect([lane.admits(open), lane.admits(other), open.midway, other.midway]).toEqual([true, false, true, false])
  })

  test('is freed by its holder alone', () => {
    const lane = new Lane()
    const [open, exec] = [new Step(lane, ['open']), new Step(lane, ['exec'])]
    lane.hold(open)
    expect([lane.release(exec), lane.admits(exec)]).toEqual([false, false])
    expect([lane.release(open), lane.admits(exec)]).toEqual([true, true])
    expect(lane.release(open)).toBe(false)
  })

  test('knows a call again that was begun outside the driver, by its arguments', () => {
    const lane = new Lane()
    const step = new Step(lane, ['setenv', 'A', Uint8Array.of(1)])
    lane.hold(step)
    expect(lane.begun(['setenv', 'A', Uint8Array.of(1)])).toBe(step)
    expect(lane.begun(['setenv', 'A', Uint8Array.of(2)])).toBeUndefined()
    expect(lane.begun(['setenv', 'A'])).toBeUndefined()
    step.owner = {}
    expect(lane.begun(['setenv', 'A', Uint8Array.of(1)])).toBeUndefined()
  })
})

test('what came of a step is told again, also an error', () => {
  const step = new Step(undefined, ['open'])
  step.outcome = { value: 7 }
  expect(step.recall()).toBe(7)
  step.outcome = { error: { reason: new Error('refused') } }
  expect(() => step.recall()).toThrow('refused')
})
