import { afterEach, expect, test, vi } from 'vitest'
import { inAnotherTurn } from '../../../src/core/turn.ts'

afterEach(() => vi.unstubAllGlobals())

test.each([[[]], [['setImmediate']], [['setImmediate', 'MessageChannel']]])('without %j: microtasks and what was due come first', async (lacking) => {
  const due = setImmediate
  for (const name of lacking) vi.stubGlobal(name, undefined)
  const said: string[] = []
  due(() => said.push('due'))
  const called = new Promise<void>((resolve) => {
    inAnotherTurn(() => {
      said.push('called')
      resolve()
    })
  })
  void Promise.resolve().then(() => said.push('microtask'))
  said.push('now')
  await called
  expect(said.slice(0, 2)).toEqual(['now', 'microtask'])
  expect(said.at(-1)).toBe('called')
})
