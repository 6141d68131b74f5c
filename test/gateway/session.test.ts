import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Client, connect, knownHosts, publicKey } from '../../src/index.ts'
import { connectWebSocket } from '../../src/transports/websocket.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { startWebsockify } from '../support/websockify.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { bundleWorker, startWorkerGateway } from './worker-module.ts'
import { protocols, type TestGateway, testGateway } from './rig.ts'

// Node 20 has none of its own.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket

describe.runIf(requirePeer('sshd'))('an SSH session through a gateway', () => {
  let server: SshServer
  let gateway: TestGateway

  beforeAll(async () => {
    server = await startSshd()
    gateway = await testGateway({ allow: [`127.0.0.1:${server.port}`] })
  })
  afterAll(async () => {
    await gateway.close()
    await server.stop()
  })

  async function login(url: string, offered: readonly string[]): Promise<Client> {
    const transport = await connectWebSocket(url, { protocols: offered })
    const known = server.hostKeys.map(({ publicKey: line }) => `[127.0.0.1]:${server.port} ${line}`).join('\n')
    const key = readFileSync(server.keys.ed25519.path, 'utf8')
    return connect({ transport, host: '127.0.0.1', port: server.port, username: server.user, hostKey: knownHosts(known), auth: [publicKey(key)] })
  }

  async function exchange(client: Client): Promise<void> {
    const data = randomBytes(5_000_000)
    await using process = await client.exec('cat')
    const writer = process.stdin.getWriter()
    const written = writer.write(data).then(() => writer.close())
    const back = createHash('sha256')
    for await (const chunk of process.stdout) back.update(chunk)
    await written
    expect(back.digest('hex')).toBe(createHash('sha256').update(data).digest('hex'))
  }

  test('of ours, on Node', async () => {
    const client = await login(`${gateway.url}/tcp/127.0.0.1/${server.port}`, protocols())
    await exchange(client)
    await client.close()
    // Who was first depends on how quick sshd is.
    const line = await gateway.logged(/^(client|target) closed$/)
    expect(line.target).toBe(`127.0.0.1:${server.port}`)
    expect(line.client).toBe('127.0.0.1')
    expect(line.sent).toBeGreaterThan(5_000_000)
    expect(line.received).toBeGreaterThan(5_000_000)
  })

  test.runIf(requirePeer('workerd'))('of ours, as a Worker', async () => {
    using folder = temporaryDirectory('worker-gateway')
    await using worker = await startWorkerGateway(await bundleWorker(folder), [`127.0.0.1:${server.port}`])
    const client = await login(`${worker.url.replace('http', 'ws')}/tcp/127.0.0.1/${server.port}`, protocols())
    await exchange(client)
    await client.close()
    await worker.logged(/"sent":5\d{6},"received":5\d{6},/)
  })

  test.runIf(requirePeer('websockify'))("of websockify's", async () => {
    await using websockify = await startWebsockify({ host: '127.0.0.1', port: server.port })
    const client = await login(websockify.url, ['binary'])
    await exchange(client)
    await client.close()
  })
})
