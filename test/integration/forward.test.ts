import { createHash } from 'node:crypto'
import { connect as dialTo, createServer, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Client, connect, insecureAcceptAnyHostKey, publicKey } from '../../src/index.ts'
import { type Forwarding, forwardDynamic, forwardLocal, forwardRemote } from '../../src/node/index.ts'
import { readFileSync } from 'node:fs'
import { freePort } from '../support/port.ts'
import { seededRandom } from '../support/random.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { within } from '../support/within.ts'

let server: SshServer
let client: Client
const open: (AsyncDisposable | Server | Socket)[] = []

beforeAll(async () => {
  server = await startSshd()
  client = await login()
})

afterEach(async () => {
  for (const thing of open.splice(0).reverse()) {
    if ('listen' in thing) await new Promise((resolve) => thing.close(resolve))
    else if ('destroy' in thing) thing.destroy()
    else await thing[Symbol.asyncDispose]()
  }
})

afterAll(async () => {
  await client.close()
  await server.stop()
})

function login(): Promise<Client> {
  return connect({ host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))] })
}

/** A TCP server of the test, on a free port. */
async function service(serve: (socket: Socket) => void, where: { port: number } | { path: string } = { port: 0 }): Promise<number> {
  const target = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    serve(socket)
  })
  open.push(target)
  await new Promise<void>((resolve) => target.listen({ host: '127.0.0.1', ...where }, resolve))
  const address = target.address()
  return typeof address === 'object' && address ? address.port : 0
}

const echo = (socket: Socket) => { socket.pipe(socket) }

function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = dialTo({ port, host: '127.0.0.1', allowHalfOpen: true }, () => resolve(socket))
    open.push(socket)
    socket.once('error', reject)
  })
}

