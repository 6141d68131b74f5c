import { describe, expect, test, vi } from 'vitest'
import { Driver } from '../../../src/core/driver.ts'
import { Lane } from '../../../src/core/lane.ts'
import { LIBSSH2_ERROR_EAGAIN as EAGAIN } from '../../../src/ffi/constants.gen.ts'
import { rejection } from '../../support/within.ts'
import { driverOfNothing, gate, settled } from './driver-of-nothing.ts'

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
      if (driven.wire.bytesRead === 0) return EAGAIN
      forFirst = 'found by the second call'
      return 'second'
    })
    driven.wire.bytesRead = 10
    driver.wake()
    expect(await second).toBe('second')
    expect(await first).toBe('found by the second call')
  })

  test('goes round again if the transport answers while it is flushed to', async () => {
    const driven = { answer: false, wire: { bytesRead: 0, flush: () => {} } }
    const driver = new Driver(driven.wire, () => {})
    driven.wire.flush = () => {
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

describe('what operations send', () => {
  test('goes out at once for the first of a turn, and together for the others', async () => {
    let [queued, sent, writes] = [0, 0, 0]
    const flush = () => {
      if (queued > 0) writes += 1
      sent += queued
      queued = 0
    }
    const driver = new Driver({ bytesRead: 0, flush }, () => {})
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
    const result = driver.run(() => driven.wire.bytesRead > 0 ? 'found' : EAGAIN)
    driven.wire.bytesRead = 5
    driver.afterDirectCall()
    expect(await result).toBe('found')
  })

  test('flushes otherwise', async () => {
    const flush = vi.fn()
    new Driver({ bytesRead: 0, flush }, () => {}).afterDirectCall()
    await settled()
    expect(flush).toHaveBeenCalledOnce()
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
