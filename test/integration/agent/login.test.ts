import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, insecureAcceptAnyHostKey, publicKey } from '../../../src/index.ts'
import { AgentClient } from '../../../src/keys/agent/client.ts'
import { formatPublicKey } from '../../../src/keys/public-key.ts'
import { toSigner } from '../../../src/keys/signers/to-signer.ts'
import type { SignerOptions, SigningKey } from '../../../src/keys/signers/signing-key.ts'
import { connectUnix } from '../../../src/node/index.ts'
import { keyPair } from '../../support/key-pairs.ts'
import type { Peer } from '../../support/process.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { agentAt } from '../../support/ssh-agent.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../support/temporary.ts'
import { KEY_TYPES, PASSPHRASE, rewritten, throughOpenssl, throughPuttygen } from '../../unit/keys/key-files.ts'
import { authenticator, securityKey } from '../../unit/keys/software-authenticators.ts'

/** Whatever can sign logs in at a real sshd: keys of every type and format, certificates, an agent's identities, security keys. */
describe.runIf(requirePeer('sshd'))('log in', () => {
  let folder: TemporaryDirectory, server: SshServer
  const allowed: string[] = []
  const login = async (key: SigningKey, options?: SignerOptions) => {
    await using client = await connect({ host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(key, options)] })
    return (await client.run('echo in')).stdout
  }
  const allow = (...lines: string[]) => {
    allowed.push(...lines)
    writeFileSync(folder.file('allowed'), `${allowed.join('\n')}\n`)
  }

  beforeAll(async () => {
    folder = temporaryDirectory('login')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', folder.file('ca')])
    server = await startSshd({ config: [
      `AuthorizedKeysFile ${folder.file('allowed')}`,
      `TrustedUserCAKeys ${folder.file('ca.pub')}`,
      'PubkeyAcceptedAlgorithms +webauthn-sk-ecdsa-sha2-nistp256@openssh.com',
    ] })
    allow(...(await Promise.all(KEY_TYPES.map((type) => keyPair(type, 'user')))).map(({ publicKey: line }) => line))
  })
  afterAll(async () => {
    await server.stop()
    folder.remove()
  })

  describe.each(KEY_TYPES)('%s', (type) => {
    const formats: [string, () => Promise<string>][] = [
      ['OpenSSH', () => rewritten(type, ['-a', '2'], PASSPHRASE)],
      ...requirePeer('puttygen') ? [['PPK 3', () => throughPuttygen(type, 'version=3,memory=64,passes=2', PASSPHRASE)]] as [string, () => Promise<string>][] : [],
      ...requirePeer('openssl') && type !== 'ed25519' ? [
        ['PKCS#8', () => throughOpenssl(type, ['pkcs8', '-topk8', '-v2', 'aes-256-cbc'], true)],
        ['traditional PEM', () => throughOpenssl(type, [...type === 'rsa' ? ['rsa', '-traditional'] : ['ec'], '-aes256'], true)],
      ] as [string, () => Promise<string>][] : [],
    ]
    it.each(formats)('%s, encrypted', async (_name, make) => {
      expect(await login(await make(), { passphrase: PASSPHRASE })).toBe('in\n')
    })

    it('by certificate alone', async () => {
      const pair = await keyPair(type, 'user')
      writeFileSync(folder.file(`${type}.pub`), pair.publicKey)
      execFileSync('ssh-keygen', ['-q', '-s', folder.file('ca'), '-I', 'id', '-n', server.user, folder.file(`${type}.pub`)])
      const certificate = readFileSync(folder.file(`${type}-cert.pub`), 'utf8')
      const before = readFileSync(folder.file('allowed'))
      writeFileSync(folder.file('allowed'), '')
      try {
        await expect(login(pair.privateKey)).rejects.toMatchObject({ name: 'AuthenticationError' })
        expect(await login(pair.privateKey, { certificate })).toBe('in\n')
      } finally {
        writeFileSync(folder.file('allowed'), before)
      }
    })
  })

  it.each<[string, RsaHashedKeyGenParams | EcKeyGenParams | Algorithm]>([
    ['RSA, SHA-256', { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }],
    ['RSA, SHA-512', { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }],
    ['P-521', { name: 'ECDSA', namedCurve: 'P-521' }],
    ['Ed25519', { name: 'Ed25519' }],
  ])('a non-extractable CryptoKeyPair of %s', async (_name, parameters) => {
    const pair = await crypto.subtle.generateKey(parameters as EcKeyGenParams, false, ['sign', 'verify']) as CryptoKeyPair
    allow(formatPublicKey(await toSigner(pair)))
    expect(await login(pair)).toBe('in\n')
  })

  it.each(['ed25519', 'ec'] as const)('a security key, %s', async (type) => {
    const key = securityKey(type)
    allow(formatPublicKey({ publicKey: key.publicKey as Uint8Array }))
    expect(await login(key)).toBe('in\n')
  })

  it('a passkey through WebAuthn', async () => {
    const { key, signer } = authenticator()
    allow(formatPublicKey(key))
    expect(await login(signer)).toBe('in\n')
  })

  describe('an identity of ssh-agent', () => {
    let agent: Peer, client: AgentClient
    beforeAll(async () => {
      agent = await agentAt(folder.file('agent'))
      client = new AgentClient(await connectUnix(folder.file('agent')))
    })
    afterAll(async () => {
      await client.close()
      await agent.stop()
    })
    it.each(KEY_TYPES)('%s', async (type) => {
      execFileSync('ssh-add', ['-q', (await keyPair(type, 'user')).path], { env: { ...process.env, SSH_AUTH_SOCK: folder.file('agent') } })
      const identity = (await client.identities()).find(({ comment }) => comment === `user_${type}@test`)!
      expect(await login(identity)).toBe('in\n')
    })
  })
})
