/// corp-relay-v4 with a second implementation. It is this project's too, written from the protocol's public description, without our codec: a misreading of that text
/// could be in both. nassh itself is in no registry.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { relayClient } from '../support/corp-relay-v4/client.ts'
import { connectSuccess, data } from '../support/corp-relay-v4/frames.ts'
import { startRelay } from '../support/corp-relay-v4/relay.ts'
import { seededRandom } from '../support/random.ts'
import { open, Reader } from './client.ts'
import { networkTo } from './network.ts'
import { tcpTarget, testGateway } from './rig.ts'
import { FULL, row } from './table.ts'

const SIZE = FULL ? 8 << 20 : 2 << 20
const CUTS = FULL ? 100 : 8
/** nassh has no tickets: in front of such a gateway stands a login of cookies. */
const anybody = { authorize: async () => ({ user: 'nassh' }), nassh: true }
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function whole(stream: Duplex, length: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let got = 0
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    got += chunk.length
    if (got >= length) break
  }
  return Buffer.concat(chunks)
}

describe('another client with our gateway', () => {
  test('bytes through cuts', async () => {
    await using target = await tcpTarget((socket) => void socket.pipe(socket))
    const gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`], ...anybody })
    await using network = await networkTo(gateway.url)
    const random = seededRandom(7)
    network.cutAfter = () => network.connections > CUTS ? Infinity : random.integer(1000, SIZE * 3 / CUTS)
    const client = relayClient({ relay: `${network.url}/`, host: '127.0.0.1', port: target.port })
    const content = Buffer.from(random.bytes(SIZE))
    for (let at = 0; at < SIZE; at += 10_000) client.stream.write(content.subarray(at, at + 10_000))
    expect(sha256(await whole(client.stream, SIZE))).toBe(sha256(content))
    expect(target.sockets).toHaveLength(1)
    expect(client.resumed).toBeGreaterThanOrEqual(CUTS / 2)
    row('interop, another corp-relay-v4 client', `${SIZE >> 20} MiB out and back, cut by RST; a second client of this project, without our codec`, 'equal SHA-256', `${client.resumed} cuts survived, SHA-256 equal`)
    client.stream.destroy()
    await gateway.close()
  }, 120_000)
})

describe('our client with another relay', () => {
  test('bytes through cuts, and the end', async () => {
    await using target = await tcpTarget((socket) => {
      let got = 0
      socket.on('data', (chunk) => {
        socket.write(chunk)
        got += chunk.length
        if (got === SIZE) socket.end()
      })
    })
    await using relay = await startRelay()
    await using network = await networkTo(relay.url)
    const random = seededRandom(8)
    network.cutAfter = () => network.connections > CUTS ? Infinity : random.integer(1000, SIZE * 3 / CUTS)
    const { transport } = await open(network.url, target.port, { protocol: 'corp-relay-v4' })
    const content = Buffer.from(random.bytes(SIZE))
    const writer = transport.writable.getWriter()
    const writing = (async () => { for (let at = 0; at < SIZE; at += 100_000) await writer.write(new Uint8Array(content.subarray(at, at + 100_000))) })()
    const back = createHash('sha256')
    for await (const chunk of transport.readable as unknown as AsyncIterable<Uint8Array>) back.update(chunk)
    await writing
    expect(back.digest('hex')).toBe(sha256(content))
    expect(relay.sessions).toBe(1)
    expect(relay.resumed).toBeGreaterThanOrEqual(CUTS / 2)
    row('interop, another corp-relay-v4 relay', `${SIZE >> 20} MiB out and back, cut by RST; a second relay of this project, without our codec`, 'equal SHA-256', `${relay.resumed} cuts survived, SHA-256 equal`)
  }, 120_000)

  test('arrays of more than 16 KiB, which relays in use send, up to a megabyte', async () => {
    await using target = await tcpTarget((socket) => void socket.end(Buffer.alloc(3 << 20, 'x')))
    await using relay = await startRelay({ longest: 1 << 20 })
    const { transport } = await open(relay.url, target.port, { protocol: 'corp-relay-v4' })
    let got = 0
    for await (const chunk of transport.readable as unknown as AsyncIterable<Uint8Array>) got += chunk.length
    expect(got).toBe(3 << 20)
  }, 30_000)

  test('larger arrays are a breach of the protocol', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'ssh' })
    await once(server, 'listening')
    server.on('connection', (client) => {
      client.send(connectSuccess('one'))
      client.send(data(Buffer.alloc((1 << 20) + 1)))
    })
    const { transport } = await open(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, 22, { protocol: 'corp-relay-v4' })
    await expect(transport.readable.getReader().read()).rejects.toMatchObject({ code: 'ERR_GATEWAY_LOST', cause: { code: 'ERR_GATEWAY_PROTOCOL' } })
    await new Promise((resolve) => server.close(resolve))
  }, 30_000)

  test('a relay that has lost the session, or cannot reach the server, is an error with its reason', async () => {
    await using target = await tcpTarget((socket) => void socket.pipe(socket))
    await using relay = await startRelay()
    await expect(open(relay.url, 1, { protocol: 'corp-relay-v4' })).rejects.toMatchObject({ closeCode: 1011 })
    // No close code of the protocol says that a session is gone: the client tries again until its patience is over.
    const { transport, next } = await open(relay.url, target.port, { protocol: 'corp-relay-v4', resume: { giveUp: 1500 } })
    const reader = new Reader(transport)
    const writer = transport.writable.getWriter()
    await writer.write(Buffer.from('hello'))
    await reader.until('hello')
    relay.forget()
    relay.cut()
    expect(await next('lost')).toMatchObject({ type: 'lost' })
  }, 30_000)
})
