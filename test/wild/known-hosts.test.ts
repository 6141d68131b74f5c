// known_hosts as people have it: a host behind two ports, files of ten thousand hashed lines, lists of revoked keys (ssh_config(5), sshd(8), PROTOCOL.krl).
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { fingerprint, formatPublicKey, generateKeyPair, type HostKeyStore, KnownHostsFile, knownHosts, memoryHostKeyStore, parsePublicKey, trustOnFirstUse, webStorageHostKeyStore } from '../../src/index.ts'
import { fileHostKeyStore } from '../../src/node/index.ts'
import { keyPair } from '../support/key-pairs.ts'
import { requirePeer } from '../support/require-peer.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const line = async () => formatPublicKey(await generateKeyPair('ed25519'))
const presented = (text: string, port = 22, host = 'host') => ({ host, port, key: parsePublicKey(text).blob, algorithm: 'ssh-ed25519' })

/** An authority, and what it says of a key. */
async function certified(key: string): Promise<readonly [authority: string, certificate: string]> {
  using directory = temporaryDirectory('certificate')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', directory.file('ca')])
  writeFileSync(directory.file('host.pub'), `${key}\n`)
  execFileSync('ssh-keygen', ['-q', '-s', directory.file('ca'), '-I', 'id', '-h', '-n', 'host', directory.file('host.pub')])
  return [readFileSync(directory.file('ca.pub'), 'utf8').trim(), readFileSync(directory.file('host-cert.pub'), 'utf8').trim()]
}

describe('a host with a port: known without it only if nothing is known with it', () => {
  test('another key is known with the port: changed, as ssh says', async () => {
    const [other, mine] = [await line(), await line()]
    await expect(knownHosts(`[host]:2222 ${other}\nhost ${mine}\n`).verify(presented(mine, 2222))).rejects.toMatchObject({ code: 'ERR_HOST_KEY_CHANGED', expected: await fingerprint(parsePublicKey(other).blob) })
    await expect(trustOnFirstUse(memoryHostKeyStore(`[host]:2222 ${other}\nhost ${mine}\n`)).verify(presented(mine, 2222))).rejects.toMatchObject({ code: 'ERR_HOST_KEY_CHANGED' })
  })
  test('nothing is known with the port: its name alone counts, and says which algorithms to ask for', async () => {
    const mine = await line()
    const policy = knownHosts(`host ${mine}\n`)
    await policy.verify(presented(mine, 2222))
    expect(await policy.preferredAlgorithms!('host', 2222)).toEqual(['ssh-ed25519'])
    await expect(policy.verify(presented(await line(), 2222))).rejects.toMatchObject({ code: 'ERR_HOST_KEY_UNKNOWN' })
  })
  // What ssh 9.2 says of the same lines.
  test('an authority counts with the port and without it, also where a plain key is known with it', async () => {
    const [other, mine] = [await line(), await line()]
    const [authority, certificate] = await certified(mine)
    const info = { ...presented(certificate, 2222), algorithm: 'ssh-ed25519-cert-v01@openssh.com' }
    for (const text of [`@cert-authority host ${authority}`, `@cert-authority [host]:2222 ${authority}`, `[host]:2222 ${other}\n@cert-authority host ${authority}`, `@cert-authority [host]:2222 ${other}\n@cert-authority host ${authority}`]) {
      await knownHosts(text).verify(info)
      expect(await knownHosts(text).preferredAlgorithms!('host', 2222)).toContain('ssh-ed25519-cert-v01@openssh.com')
    }
    await expect(knownHosts(`[host]:2222 ${other}\nhost ${mine}`).verify(info)).rejects.toMatchObject({ code: 'ERR_HOST_KEY_CHANGED' })
    await expect(knownHosts(`@cert-authority [host]:2223 ${authority}`).verify(info)).rejects.toMatchObject({ code: 'ERR_HOST_KEY_UNKNOWN' })
    await expect(knownHosts(`@revoked [host]:2222 ${authority}\n@cert-authority host ${authority}`).verify(info)).rejects.toMatchObject({ code: 'ERR_HOST_KEY_REVOKED' })
  })
  test('the name alone with another key: unknown, and another port says nothing', async () => {
    const mine = await line()
    await expect(knownHosts(`[host]:22 ${mine}\n[host]:2223 ${mine}\n`).verify(presented(mine, 2222))).rejects.toMatchObject({ code: 'ERR_HOST_KEY_UNKNOWN' })
  })
})

