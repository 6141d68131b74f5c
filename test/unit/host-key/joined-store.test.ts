// The files of a user and of the system as one text.
import { describe, expect, test, vi } from 'vitest'
import { joinedHostKeyStore } from '../../../src/host-key/stores/joined.ts'
import { memoryHostKeyStore } from '../../../src/host-key/stores/host-key-store.ts'

/** A user's text and a system's. */
function both(own: string, system: string) {
  const first = memoryHostKeyStore(own), second = memoryHostKeyStore(system), appended = vi.fn()
  const texts = async () => [await first.read(), await second.read()]
  return { first, second, appended, texts, store: joinedHostKeyStore(first, [second], appended) }
}

test('their lines are lines of one text, in order', async () => {
  expect(await both('a', 'b').store.read()).toBe('a\nb\n')
  expect(await both('', '').store.read()).toBe('')
  expect(joinedHostKeyStore({ ...memoryHostKeyStore(), place: 'there' }, [], () => {}).place).toBe('there')
})

describe('append', () => {
  test('adds to the first', async () => {
    const { store, texts, appended } = both('a', 'b')
    expect(await store.append('c', 'a\nb\n')).toBe(true)
    expect(await store.append('d')).toBe(true)
    expect(await texts()).toEqual(['a\nc\nd\n', 'b'])
    expect(appended).toHaveBeenCalledTimes(2)
  })
  test('compares nothing if nothing was looked at', async () => {
    const { store, first } = both('a\n', 'b\n')
    const append = vi.spyOn(first, 'append')
    await store.append('c')
    expect(append).toHaveBeenCalledWith('c', undefined)
  })
  test('adds nothing if either has changed, even while it looks', async () => {
    const { store, first, second, texts, appended } = both('a\n', 'b\n')
    await second.append('new')
    expect(await store.append('c', 'a\nb\n')).toBe(false)
    await first.append('new')
    expect(await store.append('c', 'a\nb\nnew\n')).toBe(false)
    const append = vi.spyOn(first, 'append').mockReturnValue(false)
    expect(await store.append('c', 'a\nnew\nb\nnew\n')).toBe(false)
    expect(append).toHaveBeenCalledWith('c', 'a\nnew\n')
    expect(await texts()).toEqual(['a\nnew\n', 'b\nnew\n'])
    expect(appended).not.toHaveBeenCalled()
  })
})

describe('replace', () => {
  test('changes the first, and nothing that others have', async () => {
    const { store, texts } = both('a\nc\n', 'b\n')
    expect(await store.replace!('a\nc\nb\n', 'a\nb\n')).toBe(true)
    expect(await store.replace!('a\nb\n', 'a\n')).toBe(false)
    expect(await store.replace!('a\n', 'b\n')).toBe(false)
    expect(await texts()).toEqual(['a\n', 'b\n'])
  })
  test('is there if the first has it', () => {
    const { read, append } = memoryHostKeyStore()
    expect(joinedHostKeyStore({ read, append }, [], () => {}).replace).toBeUndefined()
  })
})
