import { describe, expect, test, vi } from 'vitest'
import { ALL, Driver } from '../../../src/core/driver.ts'
import { Lane } from '../../../src/core/lane.ts'
import { LIBSSH2_ERROR_EAGAIN as EAGAIN } from '../../../src/ffi/constants.gen.ts'
import { rejection } from '../../support/within.ts'

/** A driver of nothing, whose bytes the test counts. */
function driverOfNothing() {
  const driven = { bytes: 0, bytesRead: () => driven.bytes, service: () => {}, flush: () => {} }
  return { driver: new Driver(driven), driven }
}

/** A call that would block until it is let go. */
function gate<T>(result: T) {
  const state = { open: false, calls: 0 }
  return { state, call: () => { state.calls += 1; return state.open ? result : EAGAIN } }
}

const settled = () => new Promise<void>((resolve) => { setImmediate(resolve) })

describe('run', () => {
  test('resolves at once with what is not EAGAIN', async () => {
    expect(await driverOfNothing().driver.run(() => 7)).toBe(7)
  })

  test('repeats on EAGAIN when woken', async () => {
    const { driver } = driverOfNothing()
    const { state, call } = gate('done')
    const result = driver.run(call)
    driver.wake()
    state.open = true
    driver.wake()
    expect(await result).toBe('done')
    expect(state.calls).toBe(3)
  })

  test('takes a tuple that begins with EAGAIN for EAGAIN', async () => {
    const { driver } = driverOfNothing()
    let rc: number = EAGAIN
    const result = driver.run(() => [rc, 'data'] as const)
    rc = 4
    driver.wake()
    expect(await result).toEqual([4, 'data'])
  })

  test('rejects with what the call throws', async () => {
    const error = new Error('refused')
    expect(await rejection(driverOfNothing().driver.run(() => { throw error }))).toBe(error)
  })

  test('repeats every operation after one that took bytes or finished (law 2)', async () => {
    const { driver, driven } = driverOfNothing()
    let forFirst: string | undefined
    const first = driver.run(() => forFirst ?? EAGAIN)
    const second = driver.run(() => {
      if (driven.bytes === 0) return EAGAIN
      forFirst = 'found by the second call'
      return 'second'
    })
    driven.bytes = 10
    driver.wake()
    expect(await second).toBe('second')
    expect(await first).toBe('found by the second call')
  })

  test('goes round again if the transport answers while it is flushed to', async () => {
    const driven = { answer: false, bytesRead: () => 0, service: () => {}, flush: () => {} }
    const driver = new Driver(driven)
    driven.flush = () => {
      if (driven.answer) return
      driven.answer = true
      driver.wake()
    }
    expect(await driver.run(() => driven.answer ? 'answered' : EAGAIN)).toBe('answered')
  })

  test('keeps nothing of operations that have ended', async () => {
    const { driver } = driverOfNothing()
    await driver.run(() => 0)
    await rejection(driver.run(() => { throw new Error() }))
    expect(driver.pending).toBe(0)
  })
})

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

describe('what operations send', () => {
  test('goes out at once for the first of a turn, and together for the others', async () => {
    let [queued, sent, writes] = [0, 0, 0]
    const flush = () => {
      if (queued > 0) writes += 1
      sent += queued
      queued = 0
    }
    const driver = new Driver({ bytesRead: () => 0, service: () => {}, flush })
    for (let turn = 0; turn < 2; turn++) {
      const all = Array.from({ length: 10 }, () => driver.run(() => { queued += 1; return 0 }))
      expect(sent).toBe(turn * 10 + 1)
      await Promise.all(all)
      await settled()
      expect([sent, writes]).toEqual([turn * 10 + 10, turn * 2 + 2])
    }
  })
})

