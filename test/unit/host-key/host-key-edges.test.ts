// What mutation testing found that no test noticed in src/host-key, beside known_hosts and signatures.
import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { keyTitle } from '../../../src/host-key/fingerprint.ts'
import { verifyHostCertificate } from '../../../src/host-key/host-certificate.ts'
import { IndexedDbText } from '../../../src/host-key/stores/indexed-db-text.ts'
import { memoryHostKeyStore } from '../../../src/host-key/stores/host-key-store.ts'
import { trustOnFirstUse } from '../../../src/host-key/trust-on-first-use.ts'
import { verifyHostKeyWith } from '../../../src/host-key/verify-host-key-with.ts'
import { formatPublicKey, generateKeyPair, KnownHostsFile, knownHosts, pinned, type PrivateKey } from '../../../src/index.ts'
import type { Certificate } from '../../../src/keys/certificate.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'

afterEach(() => { vi.restoreAllMocks() })
let key: PrivateKey
beforeAll(async () => { key = await generateKeyPair('ed25519') })
const info = (more: object = {}) => ({ host: 'h.example', port: 22, key: key.publicKey, algorithm: 'ssh-ed25519', ...more })

describe('KnownHostsFile', () => {
  test('finds what was added and not what was removed, also if it had looked before', async () => {
    const file = new KnownHostsFile()
    expect(await file.find('h.example')).toEqual([])
    await file.add('h.example', 22, key.publicKey)
    expect(await file.find('h.example')).toHaveLength(1)
    await file.remove('h.example')
    expect(await file.find('h.example')).toEqual([])
  })
  test('takes no other marker, comment or function', async () => {
    await expect(new KnownHostsFile().add('h.example', 22, key.publicKey, { marker: '@trusted' as '@revoked' })).rejects.toThrow('marker must be @cert-authority or @revoked')
    await expect(new KnownHostsFile().add('h.example', 22, key.publicKey, { comment: 5 as unknown as string })).rejects.toThrow(/comment/)
    expect(() => new KnownHostsFile('', { onWarning: 'x' as unknown as () => void })).toThrow(/onWarning/)
  })
})

test.each(['/home/me/.ssh/known_hosts', '~/.ssh/known_hosts', './known_hosts', 'C:\\Users\\me\\.ssh\\known_hosts', 'file:///home/me/.ssh/known_hosts'])('a path is no text of known hosts: %s', (path) => {
  expect(() => knownHosts(path)).toThrow('look like a path')
  expect(() => knownHosts(['example.org ssh-ed25519 AAAA', path])).toThrow('look like a path')
  expect(() => knownHosts(`example.org ssh-ed25519 AAAA # ${path}\n`)).not.toThrow()
})

test('what is no pin is named as that', () => {
  for (const text of ['SHA256:abc', 'ssh-ed25519', `SHA256:${'A'.repeat(44)}`]) expect(() => pinned(text)).toThrow('neither SHA256:… nor a public key')
})

test('titles of keys with ML-DSA', () => {
  for (const [type, title] of [['ssh-mldsa44-ed25519', 'MLDSA44-ED25519'], ['ssh-mldsa44-ed25519@openssh.com', 'MLDSA44-ED25519'], ['ecdsa-sha2-nistp384', 'ECDSA']] as const) {
    expect(keyTitle(new WireWriter().string(type).finish())).toBe(title)
  }
})

describe('host certificates', () => {
  const certificate = (more: Partial<Certificate>) => ({ role: 'host', principals: ['h.example'], validAfter: 0n, validBefore: 0xffffffffffffffffn, criticalOptions: new Map(), signatureKey: key.publicKey, signature: new Uint8Array(), signedBytes: new Uint8Array(), ...more }) as Certificate
  test('a date beyond all calendars is said in words', async () => {
    await expect(verifyHostCertificate(certificate({ validAfter: 2n ** 63n }), 'h.example')).rejects.toThrow('not valid before the end of time')
  })
  test('a runtime that fails is not a wrong signature', async () => {
    const reason = new Error('no entropy')
    vi.spyOn(crypto.subtle, 'verify').mockRejectedValue(reason)
    const signature = new WireWriter().string('ssh-ed25519').string(new Uint8Array(64)).finish()
    await expect(verifyHostCertificate(certificate({ signature }), 'h.example')).rejects.toBe(reason)
    const names = new WireWriter().string('h.example').finish()
    const presented = new WireWriter(1024).string('ssh-ed25519-cert-v01@openssh.com').string('nonce').string(new Uint8Array(32).fill(1)).uint64(1n).uint32(2).string('id').string(names)
      .uint64(0n).uint64(0xffffffffffffffffn).string('').string('').string('').string(key.publicKey).string(signature).finish()
    await expect(knownHosts(`@cert-authority h.example ${formatPublicKey(key)}\n`).verify(info({ key: presented }))).rejects.toBe(reason)
  })
})

