import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Waits } from '../../../src/core/waits.ts'
import { seededRandom } from '../../support/random.ts'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

/** Counts how often somebody goes on. */
function waiting(waits: Waits): { times: number } {
  const count = { times: 0 }
  void waits.wait().then(() => { count.times += 1 })
  return count
}

/** Something has moved since a call on `a` said EAGAIN, and nobody has waited yet. */
function movedSince(): Waits {
  const waits = new Waits()
  waits.blocked('a', ['read'])
  waits.moved()
  waits.wake()
  return waits
}

const settle = () => vi.advanceTimersByTimeAsync(0)

describe('a wait', () => {
  test('ends at once if something has moved since the call that said EAGAIN, though another call has said EAGAIN since', async () => {
    const waits = movedSince()
    waits.blocked('b', ['read'])
    await waits.wait()
  })

  test('ends for both callers whoever comes first', async () => {
    for (const first of ['a', 'b']) {
      const waits = movedSince()
      waits.blocked('b', ['read'])
      await waits.wait()
      // The second says EAGAIN again and waits; the first has made its call anew or not.
      waits.blocked(first, ['read'])
      const others = [waiting(waits), waiting(waits)]
      await vi.advanceTimersByTimeAsync(10)
      if (first === 'b') expect(others.some(({ times }) => times === 1)).toBe(true)
      else expect(others.map(({ times }) => times)).toEqual([0, 0])
    }
  })

  test('goes on until something moves when every call has been repeated since the last move', async () => {
    const waits = movedSince()
    waits.blocked('a', ['read'])
    waits.blocked('b', ['read'])
    const both = [waiting(waits), waiting(waits)]
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(both.map(({ times }) => times)).toEqual([0, 0])
    waits.moved()
    waits.wake()
    await settle()
    expect(both.map(({ times }) => times)).toEqual([1, 1])
  })

  test.each(['over', 'gone'] as const)('is not disturbed by a call that is %s', async (how) => {
    const waits = movedSince()
    waits[how]('a', ['read'])
    waits.blocked('b', ['read'])
    const wait = waiting(waits)
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(wait.times).toBe(0)
  })

  test('tells calls on one thing apart by their arguments', async () => {
    const waits = new Waits()
    waits.blocked('lane', ['stat', 'a'])
    waits.moved()
    waits.wake()
    waits.blocked('lane', ['stat', 'b'])
    waits.over('lane', ['stat', 'b'])
    await waits.wait()
  })

  test('is aborted with the reason of its signal, and leaves no timer', async () => {
    const waits = movedSince()
    waits.blocked('b', ['read'])
    await waits.wait()
    const controller = new AbortController()
    const held = waits.wait(controller.signal)
    controller.abort('stop')
    await expect(held).rejects.toBe('stop')
    expect(vi.getTimerCount()).toBe(0)
  })
})

test.each([
  ['a loop that repeats its call', (waits: Waits) => waits.blocked('b', ['read'])],
  ['a loop that makes none', () => {}],
])('a call that somebody has given up disturbs %s a few times in an hour', async (_who, look) => {
  const waits = movedSince()
  let times = 0
  const loop = async (): Promise<never> => {
    for (;;) {
      look(waits)
      await waits.wait()
      times += 1
    }
  }
  void loop()
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(times).toBeLessThan(26)
  const before = times
  // Nor does it begin anew with each move.
  for (let moves = 0; moves < 100; moves++) {
    waits.moved()
    waits.wake()
    await settle()
  }
  expect(times - before).toBeLessThanOrEqual(200)
})

test.each([[1023, 1], [1024, 0]])('besides %i other callers, one who is late is told so %i times at once', async (others, times) => {
  const waits = new Waits()
  waits.blocked('late', ['read'])
  waits.moved()
  waits.wake()
  for (let n = 0; n < others; n++) waits.blocked({ n }, ['read'])
  const wait = waiting(waits)
  await vi.advanceTimersByTimeAsync(3_600_000)
  expect(wait.times).toBe(times)
})

test('two loops with pauses between EAGAIN and wait() get all that comes for them: 200 seeds', async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed)
    const waits = new Waits()
    const inbox = { a: 0, b: 0 }
    const wanted = 20
    const pause = async () => {
      const kind = random.below(4)
      if (kind === 1) await Promise.resolve()
      if (kind === 2) for (let ticks = random.below(6); ticks > 0; ticks--) await undefined
      if (kind === 3) await new Promise((resolve) => { setTimeout(resolve, random.below(8)) })
    }
    let wakes = 0
    const loop = async (name: 'a' | 'b') => {
      for (let got = 0; got < wanted;) {
        if (inbox[name] > 0) {
          inbox[name] -= 1
          got += 1
          waits.over(name, ['read'])
          // What has been taken lets the peer send the next: nothing else does.
          void pause().then(() => {
            const next = sent.a < wanted && (random.below(2) === 0 || sent.b >= wanted) ? 'a' : 'b'
            if (sent[next] >= wanted) return
            sent[next] += 1
            inbox[next] += 1
            waits.moved()
            waits.wake()
          })
          continue
        }
        waits.blocked(name, ['read'])
        await pause()
        await waits.wait()
        wakes += 1
        await pause()
      }
    }
    const sent = { a: 1, b: 1 }
    inbox.a = inbox.b = 1
    let done = false
    void Promise.all([loop('a'), loop('b')]).then(() => { done = true })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(done, `seed ${seed}`).toBe(true)
    expect(wakes, `seed ${seed}`).toBeLessThan(wanted * 12)
  }
})
