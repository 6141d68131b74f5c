import { afterEach, describe, expect, test, vi } from 'vitest'
import { changeKept, keepSession, keptSession, type KeptSession } from '../../../packages/terminal/src/element/kept-session.ts'
import { keepTabs, keptTabs } from '../../../packages/terminal/src/element/kept-tabs.ts'
import { isList, isObject, readItem, writeItem } from '../../../packages/terminal/src/ui/page-storage.ts'

afterEach(() => vi.unstubAllGlobals())

/** A storage with room for `most` characters of each value. */
function storageOf(items: Record<string, string> = {}, most = Infinity) {
  return {
    getItem: (name: string) => items[name] ?? null,
    setItem: (name: string, value: string) => {
      if (value.length > most) throw new DOMException('full', 'QuotaExceededError')
      items[name] = value
    },
  }
}

/** What browsers do where the person has switched storage off: looking at the property throws. */
function withoutStorage(): void {
  for (const name of ['localStorage', 'sessionStorage']) {
    Object.defineProperty(globalThis, name, { configurable: true, get() { throw new DOMException('denied', 'SecurityError') } })
  }
}

describe('page storage', () => {
  test('an item comes back from the storage that has it, and only from there', () => {
    vi.stubGlobal('localStorage', storageOf())
    vi.stubGlobal('sessionStorage', storageOf())
    expect(writeItem('local', 'item', ['of all pages'])).toBe(true)
    expect(readItem('local', 'item', isList)).toEqual(['of all pages'])
    expect(readItem('session', 'item', isList)).toBe(null)
    expect(writeItem('session', 'item', { of: 'one tab' })).toBe(true)
    expect(readItem('session', 'item', isObject)).toEqual({ of: 'one tab' })
  })

  test.each(['', '{', 'null', '"text"', '7', '[]'])('an item with %j is no object, and is as if nothing were kept', (text) => {
    vi.stubGlobal('localStorage', storageOf({ item: text }))
    expect(readItem('local', 'item', isObject)).toBe(null)
  })

  test('a storage that is full, or not there, keeps nothing and throws nothing', () => {
    vi.stubGlobal('localStorage', storageOf({}, 4))
    expect(writeItem('local', 'item', 'too long')).toBe(false)
    const before = ['localStorage', 'sessionStorage'].map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const)
    withoutStorage()
    try {
      expect(writeItem('local', 'item', 1)).toBe(false)
      expect(readItem('session', 'item', isObject)).toBe(null)
    } finally {
      for (const [name, property] of before) property ? Object.defineProperty(globalThis, name, property) : Reflect.deleteProperty(globalThis, name)
    }
  })
})

describe('what a reload finds', () => {
  const kept: KeptSession = {
    id: 'a', running: true, inTmux: false,
    again: { target: { gateway: 'wss://gateway.example', host: 'db1', port: 22, username: 'ada', jump: [{ host: 'bastion', port: 22, username: 'ada' }] }, key: '', token: true },
  }

  test('a session is kept and changed; without one, nothing is', () => {
    vi.stubGlobal('sessionStorage', storageOf())
    changeKept('session', { running: true })
    expect(keptSession('session')).toBe(null)
    keepSession('session', kept)
    changeKept('session', { running: false })
    expect(keptSession('session')).toEqual({ ...kept, running: false })
  })

  test.each([
    ['no id', { ...kept, id: 7 }], ['no word on whether it runs', { id: 'a', inTmux: false }], ['a target without host', { ...kept, again: { ...kept.again, target: { gateway: 'wss://g', port: 22, username: 'ada' } } }],
    ['jump hosts that are none', { ...kept, again: { ...kept.again, target: { ...kept.again!.target, jump: ['bastion'] } } }], ['a list', [kept]],
  ])('what has %s is no session', (_, value) => {
    vi.stubGlobal('sessionStorage', storageOf({ session: JSON.stringify(value) }))
    expect(keptSession('session')).toBe(null)
  })

  test('tabs are kept without what else they have; what is no tab is left out', () => {
    const items: Record<string, string> = {}
    vi.stubGlobal('sessionStorage', storageOf(items))
    keepTabs('tabs', [{ id: 'a', number: 2, panel: 'of the page' } as never])
    expect(items.tabs).toBe('[{"id":"a","number":2}]')
    items.tabs = '[{"id":"a","number":2},{"id":7,"number":1},null,{"id":"b","number":1.5}]'
    expect(keptTabs('tabs')).toEqual([{ id: 'a', number: 2 }])
  })
})

describe('settings of the person', () => {
  test.each([
    ['as written', '{"theme":"dark","fontSize":20,"screenReader":true}', { theme: 'dark', fontSize: 20, screenReader: true }],
    ['of another version: only what is understood', '{"theme":"sepia","fontSize":"20","screenReader":1}', {}],
    ['a size that the form refuses', '{"fontSize":4000,"theme":"light"}', { theme: 'light' }],
    ['null', 'null', {}], ['a text', '"dark"', {}], ['damaged', '{"theme"', {}],
  ])('%s', async (_, text, expected) => {
    vi.resetModules()
    vi.stubGlobal('localStorage', storageOf({ 'libssh2-wasm-terminal': text }))
    const { settings } = await import('../../../packages/terminal/src/ui/settings.ts')
    expect(settings()).toEqual(expected)
  })
})
