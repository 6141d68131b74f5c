// Every method that the module offers, one at a time, against OpenSSH; what is agreed on by default with several servers.
// The same pairs run natively under sanitizers in test/native/algorithms.test.ts.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC, LIBSSH2_METHOD_HOSTKEY, LIBSSH2_METHOD_KEX, LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC, Session } from '../../src/bindings/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { startAsyncssh } from '../support/asyncssh.ts'
import { startDropbear } from '../support/dropbear.ts'
import { startGoServer } from '../support/go-server.ts'
import { startParamiko } from '../support/paramiko.ts'
import { requirePeer } from '../support/require-peer.ts'
import { execute, readAll } from '../support/session.ts'
import { startSsh2Server } from '../support/ssh2-server.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { startTinysshd } from '../support/tinysshd.ts'

const kinds = {
  kex: [LIBSSH2_METHOD_KEX], hostkey: [LIBSSH2_METHOD_HOSTKEY], cipher: [LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC],
  mac: [LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC],
} as const
type Named = Partial<Record<keyof typeof kinds, string>>

/** Logs in, moves `bytes` in each direction and says what was agreed on. */
async function exchange(server: SshServer, named: Named = {}, bytes = 100_000): Promise<Required<Named>> {
  const session = await Session.create(await connectTcp({ host: server.host, port: server.port }))
  try {
    for (const [kind, name] of Object.entries(named)) for (const type of kinds[kind as keyof typeof kinds]) session.methodPref(type, name)
    await session.complete(() => session.handshake())
    await session.complete(() => session.userauthPublickeyFromMemory(server.user, readFileSync(server.keys.ed25519.path, 'utf8')))
    const channel = await execute(session, 'cat')
    const sent = new Uint8Array(bytes).map((_, index) => index * 7)
    const reading = readAll(channel)
    await session.complete(() => channel.write(sent))
    await session.complete(() => channel.sendEof())
    expect(Buffer.compare(await reading, sent)).toBe(0)
    const agreed = (kind: keyof typeof kinds) => session.methods(kinds[kind][0]) as string
    return { kex: agreed('kex'), hostkey: agreed('hostkey'), cipher: agreed('cipher'), mac: agreed('mac') }
  } finally {
    session.free()
  }
}

const kex = [
  'sntrup761x25519-sha512@openssh.com', 'curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521', 'diffie-hellman-group14-sha256',
  'diffie-hellman-group16-sha512', 'diffie-hellman-group18-sha512', 'diffie-hellman-group-exchange-sha256', 'diffie-hellman-group-exchange-sha1',
  'diffie-hellman-group14-sha1', 'diffie-hellman-group1-sha1',
]
const hostkeys = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']
const aead = ['chacha20-poly1305@openssh.com', 'aes256-gcm@openssh.com', 'aes128-gcm@openssh.com']
const ciphers = ['aes256-ctr', 'aes192-ctr', 'aes128-ctr', 'aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc']
const macs = ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512', 'hmac-sha1-etm@openssh.com', 'hmac-sha1', 'hmac-sha1-96', 'hmac-md5']

describe.runIf(requirePeer('sshd'))('one method at a time, OpenSSH as installed', () => {
  let server: SshServer
  beforeAll(async () => {
    server = await startSshd({
      hostKeyTypes: ['ed25519', 'ecdsa', 'ecdsa384', 'ecdsa521', 'rsa'],
      config: [
        'KexAlgorithms +diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1', 'HostKeyAlgorithms +ssh-rsa',
        'Ciphers +aes128-cbc,aes192-cbc,aes256-cbc,3des-cbc', 'MACs +hmac-sha1,hmac-sha1-etm@openssh.com,hmac-sha1-96,hmac-md5',
      ],
    })
  })
  afterAll(() => server?.stop())

  it('legacy methods are supported, and not offered unless they are named', async () => {
    const session = await Session.create(await connectTcp({ host: server.host, port: server.port }))
    const supported = Object.values(kinds).flatMap(([type]) => session.supportedAlgs(type))
    session.free()
    for (const names of [kex, hostkeys, aead, ciphers, macs]) for (const name of names) expect(supported).toContain(name)
    const weak = ['diffie-hellman-group14-sha1', 'ssh-rsa', 'aes256-cbc', 'hmac-sha1']
    for (const [kind, name] of [['KexAlgorithms', 0], ['HostKeyAlgorithms', 1], ['Ciphers', 2]] as const) {
      await using only = await startSshd({ hostKeyTypes: ['rsa'], config: [`${kind} ${weak[name]}`] })
      await expect(exchange(only)).rejects.toThrow(weak[name])
    }
  })
  it.each(kex)('key exchange %s', async (name) => {
    expect(await exchange(server, { kex: name })).toMatchObject({ kex: name })
  })
  it.each(hostkeys)('host key %s', async (name) => {
    expect(await exchange(server, { hostkey: name })).toMatchObject({ hostkey: name })
  })
  it.each(aead)('cipher %s', async (name) => {
    expect(await exchange(server, { cipher: name }, 1_000_000)).toMatchObject({ cipher: name, mac: '<implicit>' })
  })
  it.each(ciphers.flatMap((cipher) => macs.map((mac) => ({ cipher, mac }))))('cipher $cipher with $mac', async (named) => {
    expect(await exchange(server, named)).toMatchObject(named)
  })
})