describe('trustOnFirstUse', () => {
  test('lets the third wait for the second, whose turn began when the first ended', async () => {
    const answers: ((yes: boolean) => void)[] = []
    const policy = trustOnFirstUse(memoryHostKeyStore(), { confirm: () => new Promise((resolve) => answers.push(resolve)) })
    const first = policy.verify(info({ host: 'one' })), second = policy.verify(info({ host: 'two' }))
    await expect.poll(() => answers).toHaveLength(1)
    answers[0]!(true)
    await first
    await expect.poll(() => answers).toHaveLength(2)
    let asked = false
    const third = policy.verify(info({ host: 'three', ask: (question: () => unknown) => { asked = true; return question() } }))
    // Longer than the third needs to reach its question, if it did not wait.
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    expect([asked, answers.length]).toEqual([false, 2])
    answers[1]!(true)
    await second
    await expect.poll(() => answers).toHaveLength(3)
    answers[2]!(true)
    await third
    expect(asked).toBe(true)
  })
  test('parses a text again only if it has changed', async () => {
    const store = memoryHostKeyStore(`garbage\nh.example ${formatPublicKey(key)}\n`), warned: number[] = []
    const policy = trustOnFirstUse(store, { onWarning: (_, line) => { warned.push(line) } })
    await policy.verify(info())
    await policy.verify(info())
    expect(warned).toEqual([1])
    await store.append('garbage')
    await policy.verify(info())
    expect(warned).toEqual([1, 1, 3])
  })
  test('does not begin if the connection has been given up', async () => {
    const reason = new Error('given up'), store = memoryHostKeyStore(`h.example ${formatPublicKey(key)}\n`)
    await expect(trustOnFirstUse(store).verify(info({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason)
  })
})

describe('verifyHostKeyWith', () => {
  test('asks through the connection, whose clock stands still meanwhile', async () => {
    const ask = vi.fn((question: () => unknown) => question())
    await verifyHostKeyWith(() => true).verify(info({ ask }))
    expect(ask).toHaveBeenCalledTimes(1)
  })
  test('needs a function', () => {
    expect(() => verifyHostKeyWith(true as unknown as () => boolean)).toThrow(TypeError)
  })
})

describe('the text in IndexedDB', () => {
  /** A factory whose database is seen as it opens. */
  function watched(onDatabase: (database: IDBDatabase) => void): IDBFactory {
    const inner = new IDBFactory()
    const open = inner.open.bind(inner)
    inner.open = (...args: Parameters<typeof open>) => {
      const request = open(...args)
      request.addEventListener('success', () => { onDatabase(request.result) })
      return request
    }
    return inner
  }
  test('each use closes its connection', async () => {
    const closed: ReturnType<typeof vi.spyOn>[] = []
    const text = new IndexedDbText(watched((database) => { closed.push(vi.spyOn(database, 'close')) }), 'closing')
    await text.append('line')
    expect(await text.read()).toBe('line\n')
    expect(closed.map((spy) => spy.mock.calls.length)).toEqual([1, 1])
  })
  test('a transaction that is aborted fails', async () => {
    const text = new IndexedDbText(watched((database) => {
      const transaction = database.transaction.bind(database)
      database.transaction = (...args: Parameters<typeof transaction>) => {
        const made = transaction(...args)
        queueMicrotask(() => { made.abort() })
        return made
      }
    }), 'aborted')
    await expect(text.append('line')).rejects.toBeNull()
  })
  test('a database of a later version fails', async () => {
    const factory = new IDBFactory()
    await new Promise<void>((resolve) => {
      const request = factory.open('later', 2)
      request.onsuccess = () => { request.result.close(); resolve() }
    })
    await expect(new IndexedDbText(factory, 'later').read()).rejects.toMatchObject({ name: 'VersionError' })
  })
})
