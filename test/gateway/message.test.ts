/// The gateway's messages on the wire: one frame each, whatever its parts and its size, and in order with what npm ws writes itself.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { expect, onTestFinished, test } from 'vitest'
import { messageBuffers } from '../../packages/gateway/src/node/message.ts'
import { WsClient } from '../../packages/gateway/src/node/client-side.ts'
import { protocols, tcpTarget, testGateway } from './rig.ts'
import { seededRandom } from '../support/random.ts'

/** The frames in `bytes`, as RFC 6455 has them; a rest that is not a whole frame is an error. */
function framesOf(bytes: Buffer): { readonly first: number, readonly payload: Buffer }[] {
  const frames: { first: number, payload: Buffer }[] = []
  for (let at = 0; at < bytes.length;) {
    const [first, second] = [bytes.readUInt8(at), bytes.readUInt8(at + 1)]
    expect(second, 'a server does not mask').toBeLessThan(128)
    const [begin, length] = second < 126 ? [at + 2, second] : second === 126 ? [at + 4, bytes.readUInt16BE(at + 2)] : [at + 10, Number(bytes.readBigUInt64BE(at + 2))]
    // The shortest form of the length is the only right one.
    expect(begin - at).toBe(length < 126 ? 2 : length < 65_536 ? 4 : 10)
    if (begin + length > bytes.length) throw new Error(`a frame of ${length} bytes is cut after ${bytes.length - begin}`)
    frames.push({ first, payload: bytes.subarray(begin, begin + length) })
    at = begin + length
  }
  return frames
}

const SIZES = [0, 1, 6, 64, 65, 125, 126, 127, 1018, 1024, 1025, 65_529, 65_535, 65_536, 65_537, 262_150]

test.each(SIZES)('a message of %i bytes is one frame, in whatever parts', (size) => {
  const random = seededRandom(size)
  const whole = Buffer.from(random.bytes(size))
  const cuts = [[size], [6, size - 6], [6, 1000, size - 1006], [70, size - 70], [0, size], [6, 0, size - 6]].filter((lengths) => lengths.every((length) => length >= 0))
  for (const lengths of cuts) {
    let at = 0
    const parts = lengths.map((length) => whole.subarray(at, at += length))
    const buffers = messageBuffers(parts)
    const [frame, ...more] = framesOf(Buffer.concat(buffers))
    expect(more).toEqual([])
    expect(frame?.first).toBe(0x82)
    expect(frame?.payload.equals(whole)).toBe(true)
    // Small ones are one buffer, and large parts are not copied.
    if (size <= 1024) expect(buffers).toHaveLength(1)
    else for (const part of parts) if (part.length > 64) expect(buffers).toContain(part)
  }
})

test('data of a target reaches the client as whole frames, none of them continued', async () => {
  const data = Buffer.from(seededRandom(3).bytes(600_000))
  await using target = await tcpTarget((socket) => socket.end(data))
  const gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`] })
  onTestFinished(() => gateway.close())
  const { hostname, port } = new URL(gateway.url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => { socket.destroy() })
  socket.write([`GET /tcp/127.0.0.1/${target.port} HTTP/1.1`, `Host: ${hostname}:${port}`, 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`, `Sec-WebSocket-Protocol: ${protocols(undefined, 'libssh2-wasm.v1').join(', ')}`, '', ''].join('\r\n'))
  let heard = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => { heard = Buffer.concat([heard, chunk]) })
  // CONNECT_SUCCESS, HELLO, some DATA, and END as the last.
  const end = Buffer.from([0x82, 12, 0x4c, 0x04])
  await expect.poll(() => heard.subarray(-14, -10).equals(end), { timeout: 10_000 }).toBe(true)
  const frames = framesOf(heard.subarray(heard.indexOf('\r\n\r\n') + 4))
  expect(new Set(frames.map(({ first }) => first))).toEqual(new Set([0x82]))
  const tags = frames.map(({ payload }) => payload.readUInt16BE(0))
  expect([tags[0], tags[1], tags.at(-1)]).toEqual([1, 0x4c01, 0x4c04])
  const got = Buffer.concat(frames.filter(({ payload }) => payload.readUInt16BE(0) === 4).map(({ payload }) => payload.subarray(6)))
  expect(got.equals(data)).toBe(true)
})

/** A WebSocket with a `WsClient` on the server's side. */
async function pair(): Promise<{ readonly client: WsClient, readonly server: WebSocket, readonly peer: WebSocket }> {
  const http = createServer().listen(0, '127.0.0.1')
  await once(http, 'listening')
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  const accepted = new Promise<{ client: WsClient, server: WebSocket }>((resolve) => http.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (server) => resolve({ client: new WsClient(server, socket), server }))
  }))
  const peer = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`)
  onTestFinished(() => {
    peer.terminate()
    http.close()
    http.closeAllConnections()
  })
  const [opened] = await Promise.all([accepted, once(peer, 'open')])
  return { ...opened, peer }
}

test('messages between the PINGs and PONGs of ws arrive whole and in order', async () => {
  const { client, server, peer } = await pair()
  const random = seededRandom(7)
  const sent: Buffer[] = []
  const got: Buffer[] = []
  let [pings, pongs] = [0, 0]
  peer.on('message', (data: Buffer) => got.push(data))
  peer.on('ping', () => pings++)
  peer.on('pong', () => pongs++)
  for (let round = 0; round < 200; round++) {
    const parts = Array.from({ length: random.integer(1, 4) }, () => Buffer.from(random.bytes(random.integer(0, random.integer(0, 3) === 0 ? 70_000 : 200))))
    if (round % 3 === 0) server.ping()
    if (round % 5 === 0) peer.ping()
    client.send(parts)
    sent.push(Buffer.concat(parts))
    if (round % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await expect.poll(() => got.length + pings + pongs, { timeout: 10_000 }).toBe(200 + 67 + 40)
  expect(got.every((message, index) => message.equals(sent[index] as Buffer))).toBe(true)
})

test('what waits for a slow client is counted, and the session hears when it is taken', async () => {
  const { client, peer } = await pair()
  peer.pause()
  let drained = 0
  client.serve({ clientDrained: () => drained++, clientClosed() {}, message() {}, end() {} } as never)
  const part = Buffer.alloc(1 << 20)
  while (client.queued < 8 << 20) client.send([Buffer.alloc(6), part])
  expect(drained).toBe(0)
  peer.resume()
  await expect.poll(() => client.queued, { timeout: 10_000 }).toBe(0)
  expect(drained).toBeGreaterThan(8)
})

test('nothing is written after the closing frame, and it counts as waiting', async () => {
  const { client, peer } = await pair()
  const got: Buffer[] = []
  peer.on('message', (data: Buffer) => got.push(data))
  client.send([Buffer.from('before')])
  client.close(4410, 'life over')
  client.send([Buffer.from('too '), Buffer.from('late')])
  expect(client.queued).toBeGreaterThanOrEqual(8)
  const [code] = await once(peer, 'close') as [number]
  expect(code).toBe(4410)
  expect(got.map(String)).toEqual(['before'])
})
