import { connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { type Channel, LIBSSH2_ERROR_EAGAIN, type Listener, SSHError } from '../../src/bindings/index.ts'
import { freePort } from '../support/port.ts'
import { seededRandom } from '../support/random.ts'
import { execute, openSession, readAll, text, untilDone } from '../support/session.ts'
import { useSession } from '../support/use-session.ts'
import { rejection, within } from '../support/within.ts'

const used = useSession()
const sockets = new Set<Socket>()
const listeners = new Set<Listener>()

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  for (const listener of listeners) await used.session.complete(() => listener.forwardCancel())
  listeners.clear()
})

async function listen(host: string | null = '127.0.0.1', port = 0, queue = 16): Promise<Listener> {
  const [listener] = await used.session.complete(() => used.session.forwardListenEx(host, port, queue))
  listeners.add(listener)
  return listener
}

function dial(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => resolve(socket))
    sockets.add(socket)
    socket.once('error', reject)
  })
}

const accept = (listener: Listener): Promise<Channel> => within(5000, 'accept', used.session.complete(() => listener.forwardAccept()))

async function received(socket: Socket): Promise<string> {
  let all = ''
  for await (const chunk of socket.setEncoding('utf8')) all += chunk
  return all
}

describe('forwardListen', () => {
  test('gives a listener on a port of the caller', async () => {
    const port = await freePort()
    const listener = await used.session.complete(() => used.session.forwardListen(port))
    listeners.add(listener)
    expect(listener.port).toBe(port)
    expect(listener.session).toBe(used.session)
    await dial(port)
    const channel = await accept(listener)
    channel[Symbol.dispose]()
  })

  test('with port 0 tells which port the server chose', async () => {
    const [listener, port] = await used.session.complete(() => used.session.forwardListenEx('127.0.0.1', 0))
    listeners.add(listener)
    expect(port).toBeGreaterThan(1023)
    expect(listener.port).toBe(port)
    await dial(port)
  })

  test('says EAGAIN, and is repeated by hand', async () => {
    const first = used.session.forwardListenEx('127.0.0.1', 0)
    expect(first).toBe(LIBSSH2_ERROR_EAGAIN)
    const [listener] = await untilDone(used.session, () => used.session.forwardListenEx('127.0.0.1', 0))
    listeners.add(listener)
  })

  test('throws if the server cannot bind the port', async () => {
    const error = await rejection(listen('127.0.0.1', used.server.port))
    expect(error).toBeInstanceOf(SSHError)
    expect(error).toMatchObject({ code: 'ERR_LIBSSH2_REQUEST_DENIED', errno: -32 })
  })

  test('checks its arguments', () => {
    expect(() => used.session.forwardListenEx('127.0.0.1', 65536)).toThrow(RangeError)
    expect(() => used.session.forwardListenEx('127.0.0.1', 0, 0)).toThrow(RangeError)
    expect(() => used.session.forwardListenEx('a\0b', 0)).toThrow(TypeError)
  })
})

describe('forwardAccept', () => {
  test('says EAGAIN while nobody has connected', async () => {
    const listener = await listen()
    expect(listener.forwardAccept()).toBe(LIBSSH2_ERROR_EAGAIN)
  })

  test('gives a channel in both directions, with EOF each way', async () => {
    const listener = await listen()
    const socket = await dial(listener.port)
    const channel = await accept(listener)
    const answer = received(socket)
    socket.end('question')
    expect(text(await readAll(channel))).toBe('question')
    await used.session.complete(() => channel.write('answer'))
    await used.session.complete(() => channel.sendEof())
    expect(await answer).toBe('answer')
    await used.session.complete(() => channel.close())
    expect(channel.free()).toBe(0)
  })

  test('tells where a connection comes from', async () => {
    const listener = await listen()
    const socket = await dial(listener.port)
    const channel = await accept(listener)
    expect(channel.originator()).toEqual({ host: '127.0.0.1', port: socket.localPort })
    channel[Symbol.dispose]()
    const other = await execute(used.session, 'true')
    expect(other.originator()).toBe(null)
    other[Symbol.dispose]()
  })

  test('of two listeners each gets its own connections, whichever asks first', async () => {
    const [first, second] = [await listen(), await listen()]
    const waiting = accept(first)
    const toSecond = await dial(second.port)
    const fromSecond = await accept(second)
    const toFirst = await dial(first.port)
    const fromFirst = await waiting
    toFirst.end('first')
    toSecond.end('second')
    expect(text(await readAll(fromFirst))).toBe('first')
    expect(text(await readAll(fromSecond))).toBe('second')
    for (const channel of [fromFirst, fromSecond]) channel[Symbol.dispose]()
  })

  test('many connections at once are all told apart', async () => {
    const listener = await listen('127.0.0.1', 0, 100)
    for (let i = 0; i < 50; i++) (await dial(listener.port)).end(`number ${i}`)
    const said = await Promise.all(Array.from({ length: 50 }, async () => text(await readAll(await accept(listener)))))
    expect([...said].sort()).toEqual(Array.from({ length: 50 }, (_, i) => `number ${i}`).sort())
  })

  test('a full queue refuses, and takes the next ones again when it has been emptied', async () => {
    const listener = await listen('127.0.0.1', 0, 2)
    const refused = await Promise.all([dial(listener.port), dial(listener.port), dial(listener.port), dial(listener.port)])
    const ended = refused.map((socket) => new Promise((resolve) => socket.resume().once('end', resolve)))
    await within(5000, 'two refusals', Promise.race([0, 1, 2, 3].flatMap((a) => [0, 1, 2, 3].filter((b) => b > a).map((b) => Promise.all([ended[a], ended[b]])))))
    const channels = [await accept(listener), await accept(listener)]
    expect(listener.forwardAccept()).toBe(LIBSSH2_ERROR_EAGAIN)
    await dial(listener.port)
    channels.push(await accept(listener))
    for (const channel of channels) channel[Symbol.dispose]()
  })
})