describe('time grows with the length, no faster', () => {
  /** CPU, not the clock: the machine has other work. */
  async function seconds(work: () => Promise<unknown>): Promise<number> {
    const start = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1e6
  }
  test.each([['between fields', (mine: string, blanks: string) => `host ${mine.replace(' ', ` ${blanks}`)}`], ['behind', (mine: string, blanks: string) => `host ${mine}${blanks}x`], ['alone', (_: string, blanks: string) => `${blanks}x`]])('400,000 blanks %s', async (_name, text) => {
    const mine = await line()
    const policy = knownHosts(`${text(mine, ' \t'.repeat(200_000))}\nhost ${mine}\n`)
    expect(await seconds(() => Promise.resolve(policy.verify(presented(mine))))).toBeLessThan(3)
  })

  test('10,000 hashed lines: what one connection looks up', async () => {
    const mine = await line()
    const salt = (i: number) => Buffer.from(String(i).padStart(20, '0')).toString('base64')
    const lines = Array.from({ length: 10_000 }, (_, i) => `|1|${salt(i)}|${salt(i + 1)} ${mine}`)
    const hashed = await new KnownHostsFile().add('host', 2222, parsePublicKey(mine).blob, { hash: true })
    const text = [...lines, hashed, ''].join('\n')
    const connection = async (policy: ReturnType<typeof knownHosts>) => {
      expect(await policy.preferredAlgorithms!('host', 2222)).toEqual(['ssh-ed25519'])
      await policy.verify(presented(mine, 2222))
    }
    const policy = knownHosts(text)
    await connection(policy)
    // It took 1.3 s by a task of WebCrypto for each line.
    expect(await seconds(() => connection(knownHosts(text)))).toBeLessThan(1)
    expect(await seconds(() => connection(policy))).toBeLessThan(0.1)
    const store = trustOnFirstUse(memoryHostKeyStore(text))
    expect(await seconds(() => connection(store))).toBeLessThan(1)
  })
})

