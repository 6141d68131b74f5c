// An expired certificate beside a good key, as tools of Vault, step and Teleport leave them: `ssh` offers the certificate, then the key itself.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { agent, publicKey } from '../../src/index.ts'
import { keyPair } from '../support/key-pairs.ts'
import { requirePeer } from '../support/require-peer.ts'
import { startSshAgent } from '../support/ssh-agent.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { login } from './support/ssh-server.ts'

/** A certificate of the user's key by an authority that nobody knows, or that has run out. */
async function certified(validity: string) {
  const folder = temporaryDirectory('certificate')
  const key = await keyPair('ed25519', 'user')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', folder.file('ca')])
  writeFileSync(folder.file('user.pub'), key.publicKey)
  execFileSync('ssh-keygen', ['-q', '-s', folder.file('ca'), '-I', 'id', '-n', 'somebody', '-V', validity, folder.file('user.pub')])
  return { key, certificate: readFileSync(folder.file('user-cert.pub'), 'utf8'), folder }
}

describe.runIf(requirePeer('sshd'))('at sshd', () => {
  test.each(['-2d:-1d', '-1d:+1d'])('a certificate that is of no use (%s), then the key', async (validity) => {
    const { key, certificate, folder } = await certified(validity)
    const server = await startSshd()
    try {
      await using client = await login({ host: '127.0.0.1', port: server.port }, { username: server.user, auth: [publicKey(key.privateKey, { certificate })] })
      expect(client.authenticatedBy).toMatchObject({ method: 'publickey', keyType: 'ssh-ed25519', fingerprint: key.fingerprint })
    } finally {
      await server.stop()
      folder.remove()
    }
  })

  test('a certificate that cannot be read, then the key; what was wrong is told if the key is refused too', async () => {
    const [key, other] = [await keyPair('ed25519', 'user'), await keyPair('ecdsa', 'user')]
    const server = await startSshd()
    try {
      await using client = await login({ host: '127.0.0.1', port: server.port }, { username: server.user, auth: [publicKey(key.privateKey, { certificate: other.publicKey })] })
      expect(client.authenticatedBy?.keyType).toBe('ssh-ed25519')
      await using agentOf = await startSshAgent()
      agentOf.add(key.path)
      await using second = await login({ host: '127.0.0.1', port: server.port }, { username: server.user, auth: [agent(agentOf.socket)] })
      expect(second.authenticatedBy?.fingerprint).toBe(key.fingerprint)
    } finally {
      await server.stop()
    }
  })
})
