// The rules of UpdateHostKeys, each for trustOnFirstUse: docs/host-key-rotation.md has the same list.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatPublicKey, generateKeyPair, type HostKeyChange, type HostKeyStore, KnownHostsFile, memoryHostKeyStore, type PrivateKey, trustOnFirstUse, type TrustOnFirstUseOptions } from '../../../src/index.ts'
import { keyPair } from '../../support/key-pairs.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { bare, blob, certify } from './ssh-keygen.ts'

const directory = temporaryDirectory('host-key-update')
afterAll(() => directory.remove())

let keys: Record<'current' | 'next' | 'gone', PrivateKey>
beforeAll(async () => {
  const [current, next, gone] = await Promise.all([1, 2, 3].map(() => generateKeyPair('ed25519')))
  keys = { current: current!, next: next!, gone: gone! }
})
const line = (names: string, key: keyof typeof keys) => `${names} ${formatPublicKey(keys[key])}\n`
const blobs = (...names: readonly (keyof typeof keys)[]) => names.map((name) => keys[name].publicKey)
const HOST = { host: 'h.example', port: 22 }

interface Visit {
  readonly store?: HostKeyStore
  readonly options?: TrustOnFirstUseOptions
  readonly announced?: readonly Uint8Array[]
  readonly current?: Uint8Array
  readonly proves?: boolean
  readonly port?: number
}

/** Verifies the current key, hears an announcement, and gives what the store holds then, and what had to be proved. */
async function visit(known: string, { store = memoryHostKeyStore(known), options = {}, announced = blobs('current', 'next'), current = keys.current.publicKey, proves = true, port = 22 }: Visit = {}) {
  const asked: Uint8Array[][] = []
  const policy = trustOnFirstUse(store, { updateHostKeys: true, ...options })
  await policy.verify({ ...HOST, port, key: current, algorithm: 'ssh-ed25519' })
  const update = () => policy.update!({ ...HOST, port, current, keys: announced, prove: async (claimed) => { asked.push([...claimed]); return proves } })
  await update()
  return { text: await store.read(), asked, policy, update }
}

describe('what is learnt and forgotten', () => {
  test('new keys that are proved come, old ones go', async () => {
    const { text, asked } = await visit(`${line('h.example', 'current')}${line('h.example', 'gone')}`)
    expect(text).toBe(`${line('h.example', 'current')}${line('h.example', 'next')}`)
    expect(asked).toEqual([blobs('next')])
  })
  test('one proof that fails changes nothing, not even what would go', async () => {
    const known = `${line('h.example', 'current')}${line('h.example', 'gone')}`
    expect((await visit(known, { proves: false })).text).toBe(known)
  })
  test('where none is new, old ones go without a proof', async () => {
    const { text, asked } = await visit(`${line('h.example', 'current')}${line('h.example', 'gone')}`, { announced: blobs('current'), proves: false })
    expect([text, asked]).toEqual([line('h.example', 'current'), []])
  })
  test('what a server announces without the key that it uses counts for nothing', async () => {
    expect((await visit(line('h.example', 'current'), { announced: blobs('next') })).text).toBe(line('h.example', 'current'))
  })
  test('a name with its address is a plain one', async () => {
    expect((await visit(line('h.example,192.0.2.1', 'current'))).text).toBe(`${line('h.example,192.0.2.1', 'current')}${line('h.example', 'next')}`)
    expect((await visit(line('[h.example]:2222,[2001:db8::1]:2222', 'current'), { port: 2222 })).text).toContain(line('[h.example]:2222', 'next'))
  })
  test('names are hashed as `hash` says, and where they already are', async () => {
    expect((await visit(line('h.example', 'current'), { options: { hash: true } })).text).toMatch(/^h\.example .*\n\|1\|.*\n$/)
    const hashed = `${await new KnownHostsFile().add('h.example', 22, keys.current.publicKey, { hash: true })}\n`
    expect((await visit(hashed)).text).toMatch(/^\|1\|.*\n\|1\|.*\n$/)
  })
})

