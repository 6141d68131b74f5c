import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Agent, AuthenticationError, LIBSSH2_ERROR_EAGAIN, type Session } from '../../src/bindings/index.ts'
import { connectUnix } from '../../src/node/index.ts'
import { requirePeer } from '../support/require-peer.ts'
import { shakenSession, untilDone } from '../support/session.ts'
import { startSshAgent, type TestAgent } from '../support/ssh-agent.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { keyPair } from '../support/key-pairs.ts'
import { nodeVerifies } from '../unit/keys/independent-verifier.ts'

describe.runIf(requirePeer('sshd'))('Agent', () => {
  let server: SshServer, sshAgent: TestAgent, session: Session, agent: Agent

  beforeAll(async () => {
    [server, sshAgent] = await Promise.all([startSshd(), startSshAgent()])
    sshAgent.add((await keyPair('ed25519', 'host')).path)
    sshAgent.add(server.keys.rsa.path)
    sshAgent.add(server.keys.ed25519.path)
  })
  afterAll(async () => {
    await sshAgent[Symbol.asyncDispose]()
    await server.stop()
  })
  beforeEach(async () => {
    session = await shakenSession(server)
    agent = session.agentInit()
    agent.setIdentityPath(sshAgent.socket)
  })
  afterEach(async () => {
    agent.free()
    await session.close()
  })

  const listed = async () => {
    await session.complete(() => agent.connect())
    await session.complete(() => agent.listIdentities())
    return agent.getIdentities()
  }

  test('says EAGAIN until it is connected, as any call', async () => {
    expect(agent.getIdentityPath()).toBe(sshAgent.socket)
    expect(agent.connect()).toBe(LIBSSH2_ERROR_EAGAIN)
    expect(await untilDone(session, () => agent.connect())).toBe(0)
    expect(agent.listIdentities()).toBe(LIBSSH2_ERROR_EAGAIN)
    expect(await untilDone(session, () => agent.listIdentities())).toBe(0)
    expect(agent.connect()).toBe(0)
  })

  test('gives its identities one by one, or all', async () => {
    const identities = await listed()
    expect(identities.map(({ algorithms }) => algorithms[0])).toEqual(['ssh-ed25519', 'rsa-sha2-512', 'ssh-ed25519'])
    const [first, second, third] = identities
    expect(agent.getIdentity()).toBe(first)
    expect(agent.getIdentity(first)).toBe(second)
    expect(agent.getIdentity(third)).toBe(null)
    expect(first!.comment).toMatch(/@test$/)
  })

  test.each([1, 2])('authenticates with identity %i, which the server knows', async (index) => {
    const identity = (await listed())[index]!
    expect(agent.userauth(server.user, identity)).toBe(LIBSSH2_ERROR_EAGAIN)
    expect(await untilDone(session, () => agent.userauth(server.user, identity))).toBe(0)
    expect(session.userauthAuthenticated()).toBe(true)
  })

  test('a stranger is refused, and the next identity tried', async () => {
    const [stranger, known] = await listed()
    await expect(session.complete(() => agent.userauth(server.user, stranger!))).rejects.toBeInstanceOf(AuthenticationError)
    await session.complete(() => agent.userauth(server.user, known!))
  })

  test('signs', async () => {
    const data = Buffer.from('what is signed')
    const [identity, rsa] = await listed()
    expect(agent.sign(identity!, data)).toEqual([LIBSSH2_ERROR_EAGAIN, new Uint8Array(0)])
    const [rc, signature] = await untilDone(session, () => agent.sign(identity!, data))
    expect(rc).toBe(0)
    expect(nodeVerifies(identity!.publicKey, signature, data)).toBe(true)
    const [, other] = await session.complete(() => agent.sign(rsa!, data, 'rsa-sha2-256'))
    expect(nodeVerifies(rsa!.publicKey, other, data)).toBe(true)
  })

  test('works over a stream of the caller', async () => {
    agent.setIdentityPath(null)
    const transport = await connectUnix(sshAgent.socket)
    await session.complete(() => agent.connect(transport))
    await session.complete(() => agent.listIdentities())
    expect(agent.getIdentities()).toHaveLength(3)
  })

  test('where no agent listens connect() throws, and may be tried again', async () => {
    agent.setIdentityPath(`${sshAgent.socket}-not`)
    await expect(session.complete(() => agent.connect())).rejects.toMatchObject({ code: 'ENOENT' })
    agent.setIdentityPath(sshAgent.socket)
    expect(await session.complete(() => agent.connect())).toBe(0)
  })

  test('a call before connect() or after disconnect() throws', async () => {
    expect(() => agent.listIdentities()).toThrow('not connected')
    const [identity] = await listed()
    expect(agent.disconnect()).toBe(0)
    expect(agent.disconnect()).toBe(0)
    expect(() => agent.userauth(server.user, identity!)).toThrow('not connected')
    expect(agent.getIdentities()).toEqual([])
  })

  test('the end of the session ends its calls', async () => {
    const connecting = session.complete(() => agent.connect())
    session.free()
    await expect(connecting).rejects.toMatchObject({ code: 'ERR_HANDLE_FREED' })
  })
})
