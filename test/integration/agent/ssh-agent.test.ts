import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AgentClient } from '../../../src/keys/agent/client.ts'
import { generateKeyPair } from '../../../src/keys/generate-key-pair.ts'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import { formatPublicKey } from '../../../src/keys/public-key.ts'
import { toSigner } from '../../../src/keys/signers/to-signer.ts'
import { connectUnix } from '../../../src/node/index.ts'
import { keyPair } from '../../support/key-pairs.ts'
import type { Peer } from '../../support/process.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { agentAt } from '../../support/ssh-agent.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../support/temporary.ts'
import { nodeVerifies, opensshVerifies } from '../../unit/keys/independent-verifier.ts'
import { KEY_TYPES } from '../../unit/keys/key-files.ts'

const data = Buffer.from('what is signed')

describe.runIf(requirePeer('sshd'))('ssh-agent of OpenSSH', () => {
  let folder: TemporaryDirectory, agent: Peer, client: AgentClient
  const sshAdd = (...args: string[]) => execFileSync('ssh-add', args, { env: { ...process.env, SSH_AUTH_SOCK: folder.file('agent') }, encoding: 'utf8', stdio: 'pipe' })

  beforeAll(async () => {
    folder = temporaryDirectory('agent')
    agent = await agentAt(folder.file('agent'))
    client = new AgentClient(await connectUnix(folder.file('agent')))
  })
  afterAll(async () => {
    await client.close()
    await agent.stop()
    folder.remove()
  })

  it('has no identities at first', async () => {
    expect(await client.identities()).toEqual([])
  })

  it.each(KEY_TYPES)('signs with %s added by ssh-add', async (type) => {
    const pair = await keyPair(type, 'user')
    sshAdd('-q', pair.path)
    const identity = (await client.identities()).find(({ comment }) => comment === `user_${type}@test`)!
    expect(formatPublicKey(identity)).toBe(pair.publicKey)
    for (const algorithm of identity.algorithms) expect(nodeVerifies(identity.publicKey, await identity.sign(data, algorithm), data), algorithm).toBe(true)
    expect(await opensshVerifies(identity, identity.algorithms[0]!, pair.publicKey)).toBe(true)
    await client.removeIdentity(identity.publicKey)
    expect((await client.identities()).some(({ comment }) => comment === identity.comment)).toBe(false)
    await expect(identity.sign(data, identity.algorithms[0]!)).rejects.toMatchObject({ code: 'ERR_AGENT_REFUSED' })
  })

  it.each(KEY_TYPES)('takes %s from us, and gives it back the same', async (type) => {
    const key = await parsePrivateKey((await keyPair(type, 'user')).privateKey)
    await client.addIdentity(key, { comment: 'given', lifetime: 60 })
    expect(sshAdd('-L')).toContain(`${formatPublicKey({ publicKey: key.publicKey, comment: 'given' })}\n`)
    const [identity] = await client.identities()
    expect(nodeVerifies(key.publicKey, await identity!.sign(data, identity!.algorithms[0]!), data)).toBe(true)
    await client.removeAllIdentities()
    expect(await client.identities()).toEqual([])
  })

  it.each(['rsa', 'ed25519'] as const)('has %s certificates', async (type) => {
    const pair = await keyPair(type, 'user')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', folder.file(`ca-${type}`)])
    for (const suffix of ['', '.pub']) writeFileSync(folder.file(`${type}${suffix}`), readFileSync(`${pair.path}${suffix}`), { mode: 0o600 })
    execFileSync('ssh-keygen', ['-q', '-s', folder.file(`ca-${type}`), '-I', 'id', '-n', 'me', folder.file(`${type}.pub`)])
    sshAdd('-q', folder.file(type))
    const identity = (await client.identities()).find(({ algorithms }) => algorithms[0]!.includes('-cert-'))!
    expect(formatPublicKey({ publicKey: identity.publicKey })).toBe(readFileSync(folder.file(`${type}-cert.pub`), 'utf8').split(' ').slice(0, 2).join(' '))
    for (const algorithm of identity.algorithms) {
      expect(algorithm).toContain('-cert-')
      expect(nodeVerifies(Buffer.from(pair.publicKey.split(' ')[1]!, 'base64'), await identity.sign(data, algorithm), data)).toBe(true)
    }
    await client.removeAllIdentities()
  })

  it('answers calls that were made at the same time, each its own', async () => {
    const keys = await Promise.all([1, 2, 3].map(() => generateKeyPair('ed25519')))
    await Promise.all(keys.map((key, i) => client.addIdentity(key, { comment: `key ${i}` })))
    const texts = Array.from({ length: 20 }, (_, i) => Buffer.from(`text ${i}`))
    const signatures = await Promise.all(texts.map((text, i) => client.sign(keys[i % 3]!.publicKey, text, 'ssh-ed25519')))
    expect(signatures.map((signature, i) => nodeVerifies(keys[i % 3]!.publicKey, signature, texts[i]!))).toEqual(texts.map(() => true))
    expect((await client.identities()).map(({ comment }) => comment)).toEqual(['key 0', 'key 1', 'key 2'])
    const signer = await toSigner((await client.identities())[0]!)
    expect(nodeVerifies(signer.publicKey, await signer.sign(data, 'ssh-ed25519'), data)).toBe(true)
    await client.removeAllIdentities()
  })

  it('is locked and unlocked', async () => {
    const key = await generateKeyPair('ed25519')
    await client.addIdentity(key)
    await client.lock('secret')
    expect(await client.identities()).toEqual([])
    await expect(client.sign(key.publicKey, data, 'ssh-ed25519')).rejects.toMatchObject({ code: 'ERR_AGENT_REFUSED' })
    await expect(client.unlock('wrong')).rejects.toMatchObject({ code: 'ERR_AGENT_REFUSED' })
    await client.unlock('secret')
    expect(await client.identities()).toHaveLength(1)
  })

  it('refuses extensions that it does not know', async () => {
    await expect(client.extension('nothing@example.org')).rejects.toMatchObject({ code: 'ERR_AGENT_REFUSED' })
  })

  it('fails at once when it dies, and after it was closed', async () => {
    const path = folder.file('short')
    const short = await agentAt(path)
    const [dying, closing] = [new AgentClient(await connectUnix(path)), new AgentClient(await connectUnix(path))]
    expect(await dying.identities()).toEqual([])
    const pending = closing.identities()
    const closed = closing.close()
    await expect(pending).rejects.toMatchObject({ code: 'ERR_AGENT_CLOSED' })
    await closed
    await short.kill()
    await expect(dying.identities()).rejects.toMatchObject({ code: 'ERR_AGENT_CLOSED' })
    await expect(dying.identities()).rejects.toMatchObject({ code: 'ERR_AGENT_CLOSED' })
    await dying.close()
  })
})
