import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { agent, connect, insecureAcceptAnyHostKey, publicKey } from '../../../src/index.ts'
import { verifySignature } from '../../../src/host-key/verify-signature.ts'
import { connectUnix } from '../../../src/node/index.ts'
import { WireReader } from '../../../src/wire-format/reader.ts'
import { keyPair } from '../../support/key-pairs.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { startSshAgent, type TestAgent } from '../../support/ssh-agent.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../../support/temporary.ts'

const EXTENSION = 27, REQUEST_IDENTITIES = 11

/** session-bind@openssh.com and publickey-hostbound: keys with destination limits (`ssh-add -h`) are of use for their host, and for no other. */
describe.runIf(requirePeer('sshd'))('an agent knows which session asks it', () => {
  let folder: TemporaryDirectory, server: SshServer, other: SshServer, real: TestAgent
  beforeAll(async () => {
    folder = temporaryDirectory('bind')
    server = await startSshd({ hostKeyTypes: ['ed25519'], config: ['AllowAgentForwarding yes'] })
    other = await startSshd({ hostKeyTypes: ['ecdsa'] })
    real = await startSshAgent()
    const line = async (type: 'ed25519' | 'ecdsa') => (await keyPair(type, 'host')).publicKey
    writeFileSync(folder.file('known_hosts'), `here ${await line('ed25519')}\nthere ${await line('ecdsa')}\n`)
  })
  afterAll(async () => {
    await real[Symbol.asyncDispose]()
    await Promise.all([server.stop(), other.stop()])
    folder.remove()
  })
  const target = ({ host, port, user }: SshServer) => ({ host, port, username: user, hostKey: insecureAcceptAnyHostKey() })
  const add = async (...words: string[]) => {
    const { path } = await keyPair('ed25519', 'user')
    const env = { ...process.env, SSH_AUTH_SOCK: real.socket }
    execFileSync('ssh-add', ['-q', '-D'], { env, stdio: 'ignore' })
    execFileSync('ssh-add', ['-q', ...words, path], { env, stdio: 'ignore' })
  }

  test('a key that is limited to a host logs in there, and nowhere else', async () => {
    await add('-H', folder.file('known_hosts'), '-h', 'here')
    await using client = await connect({ ...target(server), auth: [agent(real.socket)] })
    expect(client.authenticatedBy).toMatchObject({ method: 'publickey', keyType: 'ssh-ed25519' })
    await expect(connect({ ...target(other), auth: [agent(real.socket)] })).rejects.toMatchObject({ name: 'AuthenticationError' })
  })

  test.runIf(requirePeer('sshd-trixie'))('the agent of OpenSSH 10.0 is of the same opinion', async () => {
    await using newer = await startSshAgent('trixie')
    const { path } = await keyPair('ed25519', 'user')
    execFileSync('ssh-add', ['-q', '-H', folder.file('known_hosts'), '-h', 'here', path], { env: { ...process.env, SSH_AUTH_SOCK: newer.socket }, stdio: 'ignore' })
    await using client = await connect({ ...target(server), auth: [agent(newer.socket)] })
    expect(client.authenticatedBy).toMatchObject({ method: 'publickey', keyType: 'ssh-ed25519' })
    expect((await client.run('/usr/bin/ssh-add -l', { agentForwarding: newer.socket })).stdout).not.toContain('ED25519')
    await expect(connect({ ...target(other), auth: [agent(newer.socket)] })).rejects.toMatchObject({ name: 'AuthenticationError' })
  })

  test('forwarded, such a key is not shown to a host that it may not go on from', async () => {
    await add('-H', folder.file('known_hosts'), '-h', 'here')
    const { privateKey } = await keyPair('ecdsa', 'user')
    const listed = async () => {
      await using client = await connect({ ...target(server), auth: [publicKey(privateKey)] })
      return await client.run('/usr/bin/ssh-add -l', { agentForwarding: () => connectUnix(real.socket) })
    }
    expect((await listed()).stdout).not.toContain('ED25519')
    await add()
    expect((await listed()).stdout).toContain('ED25519')
  })

  /** The first message with its length, in however many pieces it comes. */
  function wholeMessage(socket: Socket): Promise<Uint8Array> {
    let got = Buffer.alloc(0)
    return new Promise((resolve) => {
      const take = (chunk: Uint8Array) => {
        got = Buffer.concat([got, chunk])
        if (got.length < 4 || got.length < 4 + got.readUInt32BE(0)) return
        socket.off('data', take)
        resolve(got)
      }
      socket.on('data', take)
    })
  }

  /** Stands before the real agent, and notes what it is asked first on each connection. */
  async function watched(answer: (first: Uint8Array, socket: Socket) => boolean): Promise<{ readonly path: string, readonly firsts: Uint8Array[], close(): Promise<void> }> {
    const firsts: Uint8Array[] = []
    const sockets = new Set<Socket>()
    const path = folder.file(`watched-${Math.random().toString(36).slice(2)}`)
    const listener: Server = createServer((socket) => {
      sockets.add(socket)
      socket.on('error', () => {})
      void wholeMessage(socket).then((frame) => {
        firsts.push(frame.subarray(4))
        if (!answer(frame.subarray(4), socket)) return
        void connectUnix(real.socket).then(async ({ readable, writable }) => {
          const writer = writable.getWriter()
          await writer.write(frame)
          socket.on('data', (more: Uint8Array) => void writer.write(more).catch(() => {}))
          socket.on('close', () => void writer.close().catch(() => {}))
          for await (const chunk of readable) socket.write(chunk)
        }).catch(() => socket.destroy())
      })
    })
    await new Promise<void>((listening) => listener.listen(path, listening))
    return {
      path, firsts,
      close: () => new Promise((closed) => {
        for (const socket of sockets) socket.destroy()
        listener.close(() => closed())
      }),
    }
  }

  test('the first message of each connection binds it, by what the first key exchange has proved', async () => {
    await add()
    const agents = await watched(() => true)
    await using client = await connect({ ...target(server), auth: [agent(agents.path)] })
    await client.rekey()
    expect((await client.run('/usr/bin/ssh-add -l', { agentForwarding: agents.path })).stdout).toContain('ED25519')
    const bound = agents.firsts.map((message) => {
      const reader = new WireReader(message)
      const facts = { type: reader.byte(), name: reader.text(), hostKey: reader.string(), sessionId: reader.string(), signature: reader.string(), forwarding: reader.boolean() }
      reader.end()
      return facts
    })
    expect(bound.map(({ type, name, forwarding }) => [type, name, forwarding])).toEqual([[EXTENSION, 'session-bind@openssh.com', false], [EXTENSION, 'session-bind@openssh.com', true]])
    for (const { hostKey, sessionId, signature } of bound) expect(await verifySignature(hostKey, signature, sessionId)).toBe(true)
    await agents.close()
  })

  test('an agent that hangs up at that is asked without it', async () => {
    await add()
    const agents = await watched((first, socket) => {
      if (first[0] !== EXTENSION) return true
      socket.destroy()
      return false
    })
    await using client = await connect({ ...target(server), auth: [agent(agents.path)] })
    expect((await client.run('/usr/bin/ssh-add -l', { agentForwarding: agents.path })).stdout).toContain('ED25519')
    expect(agents.firsts.map(([type]) => type)).toEqual([EXTENSION, REQUEST_IDENTITIES, EXTENSION, REQUEST_IDENTITIES])
    await agents.close()
  })
})
