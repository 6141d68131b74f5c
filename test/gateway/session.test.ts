import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Client, connect, type ConnectOptions, knownHosts, publicKey, type Transport } from '../../src/index.ts'
import { connectWebSocket } from '../../src/transports/websocket.ts'
import { seededRandom } from '../support/random.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { startWebsockify } from '../support/websockify.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { bundleWorker, startWorkerGateway } from './worker-module.ts'
import { open } from './client.ts'
import { networkTo } from './network.ts'
import { protocols, type TestGateway, testGateway } from './rig.ts'

// Node 20 has none of its own.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket

describe.runIf(requirePeer('sshd'))('an SSH session through a gateway', () => {
  let server: SshServer
  let gateway: TestGateway

  beforeAll(async () => {
    server = await startSshd()
    gateway = await testGateway({ allow: [`127.0.0.1:${server.port}`], nassh: true })
  })
  afterAll(async () => {
    await gateway.close()
    await server.stop()
  })

  async function login(url: string, offered: readonly string[]): Promise<Client> {
    return loginOver(await connectWebSocket(url, { protocols: offered }))
  }

  async function loginOver(transport: Transport, options: Partial<ConnectOptions> = {}): Promise<Client> {
    const known = server.hostKeys.map(({ publicKey: line }) => `[127.0.0.1]:${server.port} ${line}`).join('\n')
    const key = readFileSync(server.keys.ed25519.path, 'utf8')
    return connect({ transport, host: '127.0.0.1', port: server.port, username: server.user, hostKey: knownHosts(known), auth: [publicKey(key)], ...options } as ConnectOptions)
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
    const line = await gateway.logged(/^(client|target) closed$/, 'close')
    expect(line.target).toBe(`127.0.0.1:${server.port}`)
    expect(line.client).toBe('127.0.0.1')
    expect(line.bytes?.up).toBeGreaterThan(5_000_000)
    expect(line.bytes?.down).toBeGreaterThan(5_000_000)
  })

  test.each(['auto', 'corp-relay-v4'] as const)('of ours, that is cut again and again: %s', async (protocol) => {
    await using network = await networkTo(gateway.url)
    const { transport, next } = await open(network.url, server.port, { protocol })
    const client = await loginOver(transport)
    const random = seededRandom(3)
    network.cutAfter = () => network.connections > 12 ? Infinity : random.integer(50_000, 1_000_000)
    network.cut()
    await next('resumed')
    await exchange(client)
    expect((await client.run('echo still here')).stdout).toBe('still here\n')
    await client.close()
  }, 60_000)

  test('of ours, lost for good: the session fails with what the gateway says', async () => {
    await using network = await networkTo(gateway.url)
    const { transport } = await open(network.url, server.port)
    const client = await loginOver(transport)
    const running = client.run('sleep 60')
    running.catch(() => {})
    gateway.gateway.revoke({ id: transport.id })
    await expect(running).rejects.toMatchObject({ name: 'GatewayError', code: 'ERR_GATEWAY_LOST', cause: { code: 'ERR_GATEWAY_REVOKED', closeCode: 4510 } })
    await client.close()
  })

  test('keepalive each second stands still while the network is away for ten, and the session lives', async () => {
    await using network = await networkTo(gateway.url)
    const { transport, next } = await open(network.url, server.port)
    const client = await loginOver(transport, { keepalive: { interval: 1000, countMax: 3 } })
    network.freeze()
    await next('stalled')
    await new Promise((resolve) => setTimeout(resolve, 7000))
    network.thaw()
    await next('resumed')
    expect((await client.run('echo alive')).stdout).toBe('alive\n')
    await client.close()
  }, 40_000)

  test.runIf(requirePeer('workerd'))('of ours, as a Worker', async () => {
    using folder = temporaryDirectory('worker-gateway')
    await using worker = await startWorkerGateway(await bundleWorker(folder), [`127.0.0.1:${server.port}`])
    const client = await login(`${worker.url.replace('http', 'ws')}/tcp/127.0.0.1/${server.port}`, protocols())
    await exchange(client)
    await client.close()
    await worker.logged(/"bytes":\{"up":5\d{6},"down":5\d{6}\}/)
  })

  test.runIf(requirePeer('websockify'))("of websockify's", async () => {
    await using websockify = await startWebsockify({ host: '127.0.0.1', port: server.port })
    const client = await login(websockify.url, ['binary'])
    await exchange(client)
    await client.close()
    const { transport } = await open(websockify.url, server.port, { ticket: undefined })
    expect(transport.protocol).toBe('plain')
    const other = await loginOver(transport)
    await exchange(other)
    await other.close()
  })
})
