import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, connect, insecureAcceptAnyHostKey, type Process, publicKey } from '../../src/index.ts'
import { connectUnix } from '../../src/node/index.ts'
import { requirePeer } from '../support/require-peer.ts'
import { startSshAgent, type TestAgent } from '../support/ssh-agent.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts'
import { exited } from '../support/exited.ts'

const dial = (server: SshServer) => connect({
  host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(),
  auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))],
})

describe.runIf(requirePeer('sshd'))('agent forwarding', () => {
  let server: SshServer, agent: TestAgent, client: Client
  beforeAll(async () => {
    [server, agent] = await Promise.all([startSshd(), startSshAgent()])
    agent.add(server.keys.ed25519.path)
    client = await dial(server)
  })
  afterAll(async () => {
    await client.close()
    await agent[Symbol.asyncDispose]()
    await server.stop()
  })

  test('programs on the server see the keys of an agent here', async () => {
    const { stdout } = await client.run('ssh-add -L', { agentForwarding: agent.socket })
    expect(stdout.trim()).toBe(server.keys.ed25519.publicKey.trim())
  })

  test('and log in to the next host with them', async () => {
    const ssh = `ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes -p ${server.port} ${server.user}@127.0.0.1 echo there`
    const { stdout, stderr } = await client.run(ssh, { agentForwarding: () => connectUnix(agent.socket) })
    expect([stdout, stderr.includes('denied')]).toEqual(['there\n', false])
  })

  test('several at once', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => client.run('ssh-add -l; ssh-add -l', { agentForwarding: agent.socket })))
    expect(new Set(all.map(({ stdout }) => stdout.split('\n').length))).toEqual(new Set([3]))
  })

  test('a connection to the agent outlives another command, whose it might have been', async () => {
    let ask = () => {}
    let connectNow = () => {}
    const asked = new Promise<void>((resolve) => { ask = resolve })
    const connected = new Promise<void>((resolve) => { connectNow = resolve })
    const agentForwarding = async () => {
      ask()
      await connected
      return connectUnix(agent.socket)
    }
    const go = async ({ stdin }: Process) => {
      const writer = stdin.getWriter()
      await writer.write('go\n')
      await writer.close()
    }
    const asks = await client.exec('read go; ssh-add -l', { agentForwarding })
    const other = await client.exec('read go', { agentForwarding })
    await go(asks)
    await asked
    await go(other)
    expect(await other.exit).toEqual(exited(0))
    connectNow()
    expect(await asks.exit).toEqual(exited(0))
  })

  test('without it there is no agent', async () => {
    await using other = await dial(server)
    expect((await other.run('echo "[$SSH_AUTH_SOCK]"')).stdout).toBe('[]\n')
  })

  test('an agent that cannot be reached is an agent without keys; the session goes on', async () => {
    const { exit } = await client.run('ssh-add -l', { agentForwarding: () => Promise.reject(new Error('no agent')) })
    expect(exit).not.toEqual(exited(0))
    expect((await client.run('echo on')).stdout).toBe('on\n')
  })

  test('the bindings accept the channels themselves', async () => {
    await using other = await dial(server)
    const { session } = other
    const channel = await session.complete(() => session.openSession())
    await session.complete(() => channel.requestAuthAgent())
    await session.complete(() => channel.execute('ssh-add -l'))
    const asked = await session.complete(() => session.acceptAgent())
    const question: number[] = []
    while (question.length < 5) question.push(...(await session.complete(() => asked.read()))[1])
    expect(question).toEqual([0, 0, 0, 1, 11])
    // No identities: uint32 length, byte SSH_AGENT_IDENTITIES_ANSWER, uint32 0.
    await session.complete(() => asked.write(Uint8Array.of(0, 0, 0, 5, 12, 0, 0, 0, 0)))
    const [, text] = await session.complete(() => channel.read())
    expect(new TextDecoder().decode(text)).toBe('The agent has no identities.\n')
  })
})

describe.runIf(requirePeer('sshd'))('a server that does not allow it', () => {
  let server: SshServer, client: Client
  beforeAll(async () => {
    server = await startSshd({ config: ['AllowAgentForwarding no', 'X11Forwarding no'] })
    client = await dial(server)
  })
  afterAll(async () => {
    await client.close()
    await server.stop()
  })

  test.each([
    ['agent', { agentForwarding: '/nowhere' }],
    ['X11', { x11: { connect: () => Promise.reject(new Error('unused')) } }],
  ])('%s forwarding is refused; the session goes on', async (_, options) => {
    await expect(client.run('true', options)).rejects.toMatchObject({ name: 'ChannelError', code: 'ERR_LIBSSH2_CHANNEL_REQUEST_DENIED' })
    expect((await client.run('echo on')).stdout).toBe('on\n')
  })
})

describe.runIf(requirePeer('sshd'))('X11 forwarding', () => {
  let server: SshServer, client: Client, directory: TemporaryDirectory
  beforeAll(async () => {
    directory = temporaryDirectory('x11')
    // Stands for xauth, which sshd needs to offer X11.
    const { writeFileSync, chmodSync } = await import('node:fs')
    writeFileSync(directory.file('xauth'), '#!/bin/sh\ncat > /dev/null\n')
    chmodSync(directory.file('xauth'), 0o755)
    server = await startSshd({ config: ['X11Forwarding yes', `XAuthLocation ${directory.file('xauth')}`] })
    client = await dial(server)
  })
  afterAll(async () => {
    await client.close()
    await server.stop()
    directory.remove()
  })

  test('what connects to DISPLAY on the server reaches the X server here', async () => {
    const seen: string[] = []
    const x11 = {
      connect: ({ host }: { host: string }) => {
        seen.push(host)
        const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
          transform: (chunk, controller) => controller.enqueue(new TextEncoder().encode(new TextDecoder().decode(chunk).toUpperCase())),
        })
        return { readable, writable }
      },
    }
    const talk = 'port=$((6000 + $(echo $DISPLAY | sed "s/.*:\\([0-9]*\\).*/\\1/"))); exec 3<>/dev/tcp/127.0.0.1/$port; echo hello >&3; head -n1 <&3'
    const { stdout, stderr } = await client.run(`bash -c '${talk.replaceAll("'", "'\\''")}'`, { x11 })
    expect([stdout, stderr]).toEqual(['HELLO\n', ''])
    expect(seen).toEqual(['127.0.0.1'])
  })
})