describe('abort', () => {
  test('rejects at once with the reason of the signal', async () => {
    const { driver } = driverOfNothing()
    const controller = new AbortController()
    const result = driver.run(() => EAGAIN, { signal: controller.signal })
    controller.abort(new Error('enough'))
    expect(await rejection(result)).toEqual(new Error('enough'))
  })

  test('before the call makes no call', async () => {
    const call = vi.fn(() => 0)
    await rejection(driverOfNothing().driver.run(call, { signal: AbortSignal.abort() }))
    expect(call).not.toHaveBeenCalled()
  })

  test('drops an operation that stands nowhere', async () => {
    const { driver } = driverOfNothing()
    const controller = new AbortController()
    const { state, call } = gate('data')
    const result = rejection(driver.run(call, { signal: controller.signal }))
    controller.abort()
    await result
    state.open = true
    driver.wake()
    expect(state.calls).toBe(1)
    expect(driver.pending).toBe(0)
  })

  test('keeps an operation that libssh2 is in the middle of, and hands its late result to discard (law 7)', async () => {
    const { driver } = driverOfNothing()
    const controller = new AbortController()
    const lane = new Lane()
    const { state, call } = gate('channel')
    const discard = vi.fn()
    const result = rejection(driver.run(() => {
      const step = driver.current!.step(lane, ['open'])
      if (state.open) lane.release(step)
      else lane.hold(step)
      return call()
    }, { signal: controller.signal, discard }))
    controller.abort()
    await result
    expect(driver.pending).toBe(1)
    state.open = true
    driver.wake()
    expect(discard).toHaveBeenCalledExactlyOnceWith('channel')
    expect(driver.pending).toBe(0)
  })

  test('drops a kept operation as soon as libssh2 is out of the middle', async () => {
    const { driver } = driverOfNothing()
    const controller = new AbortController()
    let midway = true
    const lane = new Lane()
    const result = rejection(driver.run(() => {
      const step = driver.current!.step(lane, ['open'])
      if (midway) lane.hold(step)
      else lane.release(step)
      return EAGAIN
    }, { signal: controller.signal }))
    controller.abort()
    await result
    midway = false
    driver.wake()
    expect(driver.pending).toBe(0)
  })
})

describe('wait', () => {
  test('resolves with the next bytes', async () => {
    const { driver } = driverOfNothing()
    const woken = vi.fn()
    void driver.wait().then(woken)
    await settled()
    expect(woken).not.toHaveBeenCalled()
    driver.wake()
    await settled()
    expect(woken).toHaveBeenCalledOnce()
  })

  test('resolves at once if something moved after the call that said EAGAIN', async () => {
    const { driver } = driverOfNothing()
    driver.blocked('channel', ['read'])
    driver.wake()
    await driver.wait()
  })

  test('does not resolve for an operation that has merely ended', async () => {
    const { driver } = driverOfNothing()
    driver.blocked('channel', ['read'])
    await driver.run(() => 0)
    const woken = vi.fn()
    void driver.wait().then(woken)
    await settled()
    expect(woken).not.toHaveBeenCalled()
  })

  test('does not resolve a second time for the same event', async () => {
    const { driver } = driverOfNothing()
    driver.wake()
    await driver.wait()
    const woken = vi.fn()
    void driver.wait().then(woken)
    await settled()
    expect(woken).not.toHaveBeenCalled()
  })

  test('rejects with the reason of its signal, and is forgotten', async () => {
    const { driver } = driverOfNothing()
    const controller = new AbortController()
    const result = driver.wait(controller.signal)
    controller.abort('stop')
    expect(await rejection(result)).toBe('stop')
    driver.wake()
  })
})

describe('afterDirectCall', () => {
  test('wakes the others when a call from outside took their bytes', async () => {
    const { driver, driven } = driverOfNothing()
    const result = driver.run(() => driven.bytes > 0 ? 'found' : EAGAIN)
    driven.bytes = 5
    driver.afterDirectCall()
    expect(await result).toBe('found')
  })

  test('flushes otherwise', async () => {
    const flush = vi.fn()
    new Driver({ bytesRead: () => 0, service: () => {}, flush }).afterDirectCall()
    await settled()
    expect(flush).toHaveBeenCalledOnce()
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
    driven.bytes += 1
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
      driven.bytes += 1
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

describe('slice', () => {
  test('one in each turn of the event loop, however many operations ask, and timers and messages get theirs in between', async () => {
    const { driver } = driverOfNothing()
    const said: string[] = []
    const computation = (name: string, slices: number) => () => {
      while (slices > 0) {
        if (!driver.slice()) return EAGAIN
        slices -= 1
        said.push(name)
      }
      return 'done'
    }
    const tick = () => { said.push('.'); ticking = setImmediate(tick) }
    let ticking = setImmediate(tick)
    const results = [driver.run(computation('a', 3)), driver.run(computation('b', 2))]
    expect(said).toEqual(['a'])
    expect(await Promise.all(results)).toEqual(['done', 'done'])
    clearImmediate(ticking)
    const slices = said.join('').split('.').filter((turn) => turn !== '')
    expect(slices.every((turn) => turn.length === 1)).toBe(true)
    expect(slices.sort()).toEqual(['a', 'a', 'a', 'b', 'b'])
  })

  test('a computation that ends within its slice wakes nobody', async () => {
    const { driver } = driverOfNothing()
    const { state, call } = gate('done')
    void driver.run(call)
    expect(driver.slice()).toBe(true)
    const calls = state.calls
    await settled()
    await settled()
    expect(state.calls).toBe(calls)
    expect(driver.slice()).toBe(true)
  })
})
