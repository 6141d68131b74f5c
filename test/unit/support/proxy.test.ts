import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startProxy, type Proxy, type ProxyOptions } from '../../support/proxy.ts'
import { seededRandom } from '../../support/random.ts'

describe('startProxy', () => {
  let echo: Server
  let chunks: number[]
  let accepted: Socket[]
  let proxy: Proxy

  beforeEach(async () => {
    chunks = []
    accepted = []
    echo = createServer({ allowHalfOpen: true }, (socket) => {
      accepted.push(socket)
      socket.on('error', () => undefined)
      socket.on('data', (chunk) => chunks.push(chunk.length))
      socket.pipe(socket)
    })
    echo.listen(0, '127.0.0.1')
    await once(echo, 'listening')
  })

  afterEach(async () => {
    await proxy.stop()
    for (const socket of accepted) socket.destroy()
    echo.close()
    await once(echo, 'close')
  })

  async function through(options: Omit<ProxyOptions, 'target'>): Promise<Socket> {
    proxy = await startProxy({ ...options, target: { host: '127.0.0.1', port: (echo.address() as AddressInfo).port } })
    const socket = connect({ host: proxy.host, port: proxy.port, allowHalfOpen: true })
    await once(socket, 'connect')
    return socket
  }

  it('passes megabytes on unchanged, and counts them', async () => {
    const sent = seededRandom(1).bytes(3_000_000)
    const socket = await through({})
    socket.end(sent)
    expect((await buffer(socket)).equals(sent)).toBe(true)
    expect(proxy.bytes).toEqual({ toServer: sent.length, toClient: sent.length })
    expect(proxy.connections).toBe(1)
  })

  it('delays each way', async () => {
    const socket = await through({ shape: { delayMs: 60 } })
    const start = performance.now()
    socket.end('x')
    await buffer(socket)
    expect(performance.now() - start).toBeGreaterThan(110)
  })

  it('splits what it passes on', async () => {
    const socket = await through({ shape: { toServer: { chunkSize: 1 } } })
    socket.end(new Uint8Array(50))
    expect(await buffer(socket)).toHaveLength(50)
    expect(chunks.length).toBeGreaterThan(10)
  })

  it('caps the rate, and stops and resumes the flow', async () => {
    const socket = await through({ shape: { toServer: { bytesPerSecond: 100_000 } } })
    const start = performance.now()
    socket.end(new Uint8Array(20_000))
    await buffer(socket)
    expect(performance.now() - start).toBeGreaterThan(180)

    const stopped = connect(proxy.port, proxy.host)
    proxy.reshape({ bytesPerSecond: 0 })
    stopped.end('late')
    const received = buffer(stopped)
    expect(await Promise.race([received, new Promise((resolve) => setTimeout(resolve, 100, 'nothing'))])).toBe('nothing')
    proxy.reshape({})
    expect((await received).toString()).toBe('late')
  })

  it('resets after the byte it was told', async () => {
    const socket = await through({ faults: { toClient: [{ kind: 'reset', at: 5 }] } })
    socket.write('0123456789')
    await expect(buffer(socket)).rejects.toThrow(/ECONNRESET/)
    expect(proxy.bytes.toClient).toBe(5)
  })

  it('closes with FIN after the byte it was told', async () => {
    const socket = await through({ faults: { toClient: [{ kind: 'close', at: 5 }] } })
    socket.write('0123456789')
    expect((await buffer(socket)).toString()).toBe('01234')
  })

  it('closes one direction only', async () => {
    const socket = await through({ faults: { toServer: [{ kind: 'half-close', at: 4 }] } })
    socket.write('0123456789')
    expect((await buffer(socket)).toString()).toBe('0123')
  })

  it('falls silent with the connection open', async () => {
    const socket = await through({ faults: { toClient: [{ kind: 'silence', at: 3 }] } })
    const received: Buffer[] = []
    socket.on('data', (chunk: Buffer) => received.push(chunk))
    socket.on('error', () => undefined)
    socket.write('0123456789')
    await expect.poll(() => Buffer.concat(received).toString()).toBe('012')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(Buffer.concat(received).toString()).toBe('012')
    expect(socket.readableEnded).toBe(false)
    expect(chunks).toEqual([10])
  })

  it('changes and drops bytes', async () => {
    const socket = await through({ faults: { toServer: [{ kind: 'corrupt', at: 1, mask: 1 }], toClient: [{ kind: 'drop', at: 2, length: 3 }] } })
    socket.end('000000')
    expect((await buffer(socket)).toString()).toBe('010')
  })
})
