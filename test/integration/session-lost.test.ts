import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { CONTEXT } from '../../src/bindings/session-context.ts'
import { Instance, Session, SSHError } from '../../src/bindings/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { startProxy } from '../support/proxy.ts'
import { execute, openSession, readAll, text } from '../support/session.ts'
import { startSshd } from '../support/sshd.ts'
import { rejection, within } from '../support/within.ts'

const listening: Server[] = []
const sockets = new Set<Socket>()

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  for (const server of listening.splice(0)) await new Promise((resolve) => { server.close(resolve) })
})

/** A server that does with each connection what the test says. */
async function tcpServer(serve: (socket: Socket) => unknown): Promise<number> {
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  listening.push(server)
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return (server.address() as AddressInfo).port
}

const connected = async (port: number) => Session.create(await connectTcp({ host: '127.0.0.1', port }))

/** Calls of every kind, all of which wait for the server. */
async function pendingCalls(session: Session): Promise<Promise<unknown>[]> {
  // Reads and writes nothing, and ends with the server.
  const channel = await execute(session, 'exec tail -f --pid=$PPID /dev/null')
  const idle = await session.complete(() => session.openSession())
  return [
    session.complete(() => channel.read()), session.complete(() => channel.readStderr()), session.complete(() => channel.write(new Uint8Array(64 << 20))),
    session.complete(() => channel.waitEof()), session.complete(() => channel.exit()), session.complete(() => idle.waitEof()), session.complete(() => session.acceptX11()),
  ]
}

describe('a server that is killed', () => {
  test('makes every pending call reject, and every later one throw', async () => {
    const server = await startSshd()
    const session = await openSession(server)
    // Their first turn is over before the server dies: no call is made on a dead session.
    const pending = await pendingCalls(session)
    const errors = Promise.all(pending.map(rejection))
    await server.kill()
    for (const error of await within(5000, 'pending calls', errors)) {
      expect(error).toBeInstanceOf(SSHError)
      expect((error as SSHError).code).toMatch(/^ERR_LIBSSH2_SOCKET_/)
    }
    expect(() => session.openSession()).toThrow(session.failure)
    await within(2000, 'wait', session.wait())
    expect(await within(2000, 'ended', session.ended())).toBe(session.failure)
    expect(session[CONTEXT].driver.pending).toBe(0)
    session.free()
  })
})

describe('a reset', () => {
  test('is told with the error of the socket as its cause; what had arrived can be read', async () => {
    await using server = await startSshd()
    await using proxy = await startProxy({ target: server })
    const session = await openSession({ ...server, port: proxy.port, host: '127.0.0.1' })
    const channel = await execute(session, 'echo said before; cat')
    while (channel.windowReadEx().readAvail === 0) await session.wait()
    const reading = rejection(session.complete(() => channel.waitEof()))
    proxy.reset()
    expect(await within(5000, 'waitEof', reading)).toMatchObject({ code: 'ERR_LIBSSH2_SOCKET_RECV', message: expect.stringMatching(/^the transport failed: .*ECONNRESET/), cause: { code: 'ECONNRESET' } })
    expect(text(channel.read()[1])).toBe('said before\n')
    expect(() => channel.read()).toThrow(session.failure)
    session.free()
  })
})

describe('a server that says nothing', () => {
  test('is waited for only as long as the caller wants', async () => {
    const session = await connected(await tcpServer(() => {}))
    const error = await within(5000, 'handshake', rejection(session.complete(() => session.handshake(), { signal: AbortSignal.timeout(100) })))
    expect(error).toMatchObject({ name: 'TimeoutError' })
    session.free()
    expect(session[CONTEXT].driver.pending).toBe(0)
  })

  test('in the middle of a session leaves the calls pending until they are aborted, or the session is freed', async () => {
    await using server = await startSshd()
    await using proxy = await startProxy({ target: server })
    const session = await openSession({ ...server, port: proxy.port, host: '127.0.0.1' })
    const channel = await execute(session, 'cat')
    proxy.reshape({ bytesPerSecond: 0 })
    expect(await within(5000, 'read', rejection(session.complete(() => channel.read(), { signal: AbortSignal.timeout(50) })))).toMatchObject({ name: 'TimeoutError' })
    const opening = rejection(session.complete(() => session.openSession()))
    session.free()
    expect(await within(2000, 'open', opening)).toMatchObject({ code: 'ERR_HANDLE_FREED' })
  })

  test('is closed without waiting for it', async () => {
    const session = await connected(await tcpServer((socket) => socket.pause()))
    await within(5000, 'close', session.close())
  })
})

describe('a server that is none', () => {
  test.each<[string, (socket: Socket) => unknown]>([
    ['hangs up at once', (socket: Socket) => socket.end()],
    // Not at once, or connecting itself would fail.
    ['resets the connection', (socket: Socket) => setTimeout(() => socket.resetAndDestroy(), 30)],
    ['speaks HTTP', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['speaks SSH 1', (socket: Socket) => socket.end('SSH-1.5-old\r\n')],
    ['sends noise', (socket: Socket) => socket.end(Buffer.alloc(70_000, 'noise\r\n'))],
    ['sends zeros after its banner', (socket: Socket) => socket.end(Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(100_000)]))],
    ['hangs up after its banner', (socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n')],
  ])('and %s: the handshake rejects', async (_, serve) => {
    const session = await connected(await tcpServer(serve))
    const error = await within(5000, 'handshake', rejection(session.complete(() => session.handshake())))
    expect(error).toBeInstanceOf(SSHError)
    expect((error as SSHError).errno).toBeLessThan(0)
    expect(session.failure).toBeDefined()
    expect(session.instance.failure).toBeUndefined()
    session.free()
  })

  test('and drips one byte after the other is waited for only as long as the caller wants', async () => {
    const port = await tcpServer((socket) => {
      const timer = setInterval(() => socket.write('S'), 5)
      socket.on('close', () => clearInterval(timer))
    })
    const session = await connected(port)
    expect(await within(5000, 'handshake', rejection(session.complete(() => session.handshake(), { signal: AbortSignal.timeout(100) })))).toBeDefined()
    session.free()
  })
})

describe('a trap', () => {
  test('fails every session of its instance, also those that wait for nothing but their server, and no session of another', async () => {
    await using server = await startSshd()
    const shared = await Instance.create()
    const [one, other] = [await openSession(server, { instance: shared }), await openSession(server, { instance: shared })]
    await using apart = await openSession(server)
    const channel = await execute(other, 'cat')
    const reading = rejection(other.complete(() => channel.read()))
    expect(() => shared.call((c) => c.libssh2_session_last_errno(0x7ffffff0 as never))).toThrow(expect.objectContaining({ code: 'ERR_WASM_TRAP' }))
    expect(await within(2000, 'read', reading)).toMatchObject({ code: 'ERR_WASM_TRAP' })
    expect(() => one.openSession()).toThrow(expect.objectContaining({ code: 'ERR_WASM_TRAP' }))
    one.free()
    await other.close()
    await expect(Session.create(await connectTcp(server), { instance: shared })).rejects.toMatchObject({ code: 'ERR_WASM_TRAP' })
    expect(text(await readAll(await execute(apart, 'echo alive')))).toBe('alive\n')
  })
})
