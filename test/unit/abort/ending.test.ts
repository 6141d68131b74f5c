import { expect, test } from 'vitest'
import { Ending } from '../../../src/abort/ending.ts'
import { onAbort } from '../../../src/abort/on-abort.ts'

test('every callback of onAbort that still waits is called at the end, once, and finds the reason', () => {
  const ending = new Ending()
  const called: unknown[] = []
  const stop = onAbort(ending.signal, () => called.push('stopped'))
  onAbort(ending.signal, () => called.push(['first', ending.reason]))
  onAbort(ending.signal, () => called.push(['second', ending.signal.aborted]))
  stop()
  ending.end('why')
  ending.end('again')
  expect(called).toEqual([['first', 'why'], ['second', true]])
  expect(ending.reason).toBe('why')
})

test('what comes after the end is called at once, and what has left is forgotten', () => {
  const ending = new Ending()
  const called: string[] = []
  onAbort(ending.signal, () => called.push('never'))()
  ending.throwIfAborted()
  ending.end(new Error('mine'))
  expect(called).toEqual([])
  onAbort(ending.signal, () => called.push('at once'))
  expect(called).toEqual(['at once'])
  expect(() => ending.throwIfAborted()).toThrow('mine')
})
