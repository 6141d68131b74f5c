import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { IDBFactory } from 'fake-indexeddb'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type HostKeyStore, memoryHostKeyStore, webStorageHostKeyStore } from '../../../src/host-key/stores/host-key-store.ts'
import { KnownHostsFile } from '../../../src/host-key/known-hosts/file.ts'
import { indexedDbHostKeyStore } from '../../../src/host-key/stores/indexed-db.ts'
import { trustOnFirstUse } from '../../../src/host-key/trust-on-first-use.ts'
import { fileHostKeyStore } from '../../../src/transports/node/known-hosts-store.ts'
import { type KeyPair, keyPair } from '../../support/key-pairs.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { bare, blob, certify, findWithSshKeygen, newKey } from './ssh-keygen.ts'

const directory = temporaryDirectory('first-use')
afterAll(() => directory.remove())

let first: KeyPair, key: string, other: string
beforeAll(async () => {
  first = await keyPair('ed25519', 'host')
  key = bare(first.publicKey)
  other = newKey(directory, 'other')
})

const info = (line: string, more: { port?: number, signal?: AbortSignal } = {}) => ({ host: 'h.example', port: 22, key: blob(line), algorithm: 'ssh-ed25519', ...more })

/** The part of Web Storage that a store needs; Node 20 has none. */
function storage() {
  const items = new Map<string, string>()
  return { items, getItem: (name: string) => items.get(name) ?? null, setItem: (name: string, value: string) => void items.set(name, value) }
}

let files = 0
const stores: Record<string, () => () => HostKeyStore> = {
  memory: () => {
    const store = memoryHostKeyStore()
    return () => store
  },
  'Web storage': () => {
    const area = storage()
    return () => webStorageHostKeyStore(area)
  },
  IndexedDB: () => {
    const factory = new IDBFactory()
    return () => indexedDbHostKeyStore('hosts', factory)
  },
  file: () => {
    const path = directory.file(`store-${++files}/known_hosts`)
    return () => fileHostKeyStore(path)
  },
}

// The first server hangs up while its key is being written: the second one found nothing in the store, and was recorded beside it.
test('a record that has begun is waited for, also where its connection has ended meanwhile', async () => {
  let text = ''
  let written: (() => void) | undefined
  const slow = { read: () => text, append: async (line: string) => {
    await new Promise<void>((resolve) => { written = resolve })
    text += `${line}\n`
  } }
  const hangUp = new AbortController()
  const gone = trustOnFirstUse(slow).verify(info(key, { signal: hangUp.signal }))
  await expect.poll(() => written).toBeDefined()
  hangUp.abort(new Error('hung up'))
  const late = trustOnFirstUse(slow).verify(info(other))
  setTimeout(() => written?.(), 50)
  await expect(late).rejects.toMatchObject({ code: 'ERR_HOST_KEY_CHANGED' })
  await Promise.allSettled([gone])
  expect(text).toBe(`h.example ${key}\n`)
})

test('a record that never ends holds up the next connection for ten seconds', async () => {
  vi.useFakeTimers()
  try {
    const lines: string[] = [], never = new Promise<void>(() => {})
    const store = { read: () => '', append: (line: string) => {
      lines.push(line)
      return never
    } }
    const hangUp = new AbortController()
    void trustOnFirstUse(store).verify(info(key, { signal: hangUp.signal }))
    await vi.waitFor(() => expect(lines).toHaveLength(1))
    hangUp.abort(new Error('hung up'))
    void trustOnFirstUse(store).verify(info(other))
    // The polls above have moved the clock before the connection had ended.
    await vi.advanceTimersByTimeAsync(9_999)
    expect(lines).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    vi.useRealTimers()
    await expect.poll(() => lines).toHaveLength(2)
  } finally {
    vi.useRealTimers()
  }
})

test('a connection that ends between the answer and the record leaves nothing behind', async () => {
  const store = memoryHostKeyStore(), hangUp = new AbortController()
  // The salt of a hashed name is drawn in between.
  const drawing = vi.spyOn(crypto, 'getRandomValues').mockImplementationOnce((array) => {
    hangUp.abort(new Error('hung up'))
    return array
  })
  await expect(trustOnFirstUse(store, { confirm: async () => true, hash: true }).verify(info(key, { signal: hangUp.signal }))).rejects.toThrow('hung up')
  expect(drawing).toHaveBeenCalled()
  drawing.mockRestore()
  expect(await store.read()).toBe('')
})

/**
 * A text behind stores that know nothing of each other, such as two programs have.
 * @param replaces whether a line can be taken back
 * @param compares whether a line is added only to the text that was looked at
 */
