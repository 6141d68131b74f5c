import { once } from 'node:events'
import { connect } from 'node:net'
import { Duplex } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket as WsWebSocket, WebSocketServer } from 'ws'
import { CONTEXT } from '../../src/bindings/session-context.ts'
import { Session, type Transport } from '../../src/bindings/index.ts'
import { connectTcp, connectUnix, fromDuplex } from '../../src/node/index.ts'
import { connectWebSocket, fromWebSocket } from '../../src/transports/websocket.ts'
import { startProxy } from '../support/proxy.ts'
import { seededRandom } from '../support/random.ts'
import { execute, openSession, readAll } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { rejection, within } from '../support/within.ts'

let server: SshServer
let gateway: WebSocketServer

beforeAll(async () => {
  server = await startSshd()
  gateway = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'binary' })
  await once(gateway, 'listening')
  gateway.on('connection', (socket) => {
    const upstream = connect(server.port, server.host)
    socket.on('message', (data: Buffer) => upstream.write(data))
    socket.on('close', () => upstream.destroy())
    upstream.on('data', (data) => socket.send(data))
    upstream.on('close', () => socket.close(1000))
    upstream.on('error', () => {})
  })
})
afterAll(async () => {
  for (const client of gateway.clients) client.terminate()
  gateway.close()
  await server.stop()
})

const gatewayUrl = () => `ws://127.0.0.1:${(gateway.address() as { port: number }).port}`

async function socketTransport(make: (duplex: Duplex) => Transport): Promise<Transport> {
  const socket = connect(server.port, server.host)
  await once(socket, 'connect')
  return make(socket)
}

async function echoes(session: Session, size: number): Promise<void> {
  const data = seededRandom(3).bytes(size)
  const channel = await execute(session, 'cat')
  const sending = session.complete(() => channel.write(data)).then(() => session.complete(() => channel.sendEof()))
  expect(Buffer.compare(await readAll(channel), data)).toBe(0)
  await sending
}

const transports: [string, () => Promise<Transport>][] = [
  ['connectTcp', () => connectTcp({ host: server.host, port: server.port })],
  ['fromDuplex', () => socketTransport(fromDuplex)],
  ['Web Streams', () => socketTransport((duplex) => Duplex.toWeb(duplex) as unknown as Transport)],
  ['a WebSocket of npm ws that is still opening', async () => fromWebSocket(new WsWebSocket(gatewayUrl(), 'binary') as unknown as WebSocket)],
  ...typeof WebSocket === 'function' ? [['connectWebSocket', () => connectWebSocket(gatewayUrl())] satisfies [string, () => Promise<Transport>]] : [],
]

describe('a session', () => {
  test.each(transports)('over %s carries two mebibytes each way', async (_, transport) => {
    await using session = await openSession(server, { transport: await transport() })
    await echoes(session, 2 << 20)
  })

  test('over a connection that delivers single bytes', async () => {
    await using proxy = await startProxy({ target: server, shape: { chunkSize: 1 } })
    await using session = await openSession({ ...server, host: '127.0.0.1', port: proxy.port })
    await echoes(session, 2000)
  })

  test('over a connection with chunks of any size, and delays', async () => {
    await using proxy = await startProxy({ target: server, shape: { chunkSize: [1, 5000], delayMs: 2, jitterMs: 3 }, seed: 9 })
    await using session = await openSession({ ...server, host: '127.0.0.1', port: proxy.port })
    await echoes(session, 300_000)
  })
})

describe('the round trip', () => {
  test('is what passes between the last bytes of the handshake that are sent and its end', async () => {
    await using proxy = await startProxy({ target: server, shape: { delayMs: 50 } })
    await using session = await Session.create(await connectTcp({ host: '127.0.0.1', port: proxy.port }))
    await session.complete(() => session.handshake())
    expect(performance.now() - session[CONTEXT].wire.sentAt).toBeGreaterThan(95)
  })
})

describe('memory', () => {
  test('is bounded by the windows while nobody reads, however much the server has to say', async () => {
    await using session = await openSession(server)
    const channels = [await execute(session, 'head -c 50000000 /dev/zero'), await execute(session, 'head -c 50000000 /dev/zero')]
    await new Promise((resolve) => { setTimeout(resolve, 1000) })
    // Two windows of 2 MiB, and what libssh2 needs to keep their packets.
    expect(session.instance.heapUsed()).toBeLessThan(6 << 20)
    expect(session[CONTEXT].wire.chunks).toEqual([])
    for (const channel of channels) await session.complete(() => channel.free())
  })

  test('is bounded while the server takes nothing, however much is to be written', async () => {
    await using proxy = await startProxy({ target: server })
    await using session = await openSession({ ...server, host: '127.0.0.1', port: proxy.port })
    const channel = await execute(session, 'cat >/dev/null')
    const data = new Uint8Array(100 << 20)
    const before = process.memoryUsage().arrayBuffers
    proxy.reshape({ toServer: { bytesPerSecond: 0 } })
    const writing = session.complete(() => channel.write(data)).catch(() => {})
    await new Promise((resolve) => { setTimeout(resolve, 500) })
    // A mebibyte queued here, one in the proxy, and some more in between.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 << 20)
    session.free()
    await writing
  })
})

describe('connecting', () => {
  test('to where nobody listens rejects with the error of the socket', async () => {
    expect(await rejection(connectTcp({ host: '127.0.0.1', port: 1 }))).toMatchObject({ code: 'ECONNREFUSED' })
    expect(await rejection(connectUnix('/no/such/socket'))).toMatchObject({ code: 'ENOENT' })
  })

  test('can be aborted', async () => {
    const controller = new AbortController()
    // TEST-NET-1 of RFC 5737: nobody answers there.
    const connecting = rejection(connectTcp({ host: '192.0.2.1', port: 22, signal: controller.signal }))
    controller.abort(new Error('enough'))
    expect(await within(2000, 'connect', connecting)).toEqual(new Error('enough'))
    expect(await rejection(connectTcp({ host: '127.0.0.1', signal: AbortSignal.abort('no') }))).toBe('no')
  })

  test('leaves a socket whose error before the session is nobody\'s crash', async () => {
    const transport = await connectTcp({ host: server.host, port: server.port })
    const socket = connect(server.port, server.host)
    await once(socket, 'connect')
    const other = fromDuplex(socket)
    socket.destroy(new Error('early'))
    await new Promise((resolve) => { setTimeout(resolve, 20) })
    expect(await rejection(openSession(server, { transport: other }))).toMatchObject({ cause: { message: 'early' } })
    await transport.close?.()
  })

  test('of a text frame ends the session: gateways must send binary ones', async () => {
    const talker = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    await once(talker, 'listening')
    talker.on('connection', (socket) => socket.send('SSH-2.0-text'))
    const url = `ws://127.0.0.1:${(talker.address() as { port: number }).port}`
    const transport = fromWebSocket(new WsWebSocket(url) as unknown as WebSocket)
    expect(await within(5000, 'open', rejection(openSession(server, { transport })))).toMatchObject({ cause: { code: 'ERR_WEBSOCKET' } })
    talker.close()
  })

  test('over a WebSocket to nobody rejects', async () => {
    const transport = fromWebSocket(new WsWebSocket('ws://127.0.0.1:1') as unknown as WebSocket)
    expect(await within(5000, 'open', rejection(openSession(server, { transport })))).toMatchObject({ errno: -43, cause: { code: 'ERR_WEBSOCKET' } })
  })
})
