import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONTEXT } from '../../src/bindings/session-context.ts'
import { Instance, Session } from '../../src/bindings/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { execute, finish, openSession, readAll, shakenSession } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { rejection } from '../support/within.ts'

const ROUNDS = 12

let server: SshServer
let instance: Instance

beforeAll(async () => {
  server = await startSshd({ config: ['AcceptEnv LANG_*'] })
  instance = await Instance.create()
  // What is made once: tables of the crypto library, the server's first answers.
  const session = await openSession(server, { instance })
  await session.close()
})
afterAll(async () => { await server.stop() })

const shaken = () => shakenSession(server, { instance })
const open = () => openSession(server, { instance })

/** Each leaves a session that is then freed, or none. */
const SESSIONS: Record<string, () => Promise<Session | void>> = {
  'a handshake': shaken,
  'a handshake and a goodbye': async () => (await shaken()).close(),
  'a session that never spoke': async () => Session.create(await connectTcp({ host: server.host, port: server.port }), { instance }),
  'authentication': open,
  'the list of methods': async () => {
    const session = await shaken()
    await session.complete(() => session.userauthList(server.user))
    return session
  },
  'authentication that is refused, three times': async () => {
    const session = await shaken()
    const stranger = new Uint8Array(Buffer.from(server.keys.ed25519.publicKey.split(' ')[1] ?? '', 'base64')).map((byte, index) => index > 40 ? byte ^ 1 : byte)
    for (let i = 0; i < 3; i++) await rejection(session.complete(() => session.userauthPublickey(server.user, stranger, () => new Uint8Array(83))))
    return session
  },
  'a signer that fails': async () => {
    const session = await shaken()
    const key = new Uint8Array(Buffer.from(server.keys.ed25519.publicKey.split(' ')[1] ?? '', 'base64'))
    await rejection(session.complete(() => session.userauthPublickey(server.user, key, () => { throw new Error('no') })))
    return session
  },
  'a handshake that was aborted': async () => {
    const session = await Session.create(await connectTcp({ host: server.host, port: server.port }), { instance })
    const controller = new AbortController()
    const shaking = rejection(session.complete(() => session.handshake(), { signal: controller.signal }))
    await session.wait()
    controller.abort()
    await shaking
    return session
  },
  'calls of every kind that are pending': async () => {
    const session = await open()
    const channel = await execute(session, 'cat')
    for (const call of [() => channel.read(), () => channel.write(new Uint8Array(8 << 20)), () => session.openSession(), () => channel.exit()]) session.complete<unknown>(call).catch(() => {})
    return session
  },
  'channels that were not freed, with unread data': async () => {
    const session = await open()
    for (let i = 0; i < 3; i++) await execute(session, 'head -c 300000 /dev/zero; echo err >&2')
    await new Promise((resolve) => { setTimeout(resolve, 50) })
    return session
  },
}

/** Each on one session, that lives on. */
const CHANNELS: Record<string, (session: Session) => Promise<void>> = {
  'a command': async (session) => {
    const channel = await execute(session, 'echo out; echo err >&2; exit 3')
    await readAll(channel)
    await readAll(channel, 1)
    await finish(channel)
    await session.complete(() => channel.free())
  },
  'a command killed by a signal': async (session) => {
    const channel = await execute(session, 'kill -TERM $$')
    await finish(channel)
    expect(channel.getExitSignal()[1]).toBe('TERM')
    await session.complete(() => channel.free())
  },
  'a transfer of a mebibyte each way': async (session) => {
    const channel = await execute(session, 'cat')
    const sending = session.complete(() => channel.write(new Uint8Array(1 << 20))).then(() => session.complete(() => channel.sendEof()))
    expect((await readAll(channel)).length).toBe(1 << 20)
    await sending
    await session.complete(() => channel.free())
  },
  'unread data': async (session) => {
    const channel = await execute(session, 'head -c 500000 /dev/zero; echo err >&2')
    await session.complete(() => channel.waitEof())
    await session.complete(() => channel.free())
  },
  'requests that are granted and refused': async (session) => {
    const channel = await session.complete(() => session.openSession())
    await session.complete(() => channel.setenv('LANG_X', 'y'))
    await rejection(session.complete(() => channel.setenv('LD_PRELOAD', 'y')))
    await rejection(session.complete(() => channel.subsystem('no such')))
    await session.complete(() => channel.ptyEx({ modes: Uint8Array.of(53, 0, 0, 0, 0, 0) }))
    await session.complete(() => channel.free())
  },
  'channels that are refused': async (session) => {
    await rejection(session.complete(() => session.openSessionEx('no-such-type')))
    await rejection(session.complete(() => session.directTcpip('127.0.0.1', 1)))
  },
  'calls that were aborted': async (session) => {
    const controller = new AbortController()
    const opening = rejection(session.complete(() => session.openSession(), { signal: controller.signal }))
    controller.abort()
    await opening
    const channel = await execute(session, 'cat')
    await rejection(session.complete(() => channel.read(), { signal: AbortSignal.timeout(5) }))
    await session.complete(() => channel.free())
    while (session[CONTEXT].driver.pending > 0) await session.wait()
  },
  'wrong arguments': async (session) => {
    const channel = await session.complete(() => session.openSession())
    expect(() => channel.execute('a\0b')).toThrow(TypeError)
    expect(() => channel.read(-1)).toThrow(RangeError)
    expect(() => session.directTcpip('host', 70_000)).toThrow(RangeError)
    await session.complete(() => channel.free())
  },
  'facts and settings': async (session) => {
    session.supportedAlgs(0)
    session.hostkey()
    session.methods(0)
    session.setLastError(-1, 'a text')
    session.lastError()
    expect(session.keepaliveNow()).toBe(0)
    const channel = await execute(session, 'true')
    await finish(channel)
    await session.complete(() => channel.free())
  },
}

describe(`after ${ROUNDS} times nothing of it is left in the heap:`, () => {
  test.each(Object.keys(SESSIONS))('%s, and the session freed', async (name) => {
    const before = instance.heapUsed()
    for (let round = 0; round < ROUNDS; round++) {
      const session = await SESSIONS[name]?.()
      session?.free()
    }
    expect(instance.heapUsed()).toBe(before)
  }, 40_000)

  test.each(Object.keys(CHANNELS))('%s, and the session lives on', async (name) => {
    const session = await open()
    await CHANNELS[name]?.(session)
    const before = instance.heapUsed()
    for (let round = 0; round < ROUNDS; round++) await CHANNELS[name]?.(session)
    expect(instance.heapUsed()).toBe(before)
    expect(session[CONTEXT].driver.pending).toBe(0)
    await session.close()
  }, 40_000)
})

// The address sanitizer keeps what is freed for a while, to see who uses it.
const sanitized = process.env.LIBSSH2_WASM_BUILD === 'sanitize'
if (sanitized) console.warn('skipped: the size of linear memory: the sanitizer keeps what is freed')

describe.runIf(!sanitized)('linear memory', () => {
  test('stops growing: later rounds need no more than the first ones', async () => {
    const session = await open()
    const transfer = CHANNELS['a transfer of a mebibyte each way']
    for (let round = 0; round < 4; round++) await transfer?.(session)
    const { size } = instance.heap
    for (let round = 0; round < 12; round++) await transfer?.(session)
    expect(instance.heap.size).toBe(size)
    await session.close()
  }, 40_000)
})