function shared(replaces: boolean, compares = false) {
  const kept = { text: '', appended: 0 }
  const store = (): HostKeyStore => ({
    read: async () => kept.text,
    async append(line, before) {
      await new Promise((resolve) => { setTimeout(resolve, 5) })
      if (compares && before !== undefined && kept.text !== before) return false
      kept.text += `${line}\n`
      kept.appended++
      return true
    },
    ...replaces && { replace: async (before: string, after: string) => {
      if (kept.text !== before) return false
      kept.text = after
      return true
    } },
  })
  return { kept, store }
}

describe('two programs at once, with two keys of one host', () => {
  test.each([true, false])('the first record stands, and the other one is refused; taken back: %s', async (replaces) => {
    const { kept, store } = shared(replaces)
    const both = await Promise.allSettled([trustOnFirstUse(store()).verify(info(key)), trustOnFirstUse(store()).verify(info(other))])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const [stands, refused] = both[0]?.status === 'fulfilled' ? [key, both[1]] : [other, both[0]]
    expect(refused).toMatchObject({ reason: { code: 'ERR_HOST_KEY_CHANGED' } })
    expect(kept.text.split('\n')[0]).toBe(`h.example ${stands}`)
    expect(kept.text.split('\n')).toHaveLength(replaces ? 2 : 4)
  })

  // Its line stayed, and the refused key was accepted by the next connection.
  test('a line that cannot be taken back is followed by one that revokes its key', async () => {
    const { kept, store } = shared(false)
    await Promise.allSettled([trustOnFirstUse(store()).verify(info(key)), trustOnFirstUse(store(), { hash: true }).verify(info(other))])
    expect(kept.text.split('\n').filter((line) => line.startsWith('@revoked '))).toHaveLength(1)
    const later = await Promise.allSettled([key, other].map((line) => trustOnFirstUse(store()).verify(info(line))))
    expect(later.map((verdict) => verdict.status === 'fulfilled' ? 'accepted' : (verdict.reason as { code: string }).code).sort()).toEqual(['ERR_HOST_KEY_REVOKED', 'accepted'])
    await trustOnFirstUse(store()).verify({ ...info(other), host: 'other.example' })
  })

  test('a store that compares never has the second line', async () => {
    const { kept, store } = shared(false, true)
    const both = await Promise.allSettled([trustOnFirstUse(store()).verify(info(key)), trustOnFirstUse(store()).verify(info(other))])
    expect(both.map((verdict) => verdict.status === 'fulfilled' ? 'accepted' : (verdict.reason as { code: string }).code).sort()).toEqual(['ERR_HOST_KEY_CHANGED', 'accepted'])
    expect(kept).toEqual({ text: expect.stringMatching(/^h\.example [^\n]+\n$/) as unknown, appended: 1 })
  })

  test('another host is recorded meanwhile: nobody is asked twice, and the line is added behind it', async () => {
    const store = memoryHostKeyStore()
    const confirm = vi.fn(async () => {
      await store.append('# another program')
      return true
    })
    await trustOnFirstUse(store, { confirm }).verify(info(key))
    expect(confirm).toHaveBeenCalledTimes(1)
    expect(await store.read()).toBe(`# another program\nh.example ${key}\n`)
  })

  test('the same key is recorded meanwhile: it is not recorded twice', async () => {
    const store = memoryHostKeyStore()
    const confirm = async () => {
      await store.append(`h.example ${key}`)
      return true
    }
    await trustOnFirstUse(store, { confirm }).verify(info(key))
    expect(await store.read()).toBe(`h.example ${key}\n`)
  })

  test('a connection that ends while its line is refused for another text adds none', async () => {
    const store = memoryHostKeyStore(), hangUp = new AbortController()
    const append = vi.fn<HostKeyStore['append']>(() => {
      hangUp.abort(new Error('hung up'))
      return false
    })
    await expect(trustOnFirstUse({ ...store, append }).verify(info(key, { signal: hangUp.signal }))).rejects.toThrow('hung up')
    expect(append).toHaveBeenCalledTimes(1)
  })

  test('a store that changes all the time gets the line at the tenth attempt', async () => {
    const store = memoryHostKeyStore(), asked: boolean[] = []
    const append: HostKeyStore['append'] = (line, before) => {
      asked.push(before !== undefined)
      return before === undefined && store.append(line)
    }
    await trustOnFirstUse({ ...store, append }).verify(info(key))
    expect(asked).toEqual([...Array<boolean>(9).fill(true), false])
    expect(await store.read()).toBe(`h.example ${key}\n`)
  })

  test('in one file under two names', async () => {
    const path = directory.file('by-two-names'), link = directory.file('its-other-name')
    writeFileSync(path, '')
    symlinkSync(path, link)
    const both = await Promise.allSettled([trustOnFirstUse(fileHostKeyStore(path)).verify(info(key)), trustOnFirstUse(fileHostKeyStore(link)).verify(info(other))])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(2)
  })

  test('with the same key both are accepted', async () => {
    const { store } = shared(true)
    await Promise.all([trustOnFirstUse(store()).verify(info(key)), trustOnFirstUse(store()).verify(info(key))])
  })

  test.each([[3, 'ERR_HOST_KEY_CHANGED'], [Infinity, 'ERR_HOST_KEY_STORE']])('a store that changes %d times while the line is taken back: %s', async (changes, code) => {
    let text = '', tries = 0
    const store: HostKeyStore = {
      read: () => text,
      append: (line) => { text = `h.example ${key}\n${line}\n` },
      replace: (_before, after) => {
        if (tries++ < changes) return false
        text = after
        return true
      },
    }
    await expect(trustOnFirstUse(store).verify(info(other))).rejects.toMatchObject({ code })
    if (changes === 3) expect(text).toBe(`h.example ${key}\n`)
    else expect(tries).toBe(10)
  })
})

