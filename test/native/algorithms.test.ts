// Every method of the crypto backend against real OpenSSH servers, in a native client under the address and
// undefined-behaviour sanitizers (`make -C test/native`): the module's own C sources without WebAssembly around them.
import { execFile } from 'node:child_process'
import { copyFileSync, existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { keyPair, type KeyType } from '../support/key-pairs.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const run = promisify(execFile)
const program = process.env.NATIVE_CLIENT ?? fileURLToPath(new URL('../../build/native/client', import.meta.url))
const login = { user: 'tester', password: 'correct horse' }

const built = existsSync(program)
if (!built) console.warn('native client: skipped, not built (make -C test/native)')
const possible = built && requirePeer('sshd-login')

/** What the client says was agreed on, or its error text. */
async function client(server: SshServer, ...methods: string[]): Promise<string> {
  try {
    return (await run(program, [String(server.port), login.user, login.password, ...methods], { timeout: 60_000 })).stdout.trim()
  } catch (error) {
    return `failed: ${(error as { stderr: string }).stderr}`
  }
}

const hostKeyTypes: KeyType[] = ['ed25519', 'ecdsa', 'ecdsa384', 'ecdsa521', 'rsa']
const everything = [
  'KexAlgorithms +diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1',
  'HostKeyAlgorithms +ssh-rsa',
  'Ciphers +aes128-cbc,aes192-cbc,aes256-cbc,3des-cbc',
  'MACs +hmac-sha1,hmac-sha1-etm@openssh.com,hmac-sha1-96,hmac-md5',
]

const kexMethods = [
  'sntrup761x25519-sha512@openssh.com', 'curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521',
  'diffie-hellman-group14-sha256', 'diffie-hellman-group16-sha512', 'diffie-hellman-group18-sha512',
  'diffie-hellman-group-exchange-sha256', 'diffie-hellman-group-exchange-sha1', 'diffie-hellman-group14-sha1', 'diffie-hellman-group1-sha1',
]
const hostKeyMethods = [
  'ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa',
]
const aead = ['chacha20-poly1305@openssh.com', 'aes256-gcm@openssh.com', 'aes128-gcm@openssh.com']
const ciphers = ['aes256-ctr', 'aes192-ctr', 'aes128-ctr', 'aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc']
const macs = [
  'hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512', 'hmac-sha1-etm@openssh.com', 'hmac-sha1',
  'hmac-sha1-96', 'hmac-md5',
]

describe.runIf(possible)('native client, OpenSSH as installed', () => {
  let server: SshServer
  beforeAll(async () => {
    server = await startSshd({ login, hostKeyTypes, config: everything })
  })
  afterAll(() => server?.stop())

  it('agrees on the first of its own order when it names nothing', async () => {
    expect(await client(server)).toMatch(/^sntrup761x25519-sha512\S* ssh-ed25519 chacha20-poly1305@openssh.com <implicit> none$/)
  })
  it.each(kexMethods)('key exchange %s', async (kex) => {
    expect(await client(server, `kex=${kex}`)).toMatch(new RegExp(`^${kex} `))
  })
  it.each(hostKeyMethods)('host key %s', async (method) => {
    expect(await client(server, `hostkey=${method}`)).toContain(` ${method} `)
  })
  it.each(aead)('cipher %s', async (cipher) => {
    expect(await client(server, `cipher=${cipher}`, '--bytes=3000000')).toContain(` ${cipher} <implicit> `)
  })
  it.each(ciphers.flatMap((cipher) => macs.map((mac) => [cipher, mac])))('cipher %s with %s', async (cipher, mac) => {
    expect(await client(server, `cipher=${cipher}`, `mac=${mac}`, '--bytes=300000')).toContain(` ${cipher} ${mac} `)
  })
  it('compresses', async () => {
    expect(await client(server, 'comp=zlib@openssh.com', '--bytes=3000000')).toMatch(/ zlib@openssh.com$/)
  })
})

describe.runIf(possible)('re-keying', () => {
  it.each([...aead, 'aes256-ctr'])('goes on under load with %s', async (cipher) => {
    await using server = await startSshd({ login, config: ['KexAlgorithms curve25519-sha256', 'RekeyLimit 1M', 'LogLevel DEBUG1'] })
    expect(await client(server, `cipher=${cipher}`, '--bytes=10000000')).toContain(` ${cipher} `)
    // 10 MB each way, a new key for each in each direction at most every MB
    await expect.poll(() => server.log().split('set_newkeys: rekeying in').length).toBeGreaterThan(15)
  })
})

describe.runIf(possible)('host certificates', () => {
  const certificates = new Map<KeyType, string>([
    ['ed25519', 'ssh-ed25519-cert-v01@openssh.com'],
    ['ecdsa', 'ecdsa-sha2-nistp256-cert-v01@openssh.com'],
    ['ecdsa384', 'ecdsa-sha2-nistp384-cert-v01@openssh.com'],
    ['ecdsa521', 'ecdsa-sha2-nistp521-cert-v01@openssh.com'],
    ['rsa', 'rsa-sha2-512-cert-v01@openssh.com'],
  ])
  it.each([...certificates])('verifies the signature of a certified %s key', async (type, method) => {
    const directory = temporaryDirectory('host-certificate')
    onTestFinished(() => directory.remove())
    const [authority, host] = await Promise.all([keyPair('ed25519', 'user'), keyPair(type, 'host')])
    copyFileSync(`${host.path}.pub`, directory.file('host.pub'))
    await run('ssh-keygen', ['-q', '-s', authority.path, '-I', 'test', '-h', '-n', '127.0.0.1', directory.file('host.pub')])
    await using server = await startSshd({ login, hostKeyTypes: [type], config: [`HostCertificate ${directory.file('host-cert.pub')}`] })
    expect(await client(server, `hostkey=${method}`)).toContain(` ${method} `)
  })
})

describe('a server with nothing in common', () => {
  const offers: [string, string, string][] = [
    ['KexAlgorithms diffie-hellman-group14-sha1', 'diffie-hellman-group14-sha1', 'key exchange method'],
    ['HostKeyAlgorithms ssh-rsa', 'ssh-rsa', 'host key type'],
    ['Ciphers aes256-cbc', 'aes256-cbc', 'cipher'],
    ['MACs hmac-sha1', 'hmac-sha1', 'MAC'],
  ]
  it.runIf(possible).each(offers)('%s: the error names what it offers', async (config, offered, kind) => {
    await using server = await startSshd({ login, hostKeyTypes: ['rsa'], config: [config] })
    const said = await client(server, ...(kind === 'MAC' ? ['cipher=aes256-ctr'] : []))
    expect(said).toContain('failed')
    expect(said).toContain(kind)
    expect(said).toContain(offered)
  })
})

describe('other releases of OpenSSH', () => {
  const releases: ['trixie' | 'bullseye', string][] = [
    ['trixie', 'mlkem768x25519-sha256'],
    ['bullseye', 'curve25519-sha256'],
  ]
  for (const [release, kex] of releases) {
    it.runIf(built && requirePeer('sshd-login') && requirePeer(`sshd-${release}` as const))(`${release}: ${kex} by default`, async () => {
      await using server = await startSshd({ login, release })
      expect(await client(server, '--bytes=1000000')).toMatch(new RegExp(`^${kex} ssh-ed25519 `))
    })
  }
})
