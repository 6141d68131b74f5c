import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ackFrame, dataFrame, decodeFrame, encodeResume, endFrame, type Frame, fromBase64url, pingFrame } from 'libssh2-wasm/gateway-protocol'
import type { GatewayOptions } from '../../packages/gateway/src/index.ts'
import { open, openWebSocket, Reader } from './client.ts'
import { rawClient, tcpTarget, type TcpTarget, ticketOf, TOKEN, type TestGateway, testGateway } from './rig.ts'

/** A client that speaks frames by hand. */
async function framed(gateway: TestGateway, path: string, offer: readonly string[], headers: Record<string, string> = {}) {
  const client = rawClient(gateway, path, { offer: ['libssh2-wasm.v1', ...offer], headers })
  const frames: Frame[] = []
  client.socket.on('message', (data: Buffer) => {
    const frame = decodeFrame(data, 1 << 20)
    if (frame) frames.push(frame)
  })
  const next = async <T extends Frame['type']>(type: T) => {
    for (;;) {
      const found = frames.find((frame) => frame.type === type)
      if (found) return found as Extract<Frame, { type: T }>
      if (client.socket.readyState > 1) throw new Error(`closed before ${type}`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  return { ...client, frames, next }
}

describe('who comes back', () => {
  let target: TcpTarget
  let gateway: TestGateway
  let path: string
  let serve: (socket: Socket) => void
  beforeEach(async () => {
    serve = (socket) => void socket.pipe(socket)
    target = await tcpTarget((socket) => serve(socket))
    path = `/tcp/127.0.0.1/${target.port}`
  })
  afterEach(async () => {
    await gateway.close()
    await target.close()
  })
  const start = async (options: Partial<GatewayOptions> = {}) => { gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`], ...options }) }
  const owner = async (headers: Record<string, string> = {}, ticket = TOKEN) => {
    const client = await framed(gateway, path, [ticketOf(ticket)], headers)
    const { hello } = await client.next('hello')
    const { id } = await client.next('connect-success')
    return { ...client, id, secret: fromBase64url(hello.secret ?? '') as Uint8Array }
  }

  test('with a wrong id, secret, position, user or origin: refused, and the owner is not disturbed', async () => {
    const headers = { origin: 'https://terminal.example' }
    await start({ authorize: ({ credentials }) => credentials === 'nobody' || credentials === undefined ? { refuse: 4401 } : { user: credentials }, origins: ['https://terminal.example', 'https://other.example'], limits: { refusalsPerSecond: 1000 } })
    const { socket, next, id, secret } = await owner(headers, 'alice')
    socket.send(dataFrame([Buffer.from('hello')]))
    await next('data')
    const resume = (what: { id?: string, secret?: Uint8Array, received?: number }) => `resume.${encodeResume({ id, secret, received: 5, ...what })}`
    const wrong = Uint8Array.from(secret, (byte, at) => at === 31 ? byte ^ 1 : byte)
    const tries: [name: string, code: number, offer: string[], headers: Record<string, string>][] = [
      ['id', 4404, [resume({ id: 'AAAAAAAAAAAAAAAAAAAAAA' })], headers],
      ['secret', 4404, [resume({ secret: wrong })], headers],
      ['a position that was never sent', 4416, [resume({ received: 6 })], headers],
      ['an absurd position', 4416, [resume({ received: Number.MAX_SAFE_INTEGER })], headers],
      ['origin', 4403, [resume({})], { origin: 'https://other.example' }],
      ['an origin that is not allowed', 4403, [resume({})], { origin: 'https://evil.example' }],
      ['no origin', 4403, [resume({})], {}],
      ['user', 4403, [resume({}), ticketOf('bob')], headers],
      ['a bad ticket', 4401, [resume({}), ticketOf('nobody')], headers],
      ['two resumes', 4401, [resume({}), resume({ received: 4 })], headers],
      ['a resume that cannot be read', 4401, ['resume.x'], headers],
    ]
    for (const [name, code, offer, own] of tries) {
      const { ended } = rawClient(gateway, path, { offer: ['libssh2-wasm.v1', ...offer], headers: own })
      expect((await ended).code, name).toBe(code)
    }
    socket.send(dataFrame([Buffer.from('still here')]))
    await expect.poll(() => target.sockets[0]?.bytesRead).toBe(15)
    expect(gateway.gateway.sessions()).toMatchObject([{ state: 'attached', resumes: 0, user: 'alice' }])
    socket.send(ackFrame(5))
    socket.send(pingFrame(new Uint8Array(8)))
    await next('pong')
    // What is acknowledged is gone.
    expect((await rawClient(gateway, path, { offer: ['libssh2-wasm.v1', resume({ received: 4 })], headers }).ended).code).toBe(4416)
    expect(socket.readyState).toBe(1)
  })

  test('rightly: takes over, the one before is told and not heard any more, and no byte comes twice', async () => {
    await start()
    const first = await owner()
    first.socket.send(dataFrame([Buffer.from('one')]))
    await first.next('data')
    const second = await framed(gateway, path, [`resume.${encodeResume({ id: first.id, secret: first.secret, received: 1 })}`])
    expect(await second.next('reconnect-success')).toMatchObject({ position: 3 })
    expect(Buffer.from((await second.next('data')).data).toString()).toBe('ne')
    expect((await second.next('hello')).hello.secret).toBeUndefined()
    expect(await first.ended).toMatchObject({ code: 4409 })
    second.socket.send(dataFrame([Buffer.from('two')]))
    await expect.poll(() => target.sockets[0]?.bytesRead).toBe(6)
    second.socket.send(endFrame(6, 0))
    expect(await second.ended).toMatchObject({ code: 1000 })
  })

  test('two tabs: the newest has the session, and our client, from which it was taken, is lost and does not take it back', async () => {
    await start()
    let sockets = 0
    let secret: Uint8Array | undefined
    const spied = (url: string, protocols: string[]) => {
      sockets++
      const socket = openWebSocket(url, protocols)
      socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
        const frame = decodeFrame(new Uint8Array(data), 1 << 20)
        if (frame?.type === 'hello' && frame.hello.secret !== undefined) secret = fromBase64url(frame.hello.secret)
      })
      return socket
    }
    const { transport, next, events } = await open(gateway.url, target.port, { openWebSocket: spied })
    await transport.probe()
    const other = await framed(gateway, path, [`resume.${encodeResume({ id: transport.id, secret: secret as Uint8Array, received: 0 })}`])
    await other.next('reconnect-success')
    await next('lost')
    expect(transport.state).toBe('lost')
    expect([sockets, events.map(({ type }) => type)]).toEqual([1, ['lost']])
    other.socket.send(dataFrame([Buffer.from('undisturbed')]))
    expect(Buffer.from((await other.next('data')).data).toString()).toBe('undisturbed')
  })

  test('guessing: after ten tries in a minute nobody of that client is even looked up', async () => {
    await start({ limits: { refusalsPerSecond: 1000 } })
    const { id, secret } = await owner()
    const guess = (received = 0) => rawClient(gateway, path, { offer: ['libssh2-wasm.v1', `resume.${encodeResume({ id, secret: new Uint8Array(32), received })}`] }).ended
    for (let at = 0; at < 10; at++) expect((await guess()).code).toBe(4404)
    expect((await guess()).code).toBe(4429)
    expect((await rawClient(gateway, path, { offer: ['libssh2-wasm.v1', `resume.${encodeResume({ id, secret, received: 0 })}`] }).ended).code).toBe(4429)
    const text = JSON.stringify(gateway.lines)
    expect(text).not.toContain(Buffer.from(secret).toString('base64url'))
  })

  test('needs no new place: limits never refuse it', async () => {
    await start({ limits: { sessions: 1 } })
    const { id, secret, socket } = await owner()
    expect((await rawClient(gateway, path).ended).code).toBe(4429)
    socket.terminate()
    await gateway.logged(/client gone/, 'detach')
    const again = await framed(gateway, path, [`resume.${encodeResume({ id, secret, received: 0 })}`])
    await again.next('reconnect-success')
  })

  test('to a session of a user whose access was taken back: gone, detached ones too', async () => {
    await start()
    const one = await owner()
    const two = await owner()
    two.socket.terminate()
    await gateway.logged(/client gone/, 'detach')
    expect(gateway.gateway.revoke({ user: 'somebody else' })).toBe(0)
    expect(gateway.gateway.revoke({ user: 'tester' })).toBe(2)
    expect(await one.ended).toMatchObject({ code: 4510 })
    expect((await rawClient(gateway, path, { offer: ['libssh2-wasm.v1', `resume.${encodeResume({ id: two.id, secret: two.secret, received: 0 })}`] }).ended).code).toBe(4404)
    expect(() => gateway.gateway.revoke({})).toThrow(TypeError)
    await expect.poll(() => target.sockets.every(({ destroyed }) => destroyed)).toBe(true)
  })

  test('frames that break the protocol end the session with 4400', async () => {
    await start()
    const breaks: [name: string, frame: Uint8Array][] = [
      ['short', Uint8Array.of(0, 4, 0, 0, 0, 9)], ['an ACK for what was never sent', ackFrame(9)], ['an end elsewhere', endFrame(9, 0)], ['DATA that is too large', dataFrame([new Uint8Array((256 << 10) + 1)])],
      ['a gateway’s frame', Uint8Array.of(0, 2, 0, 0, 0, 0, 0, 0, 0, 0)],
    ]
    for (const [name, frame] of breaks) {
      const { socket, ended } = await owner()
      socket.send(frame)
      expect((await ended).code, name).toBe(4400)
    }
    expect(gateway.gateway.sessions()).toEqual([])
  })

  test('a client that ignores the window is cut off: nothing grows', async () => {
    await start({ resume: { window: 256 << 10 } })
    serve = (socket) => socket.pause()
    const { socket, ended } = await owner()
    const block = dataFrame([new Uint8Array(256 << 10)])
    for (let sent = 0; sent < 256 && socket.readyState === 1; sent++) socket.send(block)
    expect((await ended).code).toBe(4400)
  })

  test('the end of its life ends a session, attached or not', async () => {
    await start({ authorize: () => ({ user: 'tester', until: new Date(Date.now() + 300) }), limits: { idleMs: 200_000 } })
    const { socket, ended, next } = await owner()
    // The look of a session comes every 15 seconds at most; this one has a short idle time.
    void socket
    void next
    gateway.gateway.reload({ authorize: () => ({ user: 'tester' }), allow: [] })
    expect((await ended).code).toBe(4410)
  }, 30_000)
})

test('memory: many sessions that nobody takes from hold no more than the budget', async () => {
  const COUNT = 60
  const budget = 24 << 20
  await using target = await tcpTarget((socket) => {
    const block = Buffer.alloc(64 << 10)
    const more = () => { while (!socket.writableNeedDrain && !socket.destroyed) socket.write(block) }
    socket.on('drain', more)
    more()
  })
  const gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`], resume: { budget }, limits: { sessions: COUNT, sessionsPerUser: 200, sessionsPerClient: 200 } })
  const clients: Awaited<ReturnType<typeof framed>>[] = []
  while (clients.length < COUNT) {
    const more = await Promise.all(Array.from({ length: 10 }, () => framed(gateway, `/tcp/127.0.0.1/${target.port}`, [ticketOf(TOKEN)])))
    await Promise.all(more.map(({ next }) => next('hello')))
    clients.push(...more)
  }
  for (const { socket } of clients) socket.terminate()
  await expect.poll(() => gateway.gateway.sessions().filter(({ state }) => state === 'detached').length).toBe(COUNT)
  const kept = () => gateway.gateway.sessions().reduce((sum, session) => sum + session.kept, 0)
  for (let before = -1; before !== kept();) {
    before = kept()
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  // Each may be one read beyond what the pool had for it.
  expect(kept()).toBeLessThanOrEqual(budget + COUNT * (128 << 10))
  expect(kept()).toBeGreaterThan(budget / 2)
  await gateway.close()
}, 60_000)

test('strangers: 300 idle sockets and new ones all the time do not keep out who has a ticket', async () => {
  await using target = await tcpTarget((socket) => socket.end('SECRET'))
  const gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`] })
  const { hostname, port } = new URL(gateway.url)
  let flooding = true
  const idle = new Set<Socket>()
  const stranger = () => {
    if (!flooding) return
    const socket = connect(Number(port), hostname)
    idle.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      idle.delete(socket)
      setTimeout(stranger, 10)
    })
  }
  for (let at = 0; at < 300; at++) stranger()
  await new Promise((resolve) => setTimeout(resolve, 300))
  for (let at = 0; at < 10; at++) {
    const { transport } = await open(gateway.url, target.port)
    expect(await new Reader(transport).end()).toBe('SECRET')
  }
  flooding = false
  for (const socket of idle) socket.destroy()
  await gateway.close()
}, 60_000)