describe.each(Object.entries(stores))('with a store in %s', (_name, make) => {
  test('a new host is recorded and then held to its key', async () => {
    const store = make()
    await trustOnFirstUse(store()).verify(info(key))
    expect(await store().read()).toBe(`h.example ${key}\n`)
    await trustOnFirstUse(store()).verify(info(key))
    await expect(trustOnFirstUse(store()).verify(info(other))).rejects.toMatchObject({ code: 'ERR_HOST_KEY_CHANGED', expected: first.fingerprint })
    await trustOnFirstUse(store()).verify(info(other, { port: 2222 }))
    expect(await store().read()).toBe(`h.example ${key}\n[h.example]:2222 ${other}\n`)
    expect(await trustOnFirstUse(store()).preferredAlgorithms!('h.example', 22)).toEqual(['ssh-ed25519'])
  })

  test('a line is added only to the text that was looked at', async () => {
    const store = make()()
    expect(await store.append('one', '')).toBe(true)
    expect(await store.append('two', '')).toBe(false)
    expect(await store.append('two', 'one\n')).toBe(true)
    expect(await store.append('three')).toBe(true)
    expect(await store.read()).toBe('one\ntwo\nthree\n')
  })

  test('lines appended at the same time are all kept', async () => {
    const store = make()()
    await Promise.all(Array.from({ length: 10 }, (_, i) => store.append(`line ${i}`)))
    expect((await store.read()).split('\n').filter(Boolean).sort()).toEqual(Array.from({ length: 10 }, (_, i) => `line ${i}`))
  })
})

test('the file is for its owner only, and an existing one is continued on a line of its own', async () => {
  const path = directory.file('private/.ssh/known_hosts')
  await trustOnFirstUse(fileHostKeyStore(path)).verify(info(key))
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(directory.file('private/.ssh')).mode & 0o777).toBe(0o700)
  writeFileSync(path, '# no line break')
  await fileHostKeyStore(path).append('x')
  expect(readFileSync(path, 'utf8')).toBe('# no line break\nx\n')
})

test('hashed names are found by ssh-keygen', async () => {
  const store = memoryHostKeyStore()
  await trustOnFirstUse(store, { hash: true }).verify(info(key))
  const text = await store.read()
  expect(text).not.toContain('example')
  expect(findWithSshKeygen(directory, text, 'h.example')).toHaveLength(1)
  await trustOnFirstUse(store).verify(info(key))
})

test('a certificate of an unknown authority is recorded as its plain key', async () => {
  const store = memoryHostKeyStore()
  await trustOnFirstUse(store).verify(info(await certify(directory, 'ed25519', 'ecdsa', ['-h', '-n', 'h.example'])))
  expect(await store.read()).toBe(`h.example ${key}\n`)
})

describe('what is refused is not recorded', () => {
  test('revoked keys, expired certificates of a known authority, damaged keys', async () => {
    const authority = bare((await keyPair('ecdsa', 'user')).publicKey)
    const expired = await certify(directory, 'ed25519', 'ecdsa', ['-h', '-n', 'h.example', '-V', '20010101Z:20020101Z'])
    const damaged = `ssh-ed25519 ${key.split(' ')[1]!.slice(0, 40)}`
    for (const [text, line, code] of [[`@revoked * ${key}\n`, key, 'ERR_HOST_KEY_REVOKED'], [`@cert-authority * ${authority}\n`, expired, 'ERR_HOST_KEY_CERTIFICATE'], ['', damaged, 'ERR_HOST_KEY_UNKNOWN']] as const) {
      const store = memoryHostKeyStore(text)
      await expect(trustOnFirstUse(store).verify(info(line))).rejects.toMatchObject({ name: 'HostKeyError', code })
      expect(await store.read()).toBe(text)
    }
  })

  test('a host name that would forge lines', async () => {
    const store = memoryHostKeyStore()
    await expect(trustOnFirstUse(store).verify({ ...info(key), host: `x\n*` })).rejects.toThrow(TypeError)
    expect(await store.read()).toBe('')
  })
})

