import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { connectSuccessFrame, helloFrame } from 'libssh2-wasm/gateway-protocol'
import { seededRandom } from '../support/random.ts'
import { open, Reader, type Watched } from './client.ts'
import { type Network, networkTo } from './network.ts'
import { tcpTarget, type TcpTarget, type TestGateway, testGateway } from './rig.ts'

const EVERY_PROTOCOL = ['libssh2-wasm.v1', 'corp-relay-v4'] as const

describe('a connection through a gateway', () => {
  let target: TcpTarget
  let gateway: TestGateway
  let network: Network
  let serve: (socket: Socket) => void
  const clients: Watched[] = []

  beforeEach(async () => {
    serve = (socket) => void socket.pipe(socket)
    target = await tcpTarget((socket) => serve(socket))
  })
  afterEach(async () => {
    await Promise.all(clients.splice(0).map(({ transport }) => transport.close()))
    await network.stop()
    await gateway.close()
    await target.close()
  })
  const start = async (options: Parameters<typeof testGateway>[0] = {}) => {
    gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`], nassh: true, ...options })
    network = await networkTo(gateway.url)
  }
  const connected = async (options: Parameters<typeof open>[2] = {}) => {
    const client = await open(network.url, target.port, options)
    clients.push(client)
    return { ...client, reader: new Reader(client.transport), writer: client.transport.writable.getWriter() }
  }
  const say = (writer: WritableStreamDefaultWriter<Uint8Array>, text: string) => writer.write(Buffer.from(text))

  test.each(EVERY_PROTOCOL)('goes on after a cut, at the byte where it was: %s', async (protocol) => {
    await start()
    const { transport, reader, writer, next } = await connected(protocol === 'corp-relay-v4' ? { protocol } : {})
    expect([transport.protocol, transport.state]).toEqual([protocol, 'open'])
    await say(writer, 'one ')
    await reader.until('one ')
    network.cut()
    expect(await next('stalled')).toMatchObject({ attempt: 0, reason: expect.stringContaining('1006') as string })
    await say(writer, 'two ')
    expect((await next('resumed')).attempt).toBeGreaterThan(0)
    await reader.until('one two ')
    expect(transport.state).toBe('open')
    expect(gateway.lines.map(({ event }) => event)).toEqual(['open', 'detach', 'resume'])
    expect(target.sockets).toHaveLength(1)
  })

  test.each([...EVERY_PROTOCOL, 'plain'] as const)('ends with its target, and all that the target said: %s', async (protocol) => {
    await start()
    serve = (socket) => {
      socket.write(Buffer.alloc(300_000, 'x'))
      socket.end('the end')
    }
    const { transport, reader } = await connected({ protocol: protocol === 'libssh2-wasm.v1' ? 'auto' : protocol })
    expect(transport.protocol).toBe(protocol)
    const text = await reader.end()
    expect([text.length, text.endsWith('the end'), transport.state]).toEqual([300_007, true, 'closed'])
    await gateway.logged(/^(client|target) closed$/)
    expect(gateway.gateway.sessions()).toEqual([])
  })

  test.each(EVERY_PROTOCOL)('carries 3 MB out and back through 40 cuts at random bytes: %s', async (protocol) => {
    await start()
    const random = seededRandom(7)
    network.cutAfter = () => network.connections > 40 ? Infinity : random.integer(300, 200_000)
    network.cutHow = () => random.below(2) === 0 ? 'reset' : 'close'
    const { transport, events } = await connected(protocol === 'corp-relay-v4' ? { protocol } : {}).catch(() => connected(protocol === 'corp-relay-v4' ? { protocol } : {}))
    const data = Buffer.from(random.bytes(3_000_000))
    const back = createHash('sha256')
    clients.pop()
    clients.push({ transport, events, next: () => Promise.reject(new Error()) })
    let length = 0
    const ended = new Promise<unknown>((resolve) => {
      transport.port.start({
        data: (chunk) => {
          back.update(chunk)
          length += chunk.length
          if (length >= data.length) resolve(undefined)
        },
        drained() {},
        ended: resolve,
      })
    })
    for (let at = 0; at < data.length; at += 30_000) {
      transport.port.write(new Uint8Array(data.subarray(at, at + 30_000)), true)
      if (at % 240_000 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    }
    transport.port.write(new Uint8Array(0))
    expect(await ended).toBeUndefined()
    expect(length).toBe(data.length)
    expect(back.digest('hex')).toBe(createHash('sha256').update(data).digest('hex'))
    expect(events.filter(({ type }) => type === 'resumed').length).toBeGreaterThan(20)
  }, 60_000)

  test('says that it stalls when nothing comes back, dials beside, and goes on without a byte twice', async () => {
    await start()
    const { transport, reader, writer, next } = await connected({ resume: { patience: 600 } })
    await say(writer, 'one ')
    await reader.until('one ')
    network.freeze()
    const typed = performance.now()
    await say(writer, 'two ')
    const stalled = await next('stalled')
    expect(performance.now() - typed).toBeLessThan(3000)
    expect(stalled.unacknowledged).toBeGreaterThanOrEqual(4)
    expect(transport.port.stalled).toBe(true)
    await say(writer, 'three ')
    network.thaw()
    await next('resumed')
    await reader.until('one two three ')
    expect(reader.text).toBe('one two three ')
    expect(transport.port.stalled).toBe(false)
    expect(target.sockets).toHaveLength(1)
  })

  test('gives up an attempt that the gateway has answered, unheard, without ending the session', async () => {
    const codes: (number | undefined)[] = []
    let sockets = 0
    const mute = (url: string, protocols: string[]) => {
      const socket = new WebSocket(url, protocols)
      // The second one, the first that resumes, is open, and its answer is not heard.
      if (++sockets === 2) {
        const listen = socket.addEventListener.bind(socket) as (...words: unknown[]) => void
        socket.addEventListener = ((type: string, ...words: unknown[]) => { if (type !== 'message') listen(type, ...words) }) as typeof socket.addEventListener
        const close = socket.close.bind(socket)
        socket.close = (code, reason) => {
          codes.push(code)
          close(code, reason)
        }
      }
      return socket as unknown as globalThis.WebSocket
    }
    await start()
    const { reader, writer, next } = await connected({ openWebSocket: mute })
    network.cut()
    await next('stalled')
    await say(writer, 'still there')
    await next('resumed')
    expect(await reader.until('still there')).toBe('still there')
    // ws closes again when the answer to its closing frame comes.
    expect([codes[0], sockets, target.sockets.length]).toEqual([4409, 3, 1])
  }, 30_000)

  test('finds out by a question, whenever it is asked to', async () => {
    await start()
    const { transport, next } = await connected({ resume: { patience: 400 } })
    expect(await transport.probe()).toBeGreaterThan(0)
    expect(transport.roundTrip).toBeGreaterThan(0)
    network.freeze()
    const answer = transport.probe()
    await next('stalled')
    network.thaw()
    expect(await answer).toBeGreaterThan(0)
    expect(transport.state).toBe('open')
    await transport.close()
    await expect(transport.probe()).rejects.toMatchObject({ name: 'GatewayError', code: 'ERR_GATEWAY_CLOSED' })
  })

  test('is lost when the gateway no longer has it, and says so with a typed error', async () => {
    await start({ resume: { seconds: 1 } })
    const { transport, reader, next } = await connected()
    network.away = true
    network.cut()
    await next('stalled')
    await gateway.logged(/^nobody came back$/, 'close')
    network.away = false
    const lost = await next('lost')
    expect(transport.state).toBe('lost')
    await expect(reader.end()).rejects.toMatchObject({ name: 'GatewayError', code: 'ERR_GATEWAY_LOST', id: transport.id })
    expect(lost.reason.length).toBeGreaterThan(10)
    await expect.poll(() => target.sockets.every(({ destroyed }) => destroyed)).toBe(true)
  })

  test('is lost after `giveUp` without a gateway', async () => {
    await start()
    const { next, reader } = await connected({ resume: { giveUp: 300 } })
    network.away = true
    network.cut()
    expect((await next('lost')).attempt).toBeGreaterThan(0)
    await expect(reader.end()).rejects.toMatchObject({ code: 'ERR_GATEWAY_LOST', cause: { code: 'ERR_GATEWAY_CONNECT' } })
  })

  test('does not resume where that was not wanted', async () => {
    await start()
    const { next, reader } = await connected({ resume: false })
    network.cut()
    await next('lost')
    await expect(reader.end()).rejects.toMatchObject({ code: 'ERR_GATEWAY_LOST' })
  })

  test('ends at once in the gateway when the page ends it, and is kept when the page vanishes', async () => {
    await start()
    const { transport, writer, reader } = await connected()
    await say(writer, 'last words')
    await reader.until('last words')
    await transport.close()
    await gateway.logged(/^client closed$/, 'close')
    const { transport: other } = await connected()
    network.away = true
    network.cut()
    await gateway.logged(/client gone/, 'detach')
    expect(gateway.gateway.sessions()).toMatchObject([{ id: other.id, state: 'detached', user: 'tester' }])
  })

  test('keeps what its target says while nobody is there, as far as the window goes, and then does not read on', async () => {
    await start({ resume: { window: 256 << 10 } })
    const block = Buffer.alloc(64 << 10, 'y')
    let offered = 0
    const { reader, next } = await connected({ resume: { giveUp: 60_000 } })
    network.away = true
    network.cut()
    await gateway.logged(/client gone/, 'detach')
    const socket = await target.socket(0)
    const most = 24 << 20
    const more = () => { for (; offered < most && !socket.writableNeedDrain; offered += block.length) socket.write(block) }
    socket.on('drain', more)
    more()
    for (let before = -1; before !== offered;) {
      before = offered
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    expect(offered).toBeLessThan(most)
    expect(gateway.gateway.sessions()[0]?.kept).toBeLessThanOrEqual((256 << 10) + (64 << 10))
    network.away = false
    await next('resumed')
    socket.on('drain', () => { if (offered >= most) socket.end() })
    const text = await reader.end()
    expect([text.length, text === 'y'.repeat(most)]).toEqual([most, true])
  }, 60_000)

  test('a ticket is asked for anew where the gateway wants one of who comes back, and once more where it is refused', async () => {
    const asked: unknown[] = []
    let good = true
    await start({ resume: { reauthorize: true }, authorize: ({ credentials, resuming }) => credentials === 'good' ? { user: 'someone' } : { refuse: 4401, text: `bad ${resuming}` } })
    const { next, reader, writer } = await connected({ ticket: (request) => {
      asked.push(request)
      return good ? 'good' : 'bad'
    } })
    network.cut()
    await next('resumed')
    await say(writer, 'still here')
    await reader.until('still here')
    expect(asked).toEqual([{ resuming: false, refused: false }, { resuming: true, refused: true }])
    good = false
    network.cut()
    const lost = await next('lost')
    expect(lost.reason).toContain('ticket')
    await expect(reader.end()).rejects.toMatchObject({ code: 'ERR_GATEWAY_LOST', cause: { code: 'ERR_GATEWAY_TICKET', closeCode: 4401 } })
  })

  test.each([
    ['a wrong ticket', { ticket: 'a wrong one' }, 'ERR_GATEWAY_TICKET', 4401], ['no ticket', { ticket: undefined }, 'ERR_GATEWAY_TICKET', 4401], ['another target', { port: 1 }, 'ERR_GATEWAY_NOT_ALLOWED', 4403],
  ] as const)('%s: a typed error that says so', async (_, options, code, closeCode) => {
    await start()
    await expect(connected(options)).rejects.toMatchObject({ name: 'GatewayError', code, closeCode })
    expect(target.sockets).toHaveLength(0)
  })

  test('a gateway that is not there, one that says nothing, and an abort', async () => {
    await start()
    await expect(open('ws://127.0.0.1:1', target.port)).rejects.toMatchObject({ code: 'ERR_GATEWAY_CONNECT' })
    network.freeze()
    await expect(connected({ timeout: 200 })).rejects.toMatchObject({ code: 'ERR_GATEWAY_CONNECT' })
    const reason = new Error('enough')
    await expect(connected({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const abort = new AbortController()
    const opening = connected({ signal: abort.signal })
    abort.abort(reason)
    await expect(opening).rejects.toBe(reason)
    network.thaw()
  })

  test('options that are none: typed errors before anything is sent', async () => {
    await start()
    for (const [options, type] of [[{ host: '' }, TypeError], [{ port: 0 }, TypeError], [{ port: 2.5 }, TypeError], [{ protocol: 'other' }, TypeError], [{ resume: { patience: -1 } }, RangeError], [{ resume: { giveUp: 'x' } }, TypeError], [{ timeout: NaN }, RangeError], [{ signal: {} }, TypeError], [{ ticket: '' }, TypeError], [{ ticket: () => 3 }, TypeError]] as const) {
      await expect(connected(options as never), JSON.stringify(options)).rejects.toBeInstanceOf(type)
    }
    await expect(open('ftp://gateway', 22)).rejects.toBeInstanceOf(TypeError)
    expect(network.connections).toBe(0)
  })

  test.each([
    ['an unknown length', [0, 4, 0, 0, 0, 9, 1]], ['an ACK for what was never sent', [0, 7, 0, 0, 0, 0, 0, 0, 0, 9]], ['an end elsewhere', [0x4c, 4, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0]], ['a second beginning', [0, 1, 0, 0, 0, 1, 65]],
  ])('a gateway that breaks the protocol loses the connection, with a typed error: %s', async (_, frame) => {
    await start()
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'libssh2-wasm.v1' })
    await once(server, 'listening')
    server.on('connection', (socket) => {
      socket.send(connectSuccessFrame('AAAAAAAAAAAAAAAAAAAAAA'))
      socket.send(helloFrame({ frame: 1000, window: 1000, resumeSeconds: 60, secret: 'A'.repeat(43) }))
      socket.send(Uint8Array.from(frame))
    })
    const client = await open(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, 22)
    await expect(new Reader(client.transport).end()).rejects.toMatchObject({ code: 'ERR_GATEWAY_LOST', cause: { code: 'ERR_GATEWAY_PROTOCOL' } })
    for (const socket of server.clients) socket.terminate()
    server.close()
  })
})
