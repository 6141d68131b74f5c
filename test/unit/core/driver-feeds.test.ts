import { expect, test } from 'vitest'
import { driverOfNothing, settled } from './driver-of-nothing.ts'

/** A feed that has something to do until it is told otherwise. */
function feed() {
  const state = { calls: 0, over: false }
  return { state, work: () => { state.calls += 1; return state.over } }
}

test('a feed is called at once, and in every pass until it has nothing to do', () => {
  const { driver } = driverOfNothing()
  const { state, work } = feed()
  driver.feed(work)
  expect(state.calls).toBe(1)
  driver.arrived()
  expect(state.calls).toBe(2)
  state.over = true
  driver.arrived()
  driver.arrived()
  expect(state.calls).toBe(3)
  driver.feed(work)
  expect(state.calls).toBe(4)
})

test('operations that wait do not keep a feed from its turn, nor the other way round', async () => {
  const { driver } = driverOfNothing()
  const { state, work } = feed()
  driver.feed(work)
  const seen: number[] = []
  await driver.run(() => { seen.push(state.calls); return 0 })
  expect(seen).toEqual([1])
  expect(state.calls).toBeGreaterThan(1)
})

test('a feed that begins in a pass is called in the same pass', () => {
  const { driver } = driverOfNothing()
  const [first, second] = [feed(), feed()]
  first.state.over = true
  driver.watch(3, () => driver.feed(first.work))
  driver.feed(() => {
    driver.feed(second.work)
    return true
  })
  expect(second.state.calls).toBe(1)
  driver.markReady(3)
  driver.pump()
  expect(first.state.calls).toBe(1)
})

test('what the first feed of a turn sends goes out at once, what others send at the end of the turn, together', async () => {
  const { driver, driven } = driverOfNothing()
  let flushes = 0
  driven.wire.flush = () => { flushes += 1 }
  driver.feed(() => true)
  expect(flushes).toBe(1)
  driver.feed(() => true)
  driver.feed(() => true)
  expect(flushes).toBe(1)
  await settled()
  expect(flushes).toBe(2)
})
