import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { keystrokeInterval, Keystrokes } from '../../../src/client/keystrokes.ts'
import type { LiveChannel } from '../../../src/client/live-channel.ts'

/** A channel that keeps when what was sent: the text of data, `PING` for chaff. */
function recorder(write: (text: string) => Promise<void> = async () => {}) {
  const sent: [time: number, what: string][] = []
  let end = (_: unknown): void => {}
  let over = (): void => {}
  const note = (what: string) => { sent.push([performance.now(), what]) }
  const live = {
    over: new Promise<void>((resolve) => { over = resolve }),
    onEnd: (callback: (reason: unknown) => void) => { end = callback },
    write: async (data: Uint8Array | string) => {
      const text = typeof data === 'string' ? data : new TextDecoder().decode(data)
      note(text)
      await write(text)
    },
    channel: { session: { sendPing: () => { note('PING'); return 0 } } },
  } as unknown as LiveChannel
  return { live, sent, end: (reason: unknown) => end(reason), over: () => over() }
}

const gaps = (sent: readonly [number, string][]) => sent.slice(1).map(([time], at) => time - sent[at]![0])

describe('keystrokes at a fixed rate', () => {
  beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }) })
  afterEach(() => { vi.useRealTimers() })

  it('the first key goes out at once, what follows on ticks of 18 to 22 ms, and chaff in between until one to three seconds behind the last key', async () => {
    const { live, sent } = recorder()
    const keys = new Keystrokes(live, 20)
    await keys.write('a')
    expect(sent).toEqual([[performance.now(), 'a']])
    await vi.advanceTimersByTimeAsync(3)
    await keys.write('b')
    await vi.advanceTimersByTimeAsync(4)
    await keys.write('c')
    expect(sent.length).toBe(1)
    await vi.advanceTimersByTimeAsync(60)
    await keys.write('d')
    const last = performance.now()
    await vi.advanceTimersByTimeAsync(5000)
    expect(sent.slice(0, 2).map(([, what]) => what)).toEqual(['a', 'bc'])
    expect(sent.filter(([, what]) => what !== 'PING').map(([, what]) => what)).toEqual(['a', 'bc', 'd'])
    // A timer has whole milliseconds.
    for (const gap of gaps(sent)) expect(gap).toSatisfy((ms: number) => ms >= 17 && ms <= 23)
    const end = sent.at(-1)![0] - last
    expect(end).toSatisfy((ms: number) => ms >= 1024 - 23 && ms <= 3072)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('a burst that follows begins anew, at a rate of its own', async () => {
    const { live, sent } = recorder()
    const keys = new Keystrokes(live, 100)
    await keys.write('a')
    await vi.advanceTimersByTimeAsync(4000)
    const before = sent.length
    await keys.write('b')
    expect(sent.slice(before)).toEqual([[performance.now(), 'b']])
    await vi.advanceTimersByTimeAsync(4000)
    for (const gap of [...gaps(sent.slice(0, before)), ...gaps(sent.slice(before))]) expect(gap).toSatisfy((ms: number) => ms >= 89 && ms <= 111)
  })

  it('what is no typing is written at once, behind what waits', async () => {
    const { live, sent } = recorder()
    const keys = new Keystrokes(live, 20)
    await keys.write('a')
    await keys.write('b')
    await keys.write('x'.repeat(255))
    expect(sent.map(([, what]) => what)).toEqual(['a', 'b', 'x'.repeat(255)])
    expect(vi.getTimerCount()).toBe(0)
    await keys.write(new Uint8Array(256))
    await keys.write('c')
    expect(sent.at(-1)![1]).toBe('c')
    await keys.write('d')
    expect(sent.at(-1)![1]).toBe('c')
    await keys.flush()
    expect(sent.at(-1)![1]).toBe('d')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('a chunk that its owner changes afterwards was taken as it was', async () => {
    const { live, sent } = recorder()
    const keys = new Keystrokes(live, 20)
    await keys.write('a')
    const chunk = new TextEncoder().encode('b')
    await keys.write(chunk)
    chunk[0] = 0x7a
    await keys.flush()
    expect(sent.at(-1)![1]).toBe('b')
  })

  it('what a tick has met is told to the next writer, and to who closes; nothing is sent any more', async () => {
    const failure = new Error('gone')
    for (const next of [(keys: Keystrokes) => keys.write('c'), (keys: Keystrokes) => keys.flush()]) {
      const { live, sent } = recorder((text) => text === 'b' ? Promise.reject(failure) : Promise.resolve())
      const keys = new Keystrokes(live, 20)
      await keys.write('a')
      await keys.write('b')
      await vi.advanceTimersByTimeAsync(30)
      await expect(next(keys)).rejects.toBe(failure)
      await vi.advanceTimersByTimeAsync(5000)
      expect(sent.map(([, what]) => what)).toEqual(['a', 'b'])
      expect(vi.getTimerCount()).toBe(0)
    }
  })

  it('where the window is full nothing passes what is being written, chaff neither', async () => {
    let open = (): void => {}
    const { live, sent } = recorder((text) => text === 'b' ? new Promise((resolve) => { open = resolve }) : Promise.resolve())
    const keys = new Keystrokes(live, 20)
    await keys.write('a')
    await keys.write('b')
    await vi.advanceTimersByTimeAsync(50)
    await keys.write('c')
    await vi.advanceTimersByTimeAsync(500)
    expect(sent.map(([, what]) => what)).toEqual(['a', 'b'])
    open()
    await vi.advanceTimersByTimeAsync(30)
    expect(sent[2]![1]).toBe('c')
  })

  it('ends with its channel, by whatever side', async () => {
    for (const how of ['end', 'over'] as const) {
      const recording = recorder()
      const keys = new Keystrokes(recording.live, 20)
      await keys.write('a')
      expect(vi.getTimerCount()).toBe(1)
      recording[how](new Error('over'))
      await Promise.resolve()
      expect(vi.getTimerCount()).toBe(0)
    }
  })
})

describe('keystrokeInterval', () => {
  it('is 20 ms by default, and what is named', () => {
    expect([undefined, false, true, 1, 35, 1000].map(keystrokeInterval)).toEqual([0, 0, 20, 1, 35, 1000])
  })

  it.each([0, -1, 1.5, 1001, NaN, Infinity])('%d is no interval', (wrong) => {
    expect(() => keystrokeInterval(wrong)).toThrow(RangeError)
  })

  it.each(['20', null, {}])('%o is neither', (wrong) => {
    expect(() => keystrokeInterval(wrong as never)).toThrow(TypeError)
  })
})