describe('forwardCancel', () => {
  test('ends the listening, and every wait in forwardAccept', async () => {
    const listener = await listen()
    const waiting = rejection(used.session.complete(() => listener.forwardAccept()))
    await used.session.complete(() => listener.forwardCancel())
    expect(await within(5000, 'the rejection', waiting)).toMatchObject({ code: 'ERR_HANDLE_FREED' })
    expect(listener.forwardCancel()).toBe(0)
    expect(() => listener.forwardAccept()).toThrow('freed')
    await expect.poll(() => dial(listener.port).then(() => 'open', (error: { code: string }) => error.code)).toBe('ECONNREFUSED')
  })

  test('closes what waits to be accepted, and nothing else', async () => {
    const listener = await listen()
    await dial(listener.port)
    const accepted = await accept(listener)
    const queued = await dial(listener.port)
    const ended = new Promise((resolve) => queued.resume().once('end', resolve))
    await new Promise((resolve) => setTimeout(resolve, 100))
    await within(5000, 'the cancel', used.session.complete(() => listener.forwardCancel()))
    await within(5000, 'the end of the queued connection', ended)
    expect((await used.session.complete(() => accepted.write('still open')))[0]).toBe(10)
    accepted[Symbol.dispose]()
  })

  test('frees the port for another listener', async () => {
    const listener = await listen()
    await used.session.complete(() => listener.forwardCancel())
    expect((await listen('127.0.0.1', listener.port)).port).toBe(listener.port)
  })
})

test('keepalive messages with replies do not answer for a listener', async () => {
  used.session.keepaliveConfig(true, 1)
  for (let i = 0; i < 5; i++) {
    used.session.keepaliveNow()
    const listener = await listen()
    used.session.keepaliveNow()
    await used.session.complete(() => listener.forwardCancel())
  }
  used.session.keepaliveConfig(false, 0)
})

test.each(Array.from({ length: 10 }, (_, seed) => seed))('requests of all kinds, retried by hand in an order that is shuffled anew each time, get their own answers (seed %i)', async (seed) => {
  const { session } = used
  const random = seededRandom(seed)
  const results = new Map<string, unknown>()
  const ports = await Promise.all([0, 1, 2, 3].map(() => freePort()))
  let pending: [string, () => unknown][] = [
    ...ports.map((port): [string, () => unknown] => [`listen ${port}`, () => session.forwardListenEx('127.0.0.1', port)]),
    // sshd has this port itself: one request in the middle is refused.
    ['refused', () => { try { return session.forwardListenEx('127.0.0.1', used.server.port) } catch (error) { return (error as SSHError).code } }],
    ...[0, 1, 2].map((i): [string, () => unknown] => [`open ${i}`, () => session.openSessionEx('session', 100_000 + i)]),
  ]
  while (pending.length > 0) {
    let moved = false
    const left: typeof pending = []
    for (const [name, call] of random.shuffle(pending)) {
      const result = call()
      if (result === LIBSSH2_ERROR_EAGAIN) left.push([name, call])
      else {
        results.set(name, result)
        moved = true
      }
      if (random.next() < 0.3) session.keepaliveNow()
    }
    pending = left
    if (!moved) await within(5000, `${pending.map(([name]) => name).join()} (seed ${seed})`, session.wait())
  }
  expect(results.get('refused')).toBe('ERR_LIBSSH2_REQUEST_DENIED')
  for (const i of [0, 1, 2]) {
    const channel = results.get(`open ${i}`) as Channel
    expect(channel.windowReadEx().windowSizeInitial).toBe(100_000 + i)
    channel[Symbol.dispose]()
  }
  for (const port of ports) {
    const [listener, bound] = results.get(`listen ${port}`) as [Listener, number]
    listeners.add(listener)
    expect([listener.port, bound]).toEqual([port, port])
    await dial(port)
    const channel = await accept(listener)
    channel[Symbol.dispose]()
  }
})

test('an abandoned forwardListen cancels itself when it succeeds', async () => {
  const session = await openSession(used.server)
  const port = await freePort()
  const controller = new AbortController()
  const listening = rejection(session.complete(() => session.forwardListenEx('127.0.0.1', port), { signal: controller.signal }))
  controller.abort(new Error('no longer wanted'))
  expect(await listening).toMatchObject({ message: 'no longer wanted' })
  const [listener] = await within(5000, 'the same port again', retry(() => session.complete(() => session.forwardListenEx('127.0.0.1', port))))
  expect(listener.port).toBe(port)
  await session.close()
})

async function retry<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if ((error as SSHError).code !== 'ERR_LIBSSH2_REQUEST_DENIED') throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

test('the end of the session ends the wait of a listener', async () => {
  const session = await openSession(used.server)
  const [listener] = await session.complete(() => session.forwardListenEx('127.0.0.1', 0))
  const waiting = rejection(session.complete(() => listener.forwardAccept()))
  await session.close()
  expect(await waiting).toMatchObject({ code: 'ERR_LIBSSH2_SOCKET_DISCONNECT' })
  expect(listener.forwardCancel()).toBe(0)
})
