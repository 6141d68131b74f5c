// What policies and stores answer to mistakes of their callers, and to keys that cannot be read.
import { beforeAll, describe, expect, test } from 'vitest'
import { IDBFactory } from 'fake-indexeddb'
import { KnownHostsFile } from '../../../src/host-key/known-hosts/file.ts'
import { knownHosts } from '../../../src/host-key/known-hosts/known-hosts.ts'
import { knownHostName } from '../../../src/host-key/host-name.ts'
import { pinned } from '../../../src/host-key/pinned.ts'
import type { HostKeyInfo, HostKeyPolicy } from '../../../src/host-key/policy.ts'
import { readPresentedKey } from '../../../src/host-key/presented-key.ts'
import { memoryHostKeyStore, webStorageHostKeyStore } from '../../../src/host-key/stores/host-key-store.ts'
import { indexedDbHostKeyStore } from '../../../src/host-key/stores/indexed-db.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'
import { type KeyPair, keyPair } from '../../support/key-pairs.ts'
import { blob } from './ssh-keygen.ts'

let pair: KeyPair
beforeAll(async () => { pair = await keyPair('ed25519', 'host') })

const verify = async (policy: HostKeyPolicy, wrong: Partial<Record<keyof HostKeyInfo, unknown>>) => policy.verify({ host: 'h', port: 22, key: blob(pair.publicKey), algorithm: 'ssh-ed25519', ...wrong } as HostKeyInfo)

describe('arguments that are wrong are a TypeError that names them', () => {
  test('of a policy that is not called by connect', async () => {
    await expect(verify(pinned(pair.publicKey), { host: 7 })).rejects.toThrow(new TypeError('info.host must be a string'))
    await expect(verify(pinned(pair.publicKey), { signal: {} })).rejects.toThrow(new TypeError('signal must be an AbortSignal'))
    await expect(verify(pinned(pair.publicKey), { key: 'ssh-ed25519' })).rejects.toThrow(new TypeError('a host key must be an ArrayBuffer or a view of one, not a value of type string'))
  })

  test('of the text and its file', async () => {
    expect(() => knownHosts(7 as never)).toThrow(new TypeError('the known hosts must be a string, several strings or a KnownHostsFile'))
    expect(() => knownHosts({} as never)).toThrow(new TypeError('the known hosts must be a string, several strings or a KnownHostsFile'))
    await expect(new KnownHostsFile().add('h', 22, 'key' as never)).rejects.toThrow(new TypeError('key must be an ArrayBuffer or a view of one, not a value of type string'))
    expect(() => knownHostName('h', '22' as never)).toThrow(new TypeError('port must be a number'))
  })

  test('of stores', () => {
    expect(() => memoryHostKeyStore(7 as never)).toThrow(new TypeError('text must be a string'))
    expect(() => webStorageHostKeyStore(null as never)).toThrow(new TypeError('this runtime has no localStorage'))
    expect(() => indexedDbHostKeyStore('name', null as never)).toThrow(new TypeError('this runtime has no IndexedDB'))
    expect(() => indexedDbHostKeyStore(7 as never, new IDBFactory())).toThrow(new TypeError('the name of the store must be a string'))
  })
})

describe('a damaged key', () => {
  test('of a certificate\'s type is a damaged certificate, any other is unknown', () => {
    const named = (type: string) => new WireWriter().string(type).string('x').finish()
    expect(() => readPresentedKey(named('ssh-ed25519-cert-v01@openssh.com'))).toThrow(expect.objectContaining({ name: 'HostKeyError', code: 'ERR_HOST_KEY_CERTIFICATE' }) as Error)
    expect(() => readPresentedKey(named('ssh-ed25519'))).toThrow(expect.objectContaining({ name: 'HostKeyError', code: 'ERR_HOST_KEY_UNKNOWN' }) as Error)
    expect(() => readPresentedKey(Uint8Array.of(1))).toThrow(expect.objectContaining({ name: 'HostKeyError', code: 'ERR_HOST_KEY_UNKNOWN' }) as Error)
  })
})

test('a text is replaced only where it is the one that was looked at, in each store', async () => {
  const items = new Map<string, string>()
  const area = { getItem: (name: string) => items.get(name) ?? null, setItem: (name: string, value: string) => void items.set(name, value) }
  for (const store of [memoryHostKeyStore(), webStorageHostKeyStore(area, 'item'), indexedDbHostKeyStore('replace', new IDBFactory())]) {
    expect(await store.replace!('', 'one\n')).toBe(true)
    expect(await store.replace!('', 'two\n')).toBe(false)
    expect(await store.read()).toBe('one\n')
    expect(await store.replace!('one\n', 'two')).toBe(true)
    await store.append('three')
    expect(await store.read()).toBe('two\nthree\n')
  }
  expect([...items.keys()]).toEqual(['item'])
})

test('databases of one factory are stores of their own', async () => {
  const factory = new IDBFactory()
  const [one, other] = [indexedDbHostKeyStore('one', factory), indexedDbHostKeyStore('other', factory)]
  await one.append('line')
  expect([await one.read(), await other.read(), one.place === other.place]).toEqual(['line\n', '', false])
  expect(indexedDbHostKeyStore('one', factory).place).toBe(one.place)
  // Those that browsers have: another version would be another store.
  expect(await factory.databases()).toEqual(expect.arrayContaining([{ name: 'one', version: 1 }, { name: 'other', version: 1 }]))
})
