import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HostKeyError } from '../../../src/errors/ssh-error.ts'
import { hashName } from '../../../src/host-key/known-hosts/hash-name.ts'
import { knownHosts } from '../../../src/host-key/known-hosts/known-hosts.ts'
import { KnownHostsFile } from '../../../src/host-key/known-hosts/file.ts'
import { type KeyPair, keyPair } from '../../support/key-pairs.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { authorityKey, bare, blob, certify, newKey } from './ssh-keygen.ts'
import { sshVerdict } from './ssh-verdict.ts'

const directory = temporaryDirectory('known-hosts-policy')
afterAll(() => directory.remove())

let host: KeyPair, key: string, other: string, rsa: string, authority: string
beforeAll(async () => {
  host = await keyPair('ed25519', 'host')
  key = bare(host.publicKey)
  other = newKey(directory, 'other')
  rsa = bare((await keyPair('rsa', 'host')).publicKey)
  authority = bare((await authorityKey('ecdsa')).publicKey)
})

async function verdict(text: string, presented: string, name: string, port: number): Promise<string> {
  try {
    await knownHosts(text).verify({ host: name, port, key: blob(presented), algorithm: 'ssh-ed25519' })
    return 'accepted'
  } catch (error) {
    expect(error).toBeInstanceOf(HostKeyError)
    return (error as HostKeyError).code
  }
}

/** Known hosts, the expected verdict, and the port where it is not 22. The host is h.example and presents `key`. */
const cases: readonly (readonly [string, () => string, string, number?])[] = [
  ['known', () => `h.example ${key}`, 'accepted'],
  ['known among several keys of its type', () => `h.example ${other}\nh.example ${key}`, 'accepted'],
  ['known among several types', () => `h.example ${rsa}\nh.example ${key}`, 'accepted'],
  ['unknown', () => `g.example ${key}`, 'ERR_HOST_KEY_UNKNOWN'],
  ['nothing known', () => '', 'ERR_HOST_KEY_UNKNOWN'],
  ['changed', () => `h.example ${other}`, 'ERR_HOST_KEY_CHANGED'],
  ['known by a key of another type only', () => `h.example ${rsa}`, 'ERR_HOST_KEY_CHANGED'],
  ['known by a wildcard', () => `*.example ${key}`, 'accepted'],
  ['excluded by negation', () => `*.example,!h.* ${key}`, 'ERR_HOST_KEY_UNKNOWN'],
  ['revoked', () => `h.example ${key}\n@revoked * ${key}`, 'ERR_HOST_KEY_REVOKED'],
  ['another key revoked', () => `h.example ${key}\n@revoked * ${other}`, 'accepted'],
  ['revoked for another host', () => `h.example ${key}\n@revoked g.example ${key}`, 'accepted'],
  ['only a revoked other key known', () => `@revoked * ${other}`, 'ERR_HOST_KEY_UNKNOWN'],
  ['a plain key is not certified', () => `@cert-authority * ${key}`, 'ERR_HOST_KEY_UNKNOWN'],
  ['an authority does not make a host known', () => `@cert-authority * ${authority}`, 'ERR_HOST_KEY_UNKNOWN'],
  ['port', () => `[h.example]:2222 ${key}`, 'accepted', 2222],
  ['another port', () => `[h.example]:2223 ${key}`, 'ERR_HOST_KEY_UNKNOWN', 2222],
  ['known without the port', () => `h.example ${key}`, 'accepted', 2222],
  ['another key without the port', () => `h.example ${other}`, 'ERR_HOST_KEY_UNKNOWN', 2222],
  ['known and revoked without the port', () => `h.example ${key}\n@revoked h.example ${key}`, 'ERR_HOST_KEY_REVOKED', 2222],
  ['changed with the port', () => `[h.example]:2222 ${other}`, 'ERR_HOST_KEY_CHANGED', 2222],
  ['known with a port, asked for 22', () => `[h.example]:2222 ${key}`, 'ERR_HOST_KEY_UNKNOWN'],
  ['garbage lines around', () => `h.example ssh-ed25519 AAAA\nnonsense\n|1|a|b ${other}\nh.example ${key}`, 'accepted'],
  ['only a damaged line', () => `h.example ${key.slice(0, -8)}`, 'ERR_HOST_KEY_UNKNOWN'],
  ['a key type that nobody has', () => `h.example ssh-future AAAACnNzaC1mdXR1cmU=`, 'ERR_HOST_KEY_UNKNOWN'],
  ['upper case in the file', () => `H.EXAMPLE ${key}`, 'accepted'],
  ['carriage returns', () => `h.example ${key}\r\n`, 'accepted'],
]