describe('a list of revoked keys', () => {
  const refused = { name: 'HostKeyError', code: 'ERR_HOST_KEY_REVOKED' }
  test('public keys, one a line, whatever known_hosts says', async () => {
    const [bad, good] = [await line(), await line()]
    const options = { revoked: `# of last year\r\n\r\n${bad} stolen\r\n` }
    await expect(knownHosts(`host ${bad}\n`, options).verify(presented(bad))).rejects.toMatchObject(refused)
    await knownHosts(`host ${good}\n`, options).verify(presented(good))
    await expect(trustOnFirstUse(memoryHostKeyStore(), options).verify(presented(bad))).rejects.toMatchObject(refused)
  })
  test.each([['garbage', 'no key'], ['a list that is cut', Buffer.from('SSHKRL\n\0\0\0')]])('%s: no key is accepted, as with ssh', async (_name, revoked) => {
    const mine = await line()
    await expect(knownHosts(`host ${mine}\n`, { revoked }).verify(presented(mine))).rejects.toMatchObject(refused)
  })

  test.runIf(requirePeer('sshd'))('a key revocation list of ssh-keygen: keys, hashes, serial numbers, names, an authority', async () => {
    const folder = temporaryDirectory('krl')
    try {
      const make = (name: string) => {
        execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', folder.file(name)])
        return readFileSync(folder.file(`${name}.pub`), 'utf8').trim()
      }
      const [ca, otherCa] = [make('ca'), make('ca2')]
      const certificate = (name: string, serial: number, authority = 'ca') => {
        make(name)
        execFileSync('ssh-keygen', ['-q', '-s', folder.file(authority), '-h', '-I', `id-${name}`, '-n', 'host', '-z', String(serial), folder.file(`${name}.pub`)])
        return readFileSync(folder.file(`${name}-cert.pub`), 'utf8').trim()
      }
      const krl = (specification: string, extra: readonly string[] = ['-s', folder.file('ca.pub')]) => {
        writeFileSync(folder.file('list'), specification)
        execFileSync('ssh-keygen', ['-q', '-k', '-f', folder.file('krl'), ...extra, folder.file('list')])
        return readFileSync(folder.file('krl'))
      }
      const plain = make('plain')
      const judge = async (key: string, revoked: Uint8Array) => {
        const policy = knownHosts(`@cert-authority * ${ca}\n@cert-authority * ${otherCa}\nhost ${plain}\n`, { revoked })
        return Promise.resolve(policy.verify({ ...presented(key), algorithm: key.split(' ')[0]! })).then(() => 'accepted', (error: { code: string }) => error.code)
      }
      const [five, nine, zero, foreign] = [certificate('five', 5), certificate('nine', 9), certificate('zero', 0), certificate('foreign', 5, 'ca2')]
      const REVOKED = refused.code
      expect(await judge(plain, krl(plain))).toBe(REVOKED)
      expect(await judge(plain, krl(`sha256: ${plain}\n`))).toBe(REVOKED)
      expect(await judge(plain, krl(`sha1: ${plain}\n`))).toBe(REVOKED)
      expect(await judge(plain, krl(make('somebody')))).toBe('accepted')
      for (const serials of ['serial: 5\n', 'serial: 4-6\n', `serial: 5\nserial: 7\nserial: 10\nserial: 12\n`]) {
        expect([await judge(five, krl(serials)), await judge(nine, krl(serials)), await judge(foreign, krl(serials)), await judge(zero, krl(serials))]).toEqual([REVOKED, 'accepted', 'accepted', 'accepted'])
      }
      expect(await judge(five, krl('id: id-five\n'))).toBe(REVOKED)
      expect(await judge(nine, krl('id: id-five\n'))).toBe('accepted')
      expect(await judge(foreign, krl('id: id-foreign\n', ['-s', 'none']))).toBe(REVOKED)
      expect([await judge(five, krl(ca)), await judge(foreign, krl(ca))]).toEqual([REVOKED, 'accepted'])
    } finally {
      folder.remove()
    }
  })
})

describe('two policies of trust on first use on one store cannot record two keys', () => {
  const slow = (store: HostKeyStore): HostKeyStore => ({
    ...store,
    read: async () => {
      const text = await store.read()
      await new Promise((resolve) => setTimeout(resolve, 5))
      return text
    },
  })
  const items = new Map<string, string>()
  const storage = { getItem: (name: string) => items.get(name) ?? null, setItem: (name: string, text: string) => void items.set(name, text) }
  const folder = temporaryDirectory('stores')
  afterAll(() => folder.remove())
  const memory = slow(memoryHostKeyStore())
  test.each<[string, () => HostKeyStore]>([
    ['the same object', () => memory],
    ['two objects on one item of a storage', () => slow(webStorageHostKeyStore(storage))],
    ['two objects on one file', () => slow(fileHostKeyStore(folder.file('known_hosts')))],
  ])('%s', async (_name, store) => {
    const keys = [(await keyPair('ed25519', 'host')).publicKey, (await keyPair('ed25519', 'user')).publicKey]
    const results = await Promise.allSettled(keys.map((key) => trustOnFirstUse(store()).verify(presented(key))))
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await store().read()).trim().split('\n')).toHaveLength(1)
  })
})
