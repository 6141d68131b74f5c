import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Deadline } from '../../../src/abort/deadline.ts'
import { after, milliseconds } from '../../../src/abort/milliseconds.ts'
import { onAbort } from '../../../src/abort/on-abort.ts'
import { orAbort } from '../../../src/abort/or-abort.ts'

const never = () => new Promise<never>(() => {})
const aborted = (reason: unknown) => AbortSignal.abort(reason)
const settled = (promise: Promise<unknown>) => promise.then((value) => ({ value }), (error: unknown) => ({ error }))

describe('times', () => {
  test('0 and Infinity are never', () => {
    expect([milliseconds(0, 'x'), milliseconds(Infinity, 'x'), milliseconds(5, 'x'), milliseconds(2 ** 40, 'x')]).toEqual([Infinity, Infinity, 5, 2 ** 40])
  })

  test.each([NaN, -1, -Infinity])('%d is a RangeError', (value) => {
    expect(() => milliseconds(value, 'connectTimeout')).toThrow(/connectTimeout must be 0 or more/)
    expect(() => milliseconds(value, 'x')).toThrow(RangeError)
  })

  test.each(['5', null, undefined, 5n, {}])('%s is a TypeError', (value) => {
    expect(() => milliseconds(value as never, 'x')).toThrow(TypeError)
  })

  describe('with a clock of the test', () => {
    beforeEach(() => { vi.useFakeTimers() })
    afterEach(() => { vi.useRealTimers() })

    test('a time beyond 2^31 - 1 is waited for in parts', () => {
      const called = vi.fn()
      after(2 ** 32, called)
      vi.advanceTimersByTime(2 ** 31)
      vi.advanceTimersByTime(2 ** 31 - 1)
      expect(called).not.toHaveBeenCalled()
      vi.advanceTimersByTime(1)
      expect(called).toHaveBeenCalledTimes(1)
    })

    test('what is taken back does not call, in any part', () => {
      const called = vi.fn()
      const stop = after(2 ** 32, called)
      vi.advanceTimersByTime(2 ** 31 + 5)
      stop()
      expect(vi.getTimerCount()).toBe(0)
    })

    test('never needs no timer', () => {
      after(Infinity, () => {})
      expect(vi.getTimerCount()).toBe(0)
    })

    test('a deadline ends with what its maker says', async () => {
      using deadline = new Deadline(undefined, 100, (limit) => new Error(`${limit} are over`))
      const work = settled(deadline.run(never()))
      vi.advanceTimersByTime(100)
      expect(await work).toEqual({ error: new Error('100 are over') })
      expect(deadline.signal.aborted).toBe(true)
    })

    test('stands still while a person is asked, also by two at once', async () => {
      using deadline = new Deadline(undefined, 100)
      vi.advanceTimersByTime(60)
      const answers: (() => void)[] = []
      const ask = () => deadline.ask(() => new Promise<void>((resolve) => { answers.push(resolve) }))
      const asked = [ask(), ask()]
      vi.advanceTimersByTime(5000)
      answers[0]?.()
      await asked[0]
      vi.advanceTimersByTime(5000)
      answers[1]?.()
      await asked[1]
      vi.advanceTimersByTime(39)
      expect(deadline.signal.aborted).toBe(false)
      vi.advanceTimersByTime(2)
      expect(deadline.signal.aborted).toBe(true)
    })
  })
})

describe('a deadline', () => {
  test('is over when it has ended, and when its work has', () => {
    const ended = new Deadline(), done = new Deadline()
    expect([ended.over, done.over]).toEqual([false, false])
    ended.end('enough')
    done[Symbol.dispose]()
    expect([ended.over, done.over]).toEqual([true, true])
    expect(done.signal.aborted).toBe(false)
  })

  test('listens to its own signal once, however many steps there are, and ends each of them', async () => {
    const listening = vi.spyOn(AbortSignal.prototype, 'addEventListener'), leaving = vi.spyOn(AbortSignal.prototype, 'removeEventListener')
    try {
      using deadline = new Deadline()
      for (let step = 1; step <= 3; step++) expect(await deadline.run(Promise.resolve(step))).toBe(step)
      const left = [settled(deadline.run(never())), settled(deadline.run(never()))]
      expect([listening.mock.calls.length, leaving.mock.calls.length]).toEqual([1, 0])
      deadline.end('enough')
      expect(await Promise.all(left)).toEqual([{ error: 'enough' }, { error: 'enough' }])
    } finally {
      vi.restoreAllMocks()
    }
  })
})

describe('abort', () => {
  test('onAbort fires at once if the signal has aborted already', () => {
    const called = vi.fn()
    onAbort(aborted('gone'), called)
    expect(called).toHaveBeenCalledTimes(1)
  })

  test('orAbort gives what comes late to discard, whether it comes after the abort or the abort was first', async () => {
    const late: string[] = []
    await expect(orAbort(Promise.resolve('first'), aborted('gone'), (value) => late.push(value))).rejects.toBe('gone')
    const controller = new AbortController()
    let answer = (_: string) => {}
    const waiting = settled(orAbort(new Promise<string>((resolve) => { answer = resolve }), controller.signal, (value) => late.push(value)))
    controller.abort('later')
    expect(await waiting).toEqual({ error: 'later' })
    answer('second')
    await new Promise(setImmediate)
    expect(late).toEqual(['first', 'second'])
  })

  test('an answer that fails after the abort, and a discard that throws, are nobody\'s', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    await settled(orAbort(Promise.reject(new Error('late')), aborted('gone')))
    await settled(orAbort(Promise.resolve(1), aborted('gone'), () => { throw new Error('discard') }))
    await new Promise((resolve) => setTimeout(resolve, 5))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('a deadline', () => {
  test('rejects with the reason of a signal that has aborted before', async () => {
    using deadline = new Deadline(aborted('gone'))
    await expect(deadline.run(1)).rejects.toBe('gone')
  })

  test('follows a signal', async () => {
    const controller = new AbortController()
    using deadline = new Deadline(controller.signal)
    const work = settled(deadline.run(never()))
    const question = settled(deadline.ask(never))
    controller.abort('mine')
    expect([await work, await question]).toEqual([{ error: 'mine' }, { error: 'mine' }])
  })

  test('disposes of what it owns, the last first, whatever one of them throws', () => {
    const gone: string[] = []
    const thing = (name: string): Disposable => ({ [Symbol.dispose]: () => { gone.push(name); throw new Error(name) } })
    {
      using deadline = new Deadline()
      deadline.own(thing('a'))
      deadline.disown(deadline.own(thing('b')))
      deadline.own(thing('c'))
    }
    expect(gone).toEqual(['c', 'a'])
  })

  test('lets things live on that are kept, and says nothing afterwards', () => {
    const gone = vi.fn()
    const controller = new AbortController()
    const deadline = new Deadline(controller.signal)
    deadline.own({ [Symbol.dispose]: gone })
    deadline.keep()
    deadline[Symbol.dispose]()
    controller.abort()
    deadline.end('late')
    expect(gone).not.toHaveBeenCalled()
    expect(deadline.signal.aborted).toBe(false)
  })

  test('rejects values that are not signals', () => {
    expect(() => new Deadline({} as never)).toThrow(/signal must be an AbortSignal/)
    expect(() => new Deadline(null as never)).toThrow(TypeError)
  })
})