async function all(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

async function local(to: { port: number } | { path: string }, errors: unknown[] = []): Promise<Forwarding> {
  const forwarding = await forwardLocal(client, { from: { port: 0 }, to, onError: (error) => errors.push(error) })
  open.push(forwarding)
  return forwarding
}

async function ask(port: number, question: string): Promise<string> {
  const socket = await dial(port)
  const answer = all(socket)
  socket.end(question)
  return (await within(10_000, 'the answer', answer)).toString()
}

describe('forwardLocal', () => {
  test('carries a question, its EOF, and the answer', async () => {
    const { port } = await local({ port: await service(echo) })
    expect(await ask(port, 'hello')).toBe('hello')
  })

  test('to a Unix socket of the server', async () => {
    using directory = temporaryDirectory('forward')
    await service(echo, { path: directory.file('echo') })
    const { port } = await local({ path: directory.file('echo') })
    expect(await ask(port, 'through a path')).toBe('through a path')
  })

  test('each direction ends by itself: the server may go on after our EOF, and we after its', async () => {
    const heard: string[] = []
    const target = await service((socket) => {
      socket.end('bye')
      socket.setEncoding('utf8').on('data', (text: string) => heard.push(text))
    })
    const { port } = await local({ port: target })
    const socket = await dial(port)
    expect((await all(socket).then(String))).toBe('bye')
    const again = await dial(port)
    await new Promise((resolve) => again.resume().once('end', resolve))
    again.write('still ')
    await new Promise((resolve) => setTimeout(resolve, 50))
    again.end('speaking')
    await expect.poll(() => heard.join('')).toBe('still speaking')
  })

  test('megabytes both ways at once arrive as they were sent', async () => {
    const { port } = await local({ port: await service(echo) })
    const sent = Buffer.from(seededRandom(4).bytes(20 << 20))
    const socket = await dial(port)
    const back = all(socket)
    socket.end(sent)
    const hash = (data: Buffer) => createHash('sha256').update(data).digest('hex')
    expect(hash(await within(60_000, '20 MiB', back))).toBe(hash(sent))
  }, 60_000)

  test('a reader that does not read holds back the sender: what lies in between is bounded', async () => {
    let sent = 0
    const target = await service((socket) => {
      const chunk = Buffer.alloc(1 << 16)
      const more = () => {
        while (sent < 200 << 20) {
          sent += chunk.length
          if (!socket.write(chunk)) return
        }
        socket.end()
      }
      socket.on('drain', more)
      more()
    })
    const { port } = await local({ port: target })
    const socket = await dial(port)
    socket.pause()
    const before = client.session.instance.heap.size
    let last = -1
    await expect.poll(() => { const still = sent === last; last = sent; return still }, { interval: 300 }).toBe(true)
    expect(sent).toBeLessThan(40 << 20)
    expect(client.session.instance.heap.size - before).toBeLessThan(16 << 20)
    expect((await client.run('echo others go on')).stdout).toBe('others go on\n')
    socket.destroy()
  })

  test('one that cannot be connected is told and closed; the others live', async () => {
    const errors: unknown[] = []
    const dead = await local({ port: await freePort() }, errors)
    const alive = await local({ port: await service(echo) })
    const socket = await dial(alive.port)
    expect(await ask(dead.port, 'anybody?').catch((error: { code: string }) => error.code)).toSatisfy((got) => got === '' || got === 'ECONNRESET')
    await expect.poll(() => errors).toMatchObject([{ code: 'ERR_LIBSSH2_CHANNEL_FAILURE', reason: 2 }])
    const back = all(socket)
    socket.end('alive')
    expect(String(await back)).toBe('alive')
  })

  test('a reset of one connection ends only that one', async () => {
    const { port } = await local({ port: await service(echo) })
    const [first, second] = [await dial(port), await dial(port)]
    first.write('x')
    await new Promise((resolve) => first.once('data', resolve))
    first.resetAndDestroy()
    const back = all(second)
    second.end('second')
    expect(String(await back)).toBe('second')
  })

  test('close() ends the listening and the connections', async () => {
    const forwarding = await local({ port: await service(echo) })
    const socket = await dial(forwarding.port)
    socket.write('x')
    await new Promise((resolve) => socket.once('data', resolve))
    expect(forwarding.connections).toBe(1)
    const ended = new Promise((resolve) => socket.resume().once('end', resolve))
    await within(5000, 'close', forwarding.close())
    await forwarding.closed
    await within(5000, 'the end of the connection', ended)
    await expect(dial(forwarding.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await expect.poll(() => forwarding.connections).toBe(0)
  })

  test('the signal ends it, and so does the end of the session', async () => {
    const controller = new AbortController()
    const forwarding = await forwardLocal(client, { from: { port: 0 }, to: { port: 9 }, signal: controller.signal })
    controller.abort()
    await within(5000, 'the end', forwarding.closed)
    const other = await login()
    const second = await forwardLocal(other, { from: { port: 0 }, to: { port: 9 } })
    await other.close()
    await within(5000, 'the end', second.closed)
  })

  test('a port that is taken is an error', async () => {
    await expect(forwardLocal(client, { from: { port: server.port }, to: { port: 9 } })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  })

  test('closed channels are freed: nothing stays behind', async () => {
    const forwarding = await local({ port: await service(echo) })
    await ask(forwarding.port, 'warm')
    await expect.poll(() => forwarding.connections).toBe(0)
    await client.run('true')
    const before = client.session.instance.heapUsed()
    for (let i = 0; i < 30; i++) await ask(forwarding.port, `number ${i}`)
    await expect.poll(() => client.session.instance.heapUsed()).toBeLessThanOrEqual(before + 2048)
  })
})

describe('forwardRemote', () => {
  async function remote(to: { port: number }, errors: unknown[] = []): Promise<Forwarding> {
    const forwarding = await forwardRemote(client, { from: { port: 0 }, to: { host: '127.0.0.1', ...to }, onError: (error) => errors.push(error) })
    open.push(forwarding)
    return forwarding
  }

  test('brings connections of the server here', async () => {
    const { port } = await remote({ port: await service(echo) })
    expect(await Promise.all(['a', 'b', 'c'].map((text) => ask(port, text)))).toEqual(['a', 'b', 'c'])
  })

  test('one that cannot be connected here is told and closed; the others live', async () => {
    const errors: { code?: string }[] = []
    const { port } = await remote({ port: await freePort() }, errors)
    expect(await ask(port, 'anybody?').catch((error: { code: string }) => error.code)).toSatisfy((got) => got === '' || got === 'ECONNRESET')
    await expect.poll(() => errors[0]?.code).toBe('ECONNREFUSED')
    const alive = await remote({ port: await service(echo) })
    expect(await ask(alive.port, 'yes')).toBe('yes')
  })

  test('close() ends it, on the server too', async () => {
    const forwarding = await remote({ port: await service(echo) })
    await within(5000, 'close', forwarding.close())
    await expect.poll(() => dial(forwarding.port).then(() => 'open', (error: { code: string }) => error.code)).toBe('ECONNREFUSED')
  })
})

describe('forwardDynamic', () => {
  async function proxy(errors: unknown[] = []): Promise<Forwarding> {
    const forwarding = await forwardDynamic(client, { from: { port: 0 }, onError: (error) => errors.push(error) })
    open.push(forwarding)
    return forwarding
  }

  const target = (host: string, port: number) => {
    const name = Buffer.from(host)
    return Buffer.concat([Buffer.of(5, 1, 0, 3, name.length), name, Buffer.of(port >> 8, port & 255)])
  }

  test('as curl speaks it, names resolved by the server', async () => {
    const web = await service((socket) => socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello')))
    const { port } = await proxy()
    const socket = await dial(port)
    const back = all(socket)
    socket.write(Buffer.of(5, 2, 0, 2))
    socket.write(target('localhost', web))
    socket.end('GET / HTTP/1.0\r\n\r\n')
    const answer = await within(5000, 'the answer', back)
    expect([...answer.subarray(0, 12)]).toEqual([5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    expect(answer.subarray(12).toString()).toMatch(/hello$/)
  })

  test.each([
    ['an IPv4 address', () => Buffer.of(1, 127, 0, 0, 1)],
    ['a name', () => Buffer.concat([Buffer.of(3, 9), Buffer.from('127.0.0.1')])],
    ['an IPv4 address inside IPv6', () => Buffer.from('0400000000000000000000ffff7f000001', 'hex')],
  ])('takes %s, byte by byte too', async (_, address) => {
    const port = await service(echo)
    const forwarding = await proxy()
    const socket = await dial(forwarding.port)
    socket.setNoDelay(true)
    const back = all(socket)
    for (const byte of Buffer.concat([Buffer.of(5, 1, 0, 5, 1, 0), address(), Buffer.of(port >> 8, port & 255)])) {
      socket.write(Buffer.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    socket.end('there and back')
    expect((await within(5000, 'the answer', back)).subarray(12).toString()).toBe('there and back')
  })

  test.each([
    ['an address', () => Buffer.of(127, 0, 0, 1, 0)],
    ['an address, and a user', () => Buffer.concat([Buffer.of(127, 0, 0, 1), Buffer.from('somebody\0')])],
    ['a name (4A)', () => Buffer.concat([Buffer.of(0, 0, 0, 1, 0), Buffer.from('localhost\0')])],
  ])('takes %s of SOCKS 4', async (_, where) => {
    const port = await service(echo)
    const forwarding = await proxy()
    const socket = await dial(forwarding.port)
    const back = all(socket)
    socket.end(Buffer.concat([Buffer.of(4, 1, port >> 8, port & 255), where(), Buffer.from('there and back')]))
    const answer = await within(5000, 'the answer', back)
    expect(answer.subarray(0, 8).toString('hex')).toBe('005a000000000000')
    expect(answer.subarray(8).toString()).toBe('there and back')
  })

  test.each([
    ['no method that we have', [5, 1, 2], '05ff'],
    ['BIND', [5, 1, 0, 5, 2, 0, 1, 127, 0, 0, 1, 0, 80], '050005070001000000000000'],
    ['an unknown kind of address', [5, 1, 0, 5, 1, 0, 7], '050005080001000000000000'],
    ['BIND of SOCKS 4', [4, 2, 0, 80, 127, 0, 0, 1, 0], '005b000000000000'],
    ['SOCKS 3', [3, 1, 0, 80, 127, 0, 0, 1, 0], ''],
    ['a request of another version', [5, 1, 0, 4, 1, 0, 1], '0500'],
    ['less than a request', [5, 1, 0, 5, 1], '0500'],
  ])('%s is refused, and the next client served', async (_, bytes, answer) => {
    const errors: unknown[] = []
    const { port } = await proxy(errors)
    const socket = await dial(port)
    const back = all(socket).catch(() => Buffer.alloc(0))
    socket.end(Uint8Array.from(bytes))
    expect((await within(5000, 'the end', back)).toString('hex')).toBe(answer)
    await expect.poll(() => errors).toMatchObject([{ code: 'ERR_SOCKS' }])
    const web = await service(echo)
    const next = await dial(port)
    const echoed = all(next)
    next.write(Buffer.of(5, 1, 0))
    next.write(target('127.0.0.1', web))
    next.end('next')
    expect((await echoed).subarray(12).toString()).toBe('next')
  })

  test('where nobody listens the client hears "connection refused"', async () => {
    const { port } = await proxy()
    const socket = await dial(port)
    const back = all(socket)
    socket.write(Buffer.of(5, 1, 0))
    socket.write(target('127.0.0.1', await freePort()))
    expect((await within(5000, 'the answer', back)).toString('hex')).toBe('050005050001000000000000')
  })
})