describe('nothing changes', () => {
  test.each<[string, () => string]>([
    ['a line with *', () => line('*.example', 'current')],
    ['a line with ?', () => line('h.exampl?', 'current')],
    ['a line with a negated name', () => line('h.example,!other', 'current')],
    ['a line with two names', () => line('h.example,other', 'current')],
    ['a line with three names', () => line('h.example,192.0.2.1,192.0.2.2', 'current')],
    ['another line of the host has a pattern', () => `${line('h.example', 'current')}${line('h.*', 'gone')}`],
    ['an authority for the host', () => `${line('h.example', 'current')}@cert-authority ${line('h.example', 'gone')}`],
    ['an authority for all hosts', () => `${line('h.example', 'current')}@cert-authority ${line('*', 'gone')}`],
    ['a revoked key of the host', () => `${line('h.example', 'current')}@revoked ${line('h.example', 'gone')}`],
    ['the new key is revoked for all', () => `${line('h.example', 'current')}@revoked ${line('*', 'next')}`],
    ['the new key is revoked for others', () => `${line('h.example', 'current')}@revoked ${line('other', 'next')}`],
    ['the new key is that of another name', () => `${line('h.example', 'current')}${line('other', 'next')}`],
    ['the old key is that of another name', () => `${line('h.example', 'current')}${line('h.example', 'gone')}${line('other', 'gone')}`],
  ])('%s', async (_, text) => {
    const known = text()
    expect(await visit(known)).toMatchObject({ text: known, asked: [] })
  })
  test('the host is known by its name without the port', async () => {
    const known = line('h.example', 'current')
    expect(await visit(known, { port: 2222 })).toMatchObject({ text: known, asked: [] })
  })
  test('the server presented a certificate', async () => {
    const plain = bare((await keyPair('ed25519', 'host')).publicKey), known = `h.example ${plain}\n`
    const current = blob(await certify(directory, 'ed25519', 'ecdsa', ['-h', '-n', 'h.example']))
    expect(await visit(known, { current, announced: [blob(plain), ...blobs('next')] })).toMatchObject({ text: known, asked: [] })
  })
  test('the new key is in the list of revoked keys', async () => {
    const known = `${line('h.example', 'current')}${line('h.example', 'gone')}`
    expect(await visit(known, { options: { revoked: formatPublicKey(keys.next) } })).toMatchObject({ text: known, asked: [] })
  })
  test('the store has changed meanwhile', async () => {
    const inner = memoryHostKeyStore(line('h.example', 'current'))
    for (const replace of [inner.replace!, undefined]) {
      const store: HostKeyStore = { read: () => inner.read(), append: (added) => inner.append(added), ...replace && { replace } }
      const meanwhile = await inner.read()
      await visit('', { store, options: { updateHostKeys: () => { void inner.append('# another process'); return true } } })
      expect(await inner.read()).toBe(`${meanwhile}# another process\n`)
    }
  })
  test('the key of this connection was recorded without a question; the next connection may', async () => {
    const store = memoryHostKeyStore()
    const { text, policy, update } = await visit('', { store })
    expect(text).toBe(line('h.example', 'current'))
    await policy.verify({ ...HOST, key: keys.current.publicKey, algorithm: 'ssh-ed25519' })
    await update()
    expect(await store.read()).toBe(`${line('h.example', 'current')}${line('h.example', 'next')}`)
  })
  test('a person has confirmed the key of this connection: then it may', async () => {
    expect((await visit('', { options: { confirm: () => true } })).text).toBe(`${line('h.example', 'current')}${line('h.example', 'next')}`)
  })
  test('nobody has asked for it', async () => {
    for (const updateHostKeys of [undefined, false] as const) expect(trustOnFirstUse(memoryHostKeyStore(), updateHostKeys === undefined ? {} : { updateHostKeys }).update).toBeUndefined()
    expect(() => trustOnFirstUse(memoryHostKeyStore(), { updateHostKeys: 'ask' as unknown as boolean })).toThrow(TypeError)
  })
})

describe('a function that decides', () => {
  test('hears what was proved, and only true allows it', async () => {
    const known = `${line('h.example', 'current')}${line('h.example', 'gone')}`
    const heard: HostKeyChange[] = []
    for (const verdict of [false, undefined, 'yes', true]) {
      const { text } = await visit(known, { options: { updateHostKeys: (change) => { heard.push(change); return verdict as boolean } } })
      expect(text === known).toBe(verdict !== true)
    }
    expect(heard).toHaveLength(4)
    expect(heard[0]).toEqual({ ...HOST, added: blobs('next'), removed: blobs('gone') })
  })
  test('is not asked about what is not proved', async () => {
    let asked = 0
    await visit(line('h.example', 'current'), { proves: false, options: { updateHostKeys: () => { asked++; return true } } })
    expect(asked).toBe(0)
  })
})