describe('verdicts', () => {
  for (const [name, text, expected, port = 22] of cases) {
    test(name, async () => expect(await verdict(text(), key, 'h.example', port)).toBe(expected))
  }

  test('revoked without the port, known with it: refused, where OpenSSH does not look', async () => {
    expect(await verdict(`[h.example]:2222 ${key}\n@revoked h.example ${key}`, key, 'h.example', 2222)).toBe('ERR_HOST_KEY_REVOKED')
  })

  test('a hashed name', async () => {
    expect(await verdict(`${await hashName('h.example')} ${key}`, key, 'H.Example', 22)).toBe('accepted')
    expect(await verdict(`${await hashName('[h.example]:2222')} ${other}`, key, 'h.example', 2222)).toBe('ERR_HOST_KEY_CHANGED')
  })

  test('damaged keys from the server', async () => {
    const info = { host: 'h.example', port: 22, algorithm: 'ssh-ed25519' }
    await expect(knownHosts('').verify({ ...info, key: blob(key).subarray(0, 30) })).rejects.toMatchObject({ name: 'HostKeyError', code: 'ERR_HOST_KEY_UNKNOWN' })
    await expect(knownHosts('').verify({ ...info, key: new Uint8Array() })).rejects.toMatchObject({ name: 'HostKeyError', code: 'ERR_HOST_KEY_UNKNOWN' })
  })
})

describe.runIf(requirePeer('sshd'))("OpenSSH's client says the same", () => {
  for (const [name, text, expected, port = 22] of cases) {
    test(name, async () => {
      const presented = { host: 'h.example', port, keyPath: host.path, hostKeyAlgorithms: 'ssh-ed25519' }
      expect(await sshVerdict(directory, text(), presented)).toBe(expected)
    })
  }

  test('of certificates', async () => {
    // A principal without wildcards: OpenSSH obeys those in host certificates since 10.3.
    const line = await certify(directory, 'ed25519', 'ecdsa', ['-h', '-n', 'g.example,h.example'])
    const certificatePath = directory.file('host-cert.pub')
    writeFileSync(certificatePath, `${line}\n`)
    for (const text of [`@cert-authority *.example ${authority}`, `@cert-authority *.other ${authority}`, `h.example ${key}`, `h.example ${other}`, `@cert-authority * ${authority}\n@revoked * ${authority}`, `@cert-authority * ${authority}\n@revoked * ${key}`, `@cert-authority * ${other}\nh.example ${key}`]) {
      const presented = { host: 'h.example', port: 22, keyPath: host.path, certificatePath, hostKeyAlgorithms: 'ssh-ed25519-cert-v01@openssh.com' }
      expect(await verdict(text, line, 'h.example', 22), text).toBe(await sshVerdict(directory, text, presented))
    }
  })
})

describe('errors name both fingerprints', () => {
  const verify = async (text: string) => knownHosts(text).verify({ host: 'h.example', port: 22, key: blob(key), algorithm: 'ssh-ed25519' })

  test('expected, of the same type where there is one, and received', async () => {
    const rsaFingerprint = (await keyPair('rsa', 'host')).fingerprint
    const error = await verify(`h.example ${rsa}`).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ expected: rsaFingerprint, received: host.fingerprint })
    expect((error as Error).message).toContain('h.example')
    expect((error as Error).message).toContain(rsaFingerprint)
    expect((error as Error).message).toContain(host.fingerprint)
    const sameType = await verify(`h.example ${rsa}\nh.example ${other}`).catch((reason: unknown) => reason)
    expect(sameType).toMatchObject({ expected: expect.not.stringContaining(rsaFingerprint) as unknown })
  })

  test('received only, of unknown and revoked hosts', async () => {
    await expect(verify('')).rejects.toMatchObject({ expected: undefined, received: host.fingerprint })
    await expect(verify(`@revoked * ${key}`)).rejects.toMatchObject({ expected: undefined, received: host.fingerprint })
  })
})

describe('preferredAlgorithms', () => {
  const preferred = (text: string, port = 22) => knownHosts(text).preferredAlgorithms!('h.example', port)

  test('follow the known keys of the host', async () => {
    expect(await preferred(`h.example ${rsa}\nh.example ${key}\nh.example ${other}`)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa', 'ssh-ed25519'])
    expect(await preferred(`g.example ${rsa}`)).toEqual([])
    expect(await preferred(`@revoked * ${rsa}`)).toEqual([])
    expect(await preferred(`[h.example]:2222 ${key}`, 2222)).toEqual(['ssh-ed25519'])
  })

  test('are certificates where an authority is known', async () => {
    const names = await preferred(`@cert-authority *.example ${authority}\nh.example ${key}`)
    expect(names[0]).toBe('ssh-ed25519-cert-v01@openssh.com')
    expect(names).toContain('rsa-sha2-512-cert-v01@openssh.com')
    expect(names).toContain('sk-ecdsa-sha2-nistp256-cert-v01@openssh.com')
    expect(names.at(-1)).toBe('ssh-ed25519')
  })
})

test('several texts are one; a file object is taken too', async () => {
  const info = { host: 'h.example', port: 22, key: blob(key), algorithm: 'ssh-ed25519' }
  const warnings: string[] = []
  await knownHosts([`g.example ${other}\nbad`, `h.example ${key}`], { onWarning: (_problem, line) => warnings.push(String(line)) }).verify(info)
  expect(warnings).toEqual(['2'])
  await knownHosts(new Set([`h.example ${key}\n`])).verify(info)
  await knownHosts(new KnownHostsFile(`h.example ${key}`)).verify(info)
})
