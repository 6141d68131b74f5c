import { describe, expect, test } from 'vitest'
import { ALL, type Driver } from '../../../src/core/driver.ts'
import { LIBSSH2_ERROR_EAGAIN as EAGAIN } from '../../../src/ffi/constants.gen.ts'
import { rejection } from '../../support/within.ts'
import { driverOfNothing, gate } from './driver-of-nothing.ts'

describe('a watcher of a source', () => {
  test('looks once for all that has arrived, for what is asked for while it looks, at the end of the session, and no longer when it has ended', () => {
    const { driver } = driverOfNothing()
    let looks = 0
    let again = false
    driver.watch(5, () => {
      looks += 1
      if (again) driver.markReady(5)
      again = false
    })
    driver.markReady(4)
    driver.arrived()
    expect(looks).toBe(0)
    driver.markReady(5)
    driver.markReady(5)
    driver.arrived()
    expect(looks).toBe(1)
    again = true
    driver.markReady(5)
    driver.pump()
    expect(looks).toBe(3)
    driver.wake()
    expect(looks).toBe(4)
    driver.watch(5)
    driver.markReady(5)
    driver.wake()
    expect(looks).toBe(4)
  })
})

describe('an operation that waits for one channel', () => {
  /** Waits for channel 5. */
  const parked = (driver: Driver) => {
    const waiting = { calls: 0, over: false, result: undefined as unknown }
    waiting.result = driver.run(() => {
      waiting.calls += 1
      driver.current!.calls()
      if (waiting.over) return 0
      driver.current!.waitsFor(5)
      return EAGAIN
    })
    return waiting
  }

  test('is not attempted when others end or begin, however many', async () => {
    const { driver } = driverOfNothing()
    const waiting = parked(driver)
    for (let round = 0; round < 100; round++) await driver.run(() => round)
    driver.release()
    await driver.run(() => 0)
    expect(waiting.calls).toBe(1)
    waiting.over = true
    driver.markReady(5)
    driver.arrived()
    expect(await waiting.result).toBe(0)
    expect(waiting.calls).toBe(2)
  })

  test('is attempted after a direct call that closed its channel, and when the session ends', async () => {
    for (const happens of [(driver: Driver) => { driver.markReady(5); driver.afterDirectCall() }, (driver: Driver) => { driver.releaseAll(); driver.afterDirectCall() }]) {
      const { driver } = driverOfNothing()
      const waiting = parked(driver)
      waiting.over = true
      happens(driver)
      expect(await waiting.result).toBe(0)
    }
  })
})

describe('operations that wait for a channel', () => {
  /** A call of the bindings that looks at channel `source` alone. */
  function looksAt(driver: Driver, source: number) {
    const { state, call } = gate(`ready: ${source}`)
    const attempt = () => {
      const { current } = driver
      if (current) current.source = source
      return call()
    }
    return { state, attempt }
  }

  test('are not attempted by what arrives for others', () => {
    const { driver, driven } = driverOfNothing()
    const channels = Array.from({ length: 50 }, (_, number) => looksAt(driver, number))
    for (const { attempt } of channels) void driver.run(attempt)
    const before = channels.map(({ state }) => state.calls)
    driven.wire.bytesRead += 1
    driver.markReady(7)
    driver.arrived()
    expect(channels.flatMap(({ state }, number) => state.calls === before[number] ? [] : [number])).toEqual([7])
    expect(driver.pending).toBe(50)
  })

  test('go on when something has arrived for them, for all, or when they are woken', async () => {
    const { driver } = driverOfNothing()
    const wakes = [() => { driver.markReady(3); driver.arrived() }, () => { driver.markReady(ALL); driver.arrived() }, () => driver.wake()]
    for (const wake of wakes) {
      const { state, attempt } = looksAt(driver, 3)
      const result = driver.run(attempt)
      state.open = true
      wake()
      expect(await result).toBe('ready: 3')
    }
  })

  test('hear of what another operation takes in', async () => {
    const { driver, driven } = driverOfNothing()
    const { state, attempt } = looksAt(driver, 3)
    const waiting = driver.run(attempt)
    let arrived = false
    const taking = driver.run(() => {
      if (!arrived) return EAGAIN
      driven.wire.bytesRead += 1
      state.open = true
      driver.markReady(3)
      return 'taken'
    })
    arrived = true
    driver.arrived()
    expect(await Promise.all([waiting, taking])).toEqual(['ready: 3', 'taken'])
  })

  test('are served in the order in which they were asked for', async () => {
    const { driver } = driverOfNothing()
    const data = ['first', 'second']
    let there = false
    const read = () => {
      if (driver.current) driver.current.source = 3
      return there ? data.shift() as string : EAGAIN
    }
    const first = driver.run(read)
    const second = driver.run(read)
    there = true
    driver.markReady(3)
    driver.arrived()
    expect(await Promise.all([first, second])).toEqual(['first', 'second'])
  })

  test('are forgotten when aborted', async () => {
    const { driver } = driverOfNothing()
    const controller = new AbortController()
    const { state, attempt } = looksAt(driver, 3)
    const failed = rejection(driver.run(attempt, { signal: controller.signal }))
    controller.abort(new Error('enough'))
    await failed
    const { calls } = state
    driver.wake()
    expect({ calls: state.calls, pending: driver.pending }).toEqual({ calls, pending: 0 })
  })
})