/** What the installed one does not have. */
const newer: ['trixie' | 'sid', string, string[]][] = [
  ['trixie', 'mlkem768x25519-sha256', []], ['trixie', 'sntrup761x25519-sha512', []], ['trixie', 'sntrup761x25519-sha512@openssh.com', []],
  ['sid', 'mlkem768nistp256-sha256', ['KexAlgorithms mlkem768nistp256-sha256']],
]
for (const [release, name, config] of newer) {
  it.runIf(requirePeer(`sshd-${release}`))(`key exchange ${name}, OpenSSH of ${release}`, async () => {
    await using server = await startSshd({ release, config })
    expect(await exchange(server, { kex: name })).toMatchObject({ kex: name })
  })
}

describe('by default', () => {
  it.runIf(requirePeer('sshd-trixie'))('OpenSSH 10: post-quantum key exchange', async () => {
    await using server = await startSshd({ release: 'trixie' })
    expect(await exchange(server)).toMatchObject({ kex: 'mlkem768x25519-sha256', hostkey: 'ssh-ed25519', cipher: 'chacha20-poly1305@openssh.com' })
  })
  it.runIf(requirePeer('sshd'))('OpenSSH with only an Ed25519 host key', async () => {
    await using server = await startSshd({ hostKeyTypes: ['ed25519'] })
    expect(await exchange(server)).toMatchObject({ kex: expect.stringMatching(/^sntrup761x25519-sha512/), hostkey: 'ssh-ed25519' })
  })
  it.runIf(requirePeer('sshd'))('OpenSSH with only an RSA host key', async () => {
    await using server = await startSshd({ hostKeyTypes: ['rsa'] })
    expect(await exchange(server)).toMatchObject({ hostkey: 'rsa-sha2-512' })
  })
  it.runIf(requirePeer('dropbear'))('Dropbear', async () => {
    await using server = await startDropbear()
    expect((await exchange(server)).kex).toMatch(/^(curve25519|mlkem768x25519)-sha256$/)
  })
  it.runIf(requirePeer('tinysshd'))('TinySSH', async () => {
    await using server = await startTinysshd()
    expect(await exchange(server)).toMatchObject({ kex: expect.stringMatching(/^sntrup761x25519-sha512/), hostkey: 'ssh-ed25519', cipher: 'chacha20-poly1305@openssh.com' })
  })
  it.runIf(requirePeer('dropbear-sid') && requirePeer('dropbear'))('Dropbear of Debian sid', async () => {
    await using server = await startDropbear({ release: 'sid' })
    expect((await exchange(server)).kex).toBe('mlkem768x25519-sha256')
    for (const kex of ['sntrup761x25519-sha512', 'sntrup761x25519-sha512@openssh.com']) expect(await exchange(server, { kex })).toMatchObject({ kex })
  })
  it.runIf(requirePeer('asyncssh'))('AsyncSSH', async () => {
    await using server = await startAsyncssh()
    expect((await exchange(server)).kex).toMatch(/^(curve25519|mlkem768x25519)-sha256$/)
  })
  it.runIf(requirePeer('paramiko'))('Paramiko', async () => {
    await using server = await startParamiko()
    expect((await exchange(server)).kex).toMatch(/^curve25519-sha256/)
  })
  it.runIf(requirePeer('go'))('golang x/crypto', async () => {
    await using server = await startGoServer()
    expect((await exchange(server)).kex).toMatch(/^(curve25519|mlkem768x25519)-sha256$/)
  })
  it('the Node ssh2 server', async () => {
    await using server = await startSsh2Server()
    expect(await exchange(server)).toMatchObject({ kex: 'curve25519-sha256', hostkey: 'ssh-ed25519' })
  })
})
