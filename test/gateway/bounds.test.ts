import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type GatewayOptions } from '../../packages/gateway/src/index.ts'
import { rawClient, tcpTarget, type TcpTarget, TOKEN, type TestGateway, testGateway } from './rig.ts'

describe('the gateway bounds', () => {
  let target: TcpTarget
  let gateway: TestGateway
  let path: string
  beforeEach(async () => {
    target = await tcpTarget((socket) => socket.pipe(socket))
    path = `/tcp/127.0.0.1/${target.port}`
  })
  afterEach(async () => {
    await gateway.close()
    await target.close()
  })
  const start = async (options: Partial<GatewayOptions> = {}) => {
    gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`], ...options })
  }
  const opened = async () => {
    const client = rawClient(gateway, path)
    await client.opened
    return client
  }

  test('connections of one client, and gives places back', async () => {
    await start({ limits: { sessionsPerClient: 3 } })
    const clients = [await opened(), await opened(), await opened()]
    expect(await rawClient(gateway, path).ended).toMatchObject({ code: 4429 })
    clients[0]?.socket.close()
    await clients[0]?.ended
    // The place is free when the connection to the target is closed too.
    await gateway.logged(/^client closed$/, 'close')
    const again = rawClient(gateway, path)
    await again.opened
    expect(gateway.gateway.sessions()).toHaveLength(3)
    expect(gateway.lines.some(({ reason }) => reason === 'too many sessions of this client')).toBe(true)
  })

  test('connections of one user, wherever they come from', async () => {
    await start({ authorize: ({ credentials }) => ({ user: credentials ?? 'nobody' }), behindProxy: ['127.0.0.1'], limits: { sessionsPerUser: 2 } })
    const as = (user: string, client: string) => rawClient(gateway, path, { token: user, headers: { 'x-forwarded-for': client } })
    for (const client of ['203.0.113.1', '203.0.113.2']) await as('alice', client).opened
    expect(await as('alice', '203.0.113.3').ended).toMatchObject({ code: 4429 })
    await as('bob', '203.0.113.3').opened
    expect(gateway.lines.filter(({ event }) => event === 'refuse').map(({ user, reason }) => `${user}: ${reason}`)).toEqual(['alice: too many sessions of this user'])
  })

  test('connections to targets that are being opened', async () => {
    let answer = (_: string[]) => {}
    let asked = () => {}
    const asking = new Promise<void>((resolve) => { asked = resolve })
    await start({ allow: [`slow.test:${target.port}`, `127.0.0.1:${target.port}`], limits: { dials: 1 }, resolve: () => new Promise<string[]>((resolve) => {
      answer = resolve
      asked()
    }) })
    const slow = rawClient(gateway, `/tcp/slow.test/${target.port}`)
    await asking
    expect(await rawClient(gateway, path).ended).toMatchObject({ code: 4429 })
    answer(['127.0.0.1'])
    await slow.opened
    await opened()
  })

  test('connections of all clients, each behind a proxy of its own', async () => {
    await start({ behindProxy: ['127.0.0.1'], limits: { sessions: 4, sessionsPerClient: 2 } })
    const from = (client: string) => rawClient(gateway, path, { headers: { 'x-forwarded-for': `192.0.2.99, ${client}` } })
    for (const client of ['203.0.113.1', '203.0.113.1', '2001:db8::1', '2001:db8::2:1']) await from(client).opened
    // Of the same /64, and with every place taken: the first limit that holds is told.
    expect(await from('2001:db8::3').ended).toMatchObject({ code: 4429 })
    expect(await from('203.0.113.2').ended).toMatchObject({ code: 4429 })
    expect(gateway.lines.filter(({ event }) => event === 'refuse').map(({ client, reason }) => `${client} ${reason}`)).toEqual(['2001:db8::3 too many sessions', '203.0.113.2 too many sessions'])
  })

  test('addresses of one IPv6 network', async () => {
    await start({ behindProxy: ['127.0.0.1'], limits: { sessionsPerClient: 2 } })
    const from = (client: string) => rawClient(gateway, path, { headers: { 'x-forwarded-for': client } })
    for (const client of ['2001:db8::1', '2001:db8::2:1']) await from(client).opened
    expect(await from('2001:db8::ffff:3').ended).toMatchObject({ code: 4429 })
    await from('2001:db8:0:1::1').opened
  })

  test('a flood of strangers: none gets through, all are logged, and friends still can', async () => {
    await start()
    const endings = await Promise.all(Array.from({ length: 300 }, (_, at) => rawClient(gateway, path, { token: at % 2 ? null : `guess number ${at} at the token` }).ended))
    // Five a second are told why; the others are dropped without an answer.
    expect(endings.every(({ code }) => code === 4401 || code === 1006)).toBe(true)
    expect(endings.filter(({ code }) => code === 4401).length).toBeGreaterThan(0)
    expect(gateway.lines.filter(({ event }) => event === 'refuse').length).toBeGreaterThanOrEqual(endings.filter(({ code }) => code === 4401).length)
    expect(target.sockets).toHaveLength(0)
    const { socket, ended } = await opened()
    socket.close(1000)
    await ended
  })

  test('those who connect and ask for nothing, or never finish', async () => {
    await start({ limits: { sessions: 4, headersMs: 2000 } })
    const { hostname, port } = new URL(gateway.url)
    const silent = Array.from({ length: 300 }, (_, at) => {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => {})
      if (at % 2) socket.write(`GET ${path} HTTP/1.1\r\nHost: gateway\r\nX-Slow: `)
      socket.resume()
      return new Promise((resolve) => socket.once('close', resolve))
    })
    await Promise.all(silent)
    const { socket, ended } = await opened()
    socket.close(1000)
    await ended
  })

  test('the size of a frame, before it has come', async () => {
    await start({ limits: { messageBytes: 300_000 } })
    const { socket, ended } = await opened()
    socket.send(Buffer.alloc(300_001))
    expect(await ended).toMatchObject({ code: 1009 })
    await gateway.logged(/^frame too large$/)

    const announced = await opened()
    // A header that announces 2^40 bytes; ws would not write one.
    ;(announced.socket as unknown as { _socket: { write(data: Buffer): void } })._socket.write(Buffer.from([0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4]))
    expect(await announced.ended).toMatchObject({ code: 1009 })

    const parts = await opened()
    for (let part = 0; part < 3; part++) parts.socket.send(Buffer.alloc(120_000), { fin: false })
    expect(await parts.ended).toMatchObject({ code: 1009 })
  })

  test('a request with a header that is too large', async () => {
    await start()
    expect(await rawClient(gateway, path, { headers: { 'x-large': 'x'.repeat(20_000) } }).ended).toEqual({ status: 431 })
  })

  test('text frames: none', async () => {
    await start()
    const { socket, ended } = await opened()
    await target.socket(0)
    socket.send('SSH-2.0-text')
    expect(await ended).toEqual({ code: 1003, reason: 'text frame' })
    expect(target.sockets.map(({ bytesRead }) => bytesRead)).toEqual([0])
  })

  test('idle time', async () => {
    await start({ limits: { idleMs: 100 } })
    const { ended } = await opened()
    expect(await ended).toEqual({ code: 4408, reason: 'idle' })
    expect(await gateway.logged(/^idle$/)).toMatchObject({ bytes: { up: 0, down: 0 } })
  })

  test('a target that ended its half and goes on reading', async () => {
    await using half = await tcpTarget((socket) => {
      socket.resume()
      socket.end('last words')
    }, { allowHalfOpen: true })
    await start({ allow: [`127.0.0.1:${half.port}`] })
    const client = rawClient(gateway, `/tcp/127.0.0.1/${half.port}`)
    const [data] = await once(client.socket, 'message') as [Buffer]
    expect(data.toString()).toBe('last words')
    expect(await client.ended).toEqual({ code: 1000, reason: '' })
    await Promise.all(half.sockets.map((socket) => socket.closed || once(socket, 'close')))
  })

  test('a client that ended before a target that never does', async () => {
    await using half = await tcpTarget((socket) => socket.resume(), { allowHalfOpen: true })
    await start({ allow: [`127.0.0.1:${half.port}`], limits: { sessionsPerClient: 1 } })
    const client = rawClient(gateway, `/tcp/127.0.0.1/${half.port}`)
    await client.opened
    client.socket.send('all of it'.repeat(1000), { binary: true })
    client.socket.close(1000)
    expect(await client.ended).toMatchObject({ code: 1000 })
    const socket = await half.socket(0)
    if (!socket.readableEnded) await once(socket, 'end')
    expect(socket.bytesRead).toBe(9000)
  })

  test('what it tells: no content, no token, nothing of a request but its target', async () => {
    await start()
    const client = await opened()
    client.socket.send(Buffer.from('secret content'))
    await once(client.socket, 'message')
    client.socket.close(1000)
    await client.ended
    await rawClient(gateway, '/secret/path?token=secret').ended
    await rawClient(gateway, path, { token: 'secret guess at a token' }).ended
    await gateway.logged(/^client closed$/, 'close')
    expect(gateway.lines.map(({ event }) => event).sort()).toEqual(['close', 'open', 'refuse', 'refuse'])
    const text = JSON.stringify(gateway.lines)
    for (const secret of ['secret', TOKEN, Buffer.from(TOKEN).toString('base64url')]) expect(text).not.toContain(secret)
    expect(gateway.lines.find(({ event }) => event === 'close')).toMatchObject({ target: `127.0.0.1:${target.port}`, address: '127.0.0.1', user: 'tester', bytes: { up: 14, down: 14 }, resumes: 0, code: 1000, reason: 'client closed' })
  })

  test('its own end: everybody is told', async () => {
    await start()
    const { ended } = await opened()
    await gateway.close()
    expect(await ended).toMatchObject({ code: 1001 })
  })
})
