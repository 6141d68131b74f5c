import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { requirePeer } from '../support/require-peer.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import type { Workerd } from '../support/workerd.ts'
import { encodeResume } from 'libssh2-wasm/gateway-protocol'
import { open, Reader } from './client.ts'
import { networkTo } from './network.ts'
import { rawClient, tcpTarget, type TcpTarget, TOKEN } from './rig.ts'
import { bundleWorker, startWorkerGateway } from './worker-module.ts'

describe.runIf(requirePeer('workerd'))('the gateway as a Worker', () => {
  let folder: TemporaryDirectory
  let module: string
  let target: TcpTarget
  let serve: (socket: Socket) => void
  let path: string
  let gateway: Workerd | undefined

  beforeAll(async () => {
    folder = temporaryDirectory('worker-gateway')
    module = await bundleWorker(folder)
  })
  afterAll(() => folder.remove())
  beforeEach(async () => {
    serve = (socket) => void socket.pipe(socket)
    target = await tcpTarget((socket) => serve(socket))
    path = `/tcp/127.0.0.1/${target.port}`
  })
  afterEach(async () => {
    await gateway?.stop()
    gateway = undefined
    await target.close()
  })
  const start = async (options: Parameters<typeof startWorkerGateway>[2] = {}, allow = [`127.0.0.1:${target.port}`]) => gateway = await startWorkerGateway(module, allow, options)
  const opened = async (url: { readonly url: string }) => {
    const client = rawClient(url, path)
    await client.opened
    return client
  }

  test('refuses strangers, other targets and other forms of them, without a connection', async () => {
    const url = await start({ bindings: { GATEWAY_ORIGINS: 'https://terminal.example' } })
    for (const token of [null, '', `${TOKEN}!`, TOKEN.slice(1)]) expect(await rawClient(url, path, { token }).ended).toMatchObject({ code: 4401 })
    expect(await rawClient(url, path, { headers: { origin: 'https://other.example' } }).ended).toMatchObject({ code: 4403 })
    for (const other of ['/tcp/127.0.0.1/1', '/tcp/localhost/22', `/tcp/::1/${target.port}`, `/tcp/127.0.0.2/${target.port}`]) expect(await rawClient(url, other).ended, other).toMatchObject({ code: 4403 })
    for (const other of ['/', `/tcp/2130706433/${target.port}`, `/tcp/0x7f.1/${target.port}`, `/tcp/[::1]/${target.port}`, `${path}?x`]) expect(await rawClient(url, other).ended, other).toMatchObject({ code: 4403 })
    expect((await fetch(url.url)).status).toBe(426)
    expect(target.sockets).toHaveLength(0)
  })

  test('carries bytes both ways and ends with the target', async () => {
    const url = await start()
    const data = randomBytes(3_000_000)
    serve = (socket) => {
      let echoed = 0
      socket.on('data', (chunk) => {
        socket.write(chunk)
        echoed += chunk.length
        if (echoed === data.length) socket.end()
      })
    }
    const client = rawClient(url, path)
    const back = createHash('sha256')
    client.socket.on('message', (chunk: Buffer) => back.update(chunk))
    await client.opened
    for (let at = 0; at < data.length; at += 30_000) client.socket.send(data.subarray(at, at + 30_000))
    expect(await client.ended).toEqual({ code: 1000, reason: '' })
    expect(back.digest('hex')).toBe(createHash('sha256').update(data).digest('hex'))
    await gateway?.logged(/"bytes":\{"up":3000000,"down":3000000\}.*"reason":"target closed"/)
  })

  test('delivers what a client sent before it closed, and closes the target', async () => {
    const url = await start()
    serve = (socket) => socket.resume()
    const client = await opened(url)
    client.socket.send(Buffer.alloc(100_000))
    client.socket.close(1000)
    await client.ended
    const socket = await target.socket(0)
    if (!socket.closed) await once(socket, 'close')
    expect(socket.bytesRead).toBe(100_000)
    await gateway?.logged(/"reason":"client closed"/)
  })

  test('bounds idle time', async () => {
    const url = await start({ limits: { idleMs: 300 } })
    const { ended } = await opened(url)
    expect(await ended).toEqual({ code: 4408, reason: 'idle' })
  })

  test('bounds text frames, large frames, connections', async () => {
    const url = await start({ limits: { messageBytes: 1000, sessionsPerClient: 2 } })
    const [text, large] = [await opened(url), await opened(url)]
    expect(await rawClient(url, path).ended).toMatchObject({ code: 4429 })
    text.socket.send('text')
    expect(await text.ended).toEqual({ code: 1003, reason: 'text frame' })
    large.socket.send(Buffer.alloc(1001))
    expect(await large.ended).toEqual({ code: 1009, reason: 'frame too large' })
    await opened(url)
    await target.socket(2)
    expect(target.sockets).toHaveLength(3)
  })

  test('asks a rate-limiting binding first', async () => {
    const module = `import { WorkerEntrypoint } from 'cloudflare:workers'
      const asked = {}
      export default class extends WorkerEntrypoint {
        limit({ key }) {
          asked[key] = (asked[key] ?? 0) + 1
          return { success: asked[key] <= 2 }
        }
      }`
    const url = await start({ services: { GATEWAY_RATE: module } })
    await opened(url)
    await opened(url)
    expect(await rawClient(url, path).ended).toEqual({ status: 429 })
    await gateway?.logged(/"reason":"too many requests from this client"/)
  })

  test('tells when a target cannot be reached', async () => {
    const url = await start({}, ['127.0.0.1:1', '[::1]:1', 'nowhere.invalid:22'])
    for (const other of ['/tcp/127.0.0.1/1', '/tcp/::1/1', '/tcp/nowhere.invalid/22']) expect(await rawClient(url, other).ended, other).toEqual({ code: 4502, reason: 'target unreachable' })
  })

  test("the platform's network, public addresses only, keeps names and addresses of this machine out", async () => {
    const url = await start({ network: 'public' }, [`127.0.0.1:${target.port}`, `localhost:${target.port}`, `[::1]:${target.port}`])
    for (const host of ['127.0.0.1', 'localhost', '::1', '::ffff:127.0.0.1']) expect(await rawClient(url, `/tcp/${host}/${target.port}`).ended, host).toEqual({ code: 4502, reason: 'target unreachable' })
    expect(target.sockets).toHaveLength(0)
  })

  test('stops reading a target whose client has long said nothing, and cuts off a client whose target takes nothing', async () => {
    const url = await start({ limits: { bufferBytes: 256 << 10 } })
    const bound = 64 * (256 << 10) + (24 << 20)
    const block = Buffer.alloc(1 << 20)
    serve = (socket) => {
      let left = 128
      const more = () => { for (; left > 0 && !socket.writableNeedDrain; left--) socket.write(block) }
      socket.on('drain', more)
      more()
    }
    const silent = await opened(url)
    silent.socket.pause()
    let taken = -1
    for (const socket = await target.socket(0); taken !== socket.bytesWritten;) {
      taken = socket.bytesWritten
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
    expect(taken).toBeLessThan(bound)
    silent.socket.terminate()

    serve = (socket) => socket.pause()
    const fast = await opened(url)
    for (let sent = 0; sent < 64; sent++) fast.socket.send(block)
    expect(await fast.ended).toMatchObject({ code: 4429, reason: 'target too slow' })
    const resident = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${gateway?.pid}/status`, 'utf8'))?.[1])
    console.log(`workerd after both: ${(resident / 1000).toFixed(0)} MB`)
    expect(resident).toBeLessThan(400_000)
  }, 60_000)

  test('with Durable Objects: a session goes on after cuts, and who has not its secret, position or origin disturbs nobody', async () => {
    const url = await start({ durableObjects: { GATEWAY_SESSIONS: 'GatewaySession' } })
    await using network = await networkTo(url.url)
    const { transport, next } = await open(network.url, target.port)
    const reader = new Reader(transport)
    const writer = transport.writable.getWriter()
    expect(transport.protocol).toBe('libssh2-wasm.v1')
    for (let round = 1; round <= 3; round++) {
      await writer.write(Buffer.from(`round ${round}. `))
      await reader.until(`round ${round}. `)
      network.cut(round === 2 ? 'close' : 'reset')
      await next('resumed')
    }
    expect(target.sockets).toHaveLength(1)
    const resume = (id: string, received: number) => ({ offer: ['libssh2-wasm.v1', `resume.${encodeResume({ id, secret: new Uint8Array(32), received })}`] })
    expect(await rawClient(url, path, resume(transport.id, 0)).ended).toMatchObject({ code: 4404 })
    expect(await rawClient(url, path, resume('AAAAAAAAAAAAAAAAAAAAAA', 0)).ended).toMatchObject({ code: 4404 })
    await writer.write(Buffer.from('undisturbed'))
    expect(await reader.until('undisturbed')).toBe('round 1. round 2. round 3. undisturbed')
    await transport.close()
    await gateway?.logged(/"event":"close".*"reason":"client closed"/)
    await gateway?.logged(/"event":"resume"/)
    for (const guess of [1, 2, 3, 4, 5, 6, 7, 8]) void guess, await rawClient(url, path, resume('AAAAAAAAAAAAAAAAAAAAAA', 0)).ended
    expect(await rawClient(url, path, resume('AAAAAAAAAAAAAAAAAAAAAA', 0)).ended).toMatchObject({ code: 4429 })
  }, 40_000)

  test('logs neither content nor tokens', async () => {
    const url = await start()
    const client = await opened(url)
    client.socket.send(Buffer.from('secret content'))
    await once(client.socket, 'message')
    client.socket.close(1000)
    await client.ended
    await rawClient(url, '/secret/path').ended
    await rawClient(url, path, { token: 'secret guess at a token' }).ended
    await gateway?.logged(/wrong token/)
    await gateway?.logged(/client closed/)
    for (const secret of ['secret', TOKEN, Buffer.from(TOKEN).toString('base64url')]) expect(gateway?.log()).not.toContain(secret)
  })
})
