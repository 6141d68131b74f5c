// User keys of ML-DSA-44 with Ed25519, with the only server that has them: OpenSSH 10.6, as it is by default.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatPublicKey, generateKeyPair, type PrivateKey, publicKey } from '../../src/index.ts'
import { clientOf } from '../support/client-of.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'

const made = (name: string) => readFileSync(fileURLToPath(new URL(`../unit/keys/mldsa44/${name}`, import.meta.url)), 'utf8')

describe.runIf(requirePeer('sshd') && requirePeer('sshd-sid'))('ssh-mldsa44-ed25519', () => {
  let files: TemporaryDirectory, key: PrivateKey, server: SshServer, without: SshServer
  beforeAll(async () => {
    files = temporaryDirectory('mldsa44')
    key = await generateKeyPair('mldsa44-ed25519')
    writeFileSync(files.file('keys'), `${formatPublicKey(key)}\ncert-authority,principals="user" ${made('ca.pub')}`)
    const config = [`AuthorizedKeysFile ${files.file('keys')}`];
    [server, without] = await Promise.all([
      startSshd({ release: 'sid', config }),
      startSshd({ config: [...config, 'LogLevel DEBUG1'] }),
    ])
  })
  afterAll(async () => {
    await Promise.all([server?.stop(), without?.stop()])
    files.remove()
  })

  test('logs in with a key', async () => {
    await using client = await clientOf(server, { auth: [publicKey(key)] })
    expect(client.authenticatedBy).toMatchObject({ method: 'publickey', algorithm: 'ssh-mldsa44-ed25519' })
    expect((await client.run('echo in')).stdout).toBe('in\n')
  })

  test('logs in with a certificate of a key that OpenSSH made', async () => {
    await using client = await clientOf(server, { auth: [publicKey(made('key'), { certificate: made('key-cert.pub') })] })
    expect(client.authenticatedBy).toMatchObject({ method: 'publickey', algorithm: expect.stringMatching(/^ssh-mldsa44-ed25519/) })
  })

  test('is not offered to a server that does not name it, unless it is asked for by name', async () => {
    await expect(clientOf(without, { auth: [publicKey(key)] })).rejects.toMatchObject({ attempts: expect.arrayContaining([expect.objectContaining({ method: 'publickey', outcome: 'failed', error: expect.objectContaining({ code: 'ERR_ALGORITHM' }) })]) })
    expect(without.log()).not.toMatch(/publickey/)
    await expect(clientOf(without, { auth: [publicKey(key, { algorithms: ['ssh-mldsa44-ed25519'] })] })).rejects.toMatchObject({ attempts: expect.arrayContaining([expect.objectContaining({ outcome: 'refused' })]) })
  })
})
