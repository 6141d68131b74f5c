// Host keys of ML-DSA-44 with Ed25519, with the only server that has them: OpenSSH 10.6.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Session } from '../../src/bindings/index.ts'
import { LIBSSH2_METHOD_HOSTKEY } from '../../src/ffi/constants.gen.ts'
import { formatPrivateKey, formatPublicKey, generateKeyPair, knownHosts, memoryHostKeyStore, pinned, type PrivateKey, trustOnFirstUse } from '../../src/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { clientOf } from '../support/client-of.ts'
import { treeCommand } from '../support/foreign-tree.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'

const NAME = 'ssh-mldsa44-ed25519'

describe.runIf(requirePeer('sshd') && requirePeer('sshd-sid'))(`host keys of ${NAME}`, () => {
  let files: TemporaryDirectory, key: PrivateKey, ca: PrivateKey, only: SshServer, both: SshServer
  beforeAll(async () => {
    files = temporaryDirectory('mldsa44-host');
    [key, ca] = await Promise.all([generateKeyPair('mldsa44-ed25519'), generateKeyPair('mldsa44-ed25519')])
    for (const [name, pair] of [['host', key], ['ca', ca]] as const) {
      writeFileSync(files.file(name), await formatPrivateKey(pair), { mode: 0o600 })
      writeFileSync(files.file(`${name}.pub`), `${formatPublicKey(pair)}\n`)
    }
    const [keygen, ...args] = treeCommand('sid', '/usr/bin/ssh-keygen')
    execFileSync(keygen!, [...args, '-q', '-s', files.file('ca'), '-h', '-I', 'test', '-n', '127.0.0.1', files.file('host.pub')])
    const config = [`HostKey ${files.file('host')}`];
    [only, both] = await Promise.all([
      startSshd({ release: 'sid', hostKeyTypes: [], config: [...config, `HostCertificate ${files.file('host-cert.pub')}`, 'RekeyLimit 256K'] }),
      startSshd({ release: 'sid', hostKeyTypes: ['ed25519'], config }),
    ])
  })
  afterAll(async () => {
    await Promise.all([only?.stop(), both?.stop()])
    files.remove()
  })
  const line = (server: SshServer, pair: PrivateKey, marker = '') => `${marker}[${server.host}]:${server.port} ${formatPublicKey(pair)}\n`
  const named = { algorithms: { hostKey: [NAME] } }

  test('is agreed upon where it is named, also when keys are made anew', async () => {
    await using client = await clientOf(only, { ...named, hostKey: pinned(formatPublicKey(key)) })
    expect(client.algorithms.hostKey).toBe(NAME)
    expect((await client.run('head -c 2000000 /dev/zero')).stdoutBytes.length).toBe(2_000_000)
    expect((await client.run('echo after')).stdout).toBe('after\n')
  })

  test('is agreed upon where the host is known by it, and only there', async () => {
    await using client = await clientOf(both, { hostKey: knownHosts(line(both, key)) })
    expect(client.algorithms.hostKey).toBe(NAME)
    await using other = await clientOf(both)
    expect(other.algorithms.hostKey).toBe('ssh-ed25519')
    await expect(clientOf(only)).rejects.toMatchObject({ code: 'ERR_LIBSSH2_KEX_FAILURE', message: expect.stringMatching(/no common host key.*server offers.*ssh-mldsa44-ed25519/) })
  })

  test('another key of its type is a changed host', async () => {
    await expect(clientOf(both, { hostKey: knownHosts(line(both, ca)) })).rejects.toMatchObject({ code: 'ERR_HOST_KEY_CHANGED' })
  })

  test('certificates, by an authority of the same type', async () => {
    const certificate = { algorithms: { hostKey: [`${NAME}-cert`] } }
    await using client = await clientOf(only, { ...certificate, hostKey: knownHosts(line(only, ca, '@cert-authority ')) })
    expect(client.algorithms.hostKey).toBe(`${NAME}-cert`)
    await expect(clientOf(only, { ...certificate, hostKey: knownHosts(line(only, key, '@cert-authority ')) })).rejects.toMatchObject({ code: 'ERR_HOST_KEY_UNKNOWN' })
  })

  test('first use records it, and it is found again', async () => {
    const store = memoryHostKeyStore()
    await using first = await clientOf(only, { ...named, hostKey: trustOnFirstUse(store) })
    expect(first.algorithms.hostKey).toBe(NAME)
    expect(await store.read()).toBe(line(only, key))
    await using second = await clientOf(only, { hostKey: trustOnFirstUse(store) })
    expect(second.algorithms.hostKey).toBe(NAME)
  })

  test('a change to it is learnt where it is named, and kept where it is known', async () => {
    const plain = `[${both.host}]:${both.port} ${both.hostKeys[0]!.publicKey.split(' ').slice(0, 2).join(' ')}\n`
    const after = async (text: string, options = {}) => {
      const store = memoryHostKeyStore(text), policy = trustOnFirstUse(store, { updateHostKeys: true })
      let decide: () => void
      const decided = new Promise<void>((resolve) => { decide = resolve })
      await using _client = await clientOf(both, { ...options, hostKey: { ...policy, update: async (update) => { await policy.update!(update); decide() } } })
      await decided
      return (await store.read()).split('\n').sort()
    }
    const all = `${plain}${line(both, key)}`.split('\n').sort()
    expect(await after(plain)).toEqual(plain.split('\n').sort())
    expect(await after(plain, { algorithms: { hostKey: ['ssh-ed25519', NAME] } })).toEqual(all)
    expect(await after(all.join('\n'))).toEqual(all)
  })

  test('the bindings, a session that waits by hand', async () => {
    const session = await Session.create(await connectTcp({ host: both.host, port: both.port }))
    try {
      expect(session.supportedAlgs(LIBSSH2_METHOD_HOSTKEY)).toEqual(expect.arrayContaining([NAME, `${NAME}@openssh.com`]))
      session.methodPref(LIBSSH2_METHOD_HOSTKEY, NAME)
      while (session.handshake() < 0) await session.wait()
      expect(session.hostkey()?.key).toEqual(key.publicKey)
    } finally {
      session.free()
    }
  })
})