describe('confirm', () => {
  test('is asked about new hosts only, with what a person needs', async () => {
    const store = memoryHostKeyStore()
    const confirm = vi.fn(async () => true)
    await trustOnFirstUse(store, { confirm }).verify(info(key))
    await trustOnFirstUse(store, { confirm }).verify(info(key))
    await expect(trustOnFirstUse(store, { confirm }).verify(info(other))).rejects.toMatchObject({ code: 'ERR_HOST_KEY_CHANGED' })
    expect(confirm).toHaveBeenCalledTimes(1)
    expect(confirm).toHaveBeenCalledWith({ ...info(key), fingerprint: first.fingerprint, randomart: expect.stringContaining('+--[ED25519 256]--+') as unknown })
  })

  test('no means no', async () => {
    const store = memoryHostKeyStore()
    await expect(trustOnFirstUse(store, { confirm: () => false }).verify(info(key))).rejects.toMatchObject({ code: 'ERR_HOST_KEY_UNKNOWN', received: first.fingerprint })
    expect(await store.read()).toBe('')
  })

  test('an abort ends the waiting, records nothing, and lets the next have its turn', async () => {
    const store = memoryHostKeyStore(), controller = new AbortController(), reason = new Error('stop')
    const answers: ((yes: boolean) => void)[] = []
    const policy = trustOnFirstUse(store, { confirm: () => new Promise((resolve) => answers.push(resolve)) })
    const aborted = policy.verify(info(key, { signal: controller.signal }))
    const next = policy.verify(info(other))
    await expect.poll(() => answers).toHaveLength(1)
    controller.abort(reason)
    await expect(aborted).rejects.toBe(reason)
    answers[0]!(true)
    await expect.poll(() => answers).toHaveLength(2)
    answers[1]!(true)
    await next
    expect(await store.read()).toBe(`h.example ${other}\n`)
  })

  test('a verification that ends does not let another one in beside the next', async () => {
    const store = memoryHostKeyStore(), read = vi.spyOn(store, 'read')
    const answers: ((yes: boolean) => void)[] = []
    const policy = trustOnFirstUse(store, { confirm: () => new Promise((resolve) => answers.push(resolve)) })
    const one = policy.verify(info(key)), two = policy.verify({ ...info(other), host: 'other.example' })
    await expect.poll(() => answers).toHaveLength(1)
    answers[0]!(true)
    await one
    await expect.poll(() => answers).toHaveLength(2)
    const before = read.mock.calls.length
    const three = policy.verify({ ...info(other), host: 'other.example' })
    await new Promise(setImmediate)
    expect(read).toHaveBeenCalledTimes(before)
    answers[1]!(true)
    await Promise.all([two, three])
    // The third finds the key that the second has recorded.
    expect(answers).toHaveLength(2)
  })
})

test('two first connections at once cannot record two keys', async () => {
  const store = memoryHostKeyStore()
  const policy = trustOnFirstUse(store)
  const verdicts = await Promise.allSettled([policy.verify(info(key)), policy.verify(info(other))])
  expect(verdicts.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  expect(await store.read()).toBe(`h.example ${key}\n`)
})

test('a store that fails is a typed error with its cause', async () => {
  const cause = new Error('quota')
  const full = { read: () => '', append: () => { throw cause } }
  await expect(trustOnFirstUse(full).verify(info(key))).rejects.toMatchObject({ name: 'HostKeyError', code: 'ERR_HOST_KEY_STORE', cause })
  await expect(trustOnFirstUse({ ...full, read: () => Promise.reject(cause) }).verify(info(key))).rejects.toMatchObject({ code: 'ERR_HOST_KEY_STORE', cause })
  expect(() => indexedDbHostKeyStore()).toThrow(TypeError)
})

test('a key is forgotten only in the text that was looked at', async () => {
  const store = indexedDbHostKeyStore('forget', new IDBFactory())
  await trustOnFirstUse(store).verify(info(key))
  const before = await store.read()
  const file = new KnownHostsFile(before)
  await file.remove('h.example')
  await store.append('# of another tab')
  expect(await store.replace(before, file.toString())).toBe(false)
  expect(await store.read()).toBe(`${before}# of another tab\n`)
  expect(await store.replace(`${before}# of another tab\n`, '# of another tab\n')).toBe(true)
  await trustOnFirstUse(store).verify(info(other))
})
