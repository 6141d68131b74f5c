// What a store of known hosts learns and forgets when a server has announced its keys.
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { agreedRotation, keepKeys } from '../../../src/host-key/update-store.ts'
import { formatPublicKey, generateKeyPair, KnownHostsFile, memoryHostKeyStore, type PrivateKey } from '../../../src/index.ts'

let keys: Record<'current' | 'next' | 'later' | 'gone', PrivateKey>
beforeAll(async () => {
  const [current, next, later, gone] = await Promise.all(Array.from({ length: 4 }, () => generateKeyPair('ed25519')))
  keys = { current: current!, next: next!, later: later!, gone: gone! }
})
type Name = keyof typeof keys
const line = (names: string, key: Name) => `${names} ${formatPublicKey(keys[key])}\n`
const blobs = (...names: readonly Name[]) => names.map((name) => keys[name].publicKey)
const HOST = { host: 'h.example', port: 22 }

/** A store that says what is done to it. */
function watched(text: string, replaces: boolean) {
  const inner = memoryHostKeyStore(text)
  const append = vi.fn((added: string, looked?: string) => inner.append(added, looked)), replace = vi.fn((before: string, after: string) => inner.replace!(before, after))
  return { store: { read: () => inner.read(), append, ...replaces && { replace } }, append, replace, text: () => inner.read() }
}

describe('keepKeys', () => {
  test('a store that can, replaces its text once', async () => {
    const before = `# first\n${line('h.example', 'current')}${line('h.example', 'gone')}${line('other', 'gone')}`
    const { store, append, replace, text } = watched(before, true)
    await keepKeys(store, before, HOST, blobs('current', 'next'), false)
    expect(await text()).toBe(`# first\n${line('h.example', 'current')}${line('other', 'gone')}${line('h.example', 'next')}`)
    expect(replace).toHaveBeenCalledTimes(1)
    expect(append).not.toHaveBeenCalled()
  })
  test('a store that cannot, learns each key and forgets none', async () => {
    const before = `${line('h.example', 'current')}${line('h.example', 'gone')}`
    const { store, append, text } = watched(before, false)
    expect(await keepKeys(store, before, HOST, blobs('current', 'next', 'later'), false)).toBe(true)
    expect(await text()).toBe(`${before}${line('h.example', 'next')}${line('h.example', 'later')}`)
    expect(append).toHaveBeenCalledTimes(2)
  })
  test.each([true, false])('nothing is written where nothing changes (%s)', async (replaces) => {
    const before = line('h.example', 'current')
    const { store, append, replace } = watched(before, replaces)
    await keepKeys(store, before, HOST, blobs('current'), false)
    expect([append.mock.calls, replace.mock.calls]).toEqual([[], []])
  })
  test.each([true, false])('nothing changes in a text that has changed meanwhile (%s)', async (replaces) => {
    const before = line('h.example', 'current')
    const { store, text } = watched(`${before}# another process\n`, replaces)
    await keepKeys(store, before, HOST, blobs('current', 'next'), false)
    expect(await text()).toBe(`${before}# another process\n`)
  })
  test('a text that changes between two lines gets no more of them', async () => {
    const before = line('h.example', 'current').trimEnd()
    const { store, append, text } = watched(before, false)
    append.mockImplementationOnce(async (added) => {
      await store.append(added)
      return store.append('# another process')
    })
    expect(await keepKeys(store, before, HOST, blobs('current', 'next', 'later'), false)).toBe(false)
    expect(await text()).toBe(`${before}\n${line('h.example', 'next')}# another process\n`)
  })
  test('lines with a marker are none of the host: their keys are learnt, and they stay', async () => {
    const marked = `@cert-authority ${line('h.example', 'gone')}@cert-authority ${line('h.example', 'next')}`
    const { store, text } = watched(marked, true)
    await keepKeys(store, marked, HOST, blobs('next'), false)
    expect(await text()).toBe(`${marked}${line('h.example', 'next')}`)
  })
  test.each([true, false])('says whether the store has the keys now (%s)', async (replaces) => {
    const before = line('h.example', 'current')
    for (const keys of [blobs('current'), blobs('current', 'next')]) {
      expect(await keepKeys(watched(before, replaces).store, before, HOST, keys, false)).toBe(true)
      expect(await keepKeys(watched('', replaces).store, before, HOST, keys, false)).toBe(false)
    }
  })
  test('names are hashed if so asked, and have their port', async () => {
    const { store, text } = watched('', true)
    await keepKeys(store, '', HOST, blobs('next'), true)
    expect(await text()).toMatch(/^\|1\|[^ ]+ ssh-ed25519 [^ ]+\n$/)
    const other = watched('', true)
    await keepKeys(other.store, '', { ...HOST, port: 2222 }, blobs('next'), false)
    expect(await other.text()).toBe(line('[h.example]:2222', 'next'))
  })
})

describe('agreedRotation', () => {
  const ask = (known: string, announced: readonly Uint8Array[], rules: Parameters<typeof agreedRotation>[2], prove = vi.fn(async () => true)) =>
    agreedRotation(new KnownHostsFile(known), { ...HOST, current: keys.current.publicKey, keys: announced, prove }, rules)
  const known = () => line('h.example', 'current')

  test('each new key is looked up in the list of revoked ones, before any proof', async () => {
    const prove = vi.fn(async () => true), seen: Uint8Array[] = []
    const isRevoked = async ({ publicKey }: { readonly publicKey: Uint8Array }) => {
      seen.push(publicKey)
      return Buffer.from(publicKey).equals(keys.later.publicKey)
    }
    expect(await ask(known(), blobs('current', 'next', 'later'), { isRevoked }, prove)).toBeUndefined()
    expect([seen, prove.mock.calls]).toEqual([blobs('next', 'later'), []])
    expect(await ask(known(), blobs('current', 'next'), { isRevoked }, prove)).toMatchObject({ added: blobs('next') })
    expect(prove).toHaveBeenCalledTimes(1)
  })
  test('nothing is asked where nothing would change', async () => {
    const agree = vi.fn(() => true), prove = vi.fn(async () => true)
    expect(await ask(known(), blobs('current'), { agree }, prove)).toBeUndefined()
    expect([agree.mock.calls, prove.mock.calls]).toEqual([[], []])
  })
  test('the answer is true, and may come later', async () => {
    for (const [answer, agreed] of [[true, true], [Promise.resolve(true), true], [false, false], [Promise.resolve(false), false], ['yes', false], [undefined, false]] as const) {
      expect(await ask(known(), blobs('current', 'next'), { agree: () => answer as boolean }) !== undefined).toBe(agreed)
    }
  })
})
