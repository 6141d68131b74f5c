import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DisconnectError, Instance, LIBSSH2_ERROR_EAGAIN } from '../../src/bindings/index.ts'
import { CONTEXT } from '../../src/bindings/session-context.ts'
import { execute, openSession, readAll, shakenSession, text, untilDone } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { rejection, within } from '../support/within.ts'

let server: SshServer

beforeAll(async () => { server = await startSshd() })
afterAll(async () => { await server.stop() })

describe('disconnect', () => {
  test('tells the server the reason', async () => {
    const session = await openSession(server)
    // The server says things of its own after authentication: one that finds the connection closed then reads nothing more.
    await readAll(await execute(session, 'true'))
    expect(session.disconnect('off to lunch', 11)).toBe(0)
    await session.close()
    await within(5000, 'the server to note it', (async () => { while (!server.log().includes('off to lunch')) await new Promise((resolve) => { setTimeout(resolve, 20) }) })())
  })

  test('rejects what is pending, and every later call, with a DisconnectError', async () => {
    await using session = await openSession(server)
    const channel = await execute(session, 'cat')
    const pending = rejection(session.complete(() => channel.read()))
    session.disconnect()
    expect(await within(2000, 'read', pending)).toBeInstanceOf(DisconnectError)
    expect(() => session.openSession()).toThrow(DisconnectError)
    expect(() => channel.write('x')).toThrow(DisconnectError)
  })

  test('twice, and after free, is no error; a text that is too long is one', async () => {
    const session = await openSession(server)
    expect(() => session.disconnect('x'.repeat(300))).toThrow(RangeError)
    expect([session.disconnect(), session.disconnect()]).toEqual([0, 0])
    await session.close()
    await session.close()
    session.free()
  })

  test('wakes the callers that wait', async () => {
    await using session = await openSession(server)
    const waiting = session.wait()
    session.disconnect()
    await within(2000, 'wait', waiting)
  })
})

describe('free', () => {
  test('rejects what is pending, and makes every handle below throw', async () => {
    const session = await openSession(server)
    const channel = await execute(session, 'cat')
    const pending = rejection(session.complete(() => channel.read()))
    session.free()
    expect(await within(2000, 'read', pending)).toMatchObject({ code: 'ERR_HANDLE_FREED' })
    for (const call of [() => channel.read(), () => session.openSession(), () => session.hostkey(), () => session.lastErrno(), () => session.keepaliveSend()]) {
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_HANDLE_FREED' }))
    }
    expect(channel.free()).toBe(0)
  })

  test('by `await using` says goodbye', async () => {
    const session = await openSession(server)
    {
      await using scoped = session
      expect(scoped.failure).toBeUndefined()
    }
    expect(session.failure).toBeInstanceOf(DisconnectError)
  })
})

describe('complete', () => {
  test('with a signal that is aborted already makes no call', async () => {
    await using session = await openSession(server)
    expect(await rejection(session.complete(() => session.openSession(), { signal: AbortSignal.abort('no') }))).toBe('no')
  })

  test('sends every byte of a large buffer once, whatever else goes on', async () => {
    await using session = await openSession(server)
    const data = new Uint8Array(3 << 20).map((_, index) => index * 31 >> 3)
    const channel = await execute(session, 'cat')
    const sending = session.complete(() => channel.write(data)).then(() => session.complete(() => channel.sendEof()))
    const noise = Promise.all(Array.from({ length: 4 }, async (_, index) => text(await readAll(await execute(session, `echo ${index}`)))))
    expect(Buffer.from(await readAll(channel)).equals(Buffer.from(data))).toBe(true)
    expect(await noise).toEqual(['0\n', '1\n', '2\n', '3\n'])
    await sending
  })

  test('aborted while it reads loses no data', async () => {
    await using session = await openSession(server)
    const channel = await execute(session, 'cat')
    const controller = new AbortController()
    const reading = rejection(session.complete(() => channel.read(), { signal: controller.signal }))
    controller.abort()
    expect(await reading).toMatchObject({ name: 'AbortError' })
    await session.complete(() => channel.write('kept'))
    expect(text((await session.complete(() => channel.read()))[1])).toBe('kept')
  })

  test('aborted while it opens a channel closes the channel that comes of it (law 7)', async () => {
    await using session = await openSession(server)
    const base = session.instance.heapUsed()
    const controller = new AbortController()
    const opening = rejection(session.complete(() => session.openSession(), { signal: controller.signal }))
    controller.abort()
    await opening
    const next = await session.complete(() => session.openSession())
    await session.complete(() => next.free())
    while (session[CONTEXT].driver.pending > 0) await session.wait()
    expect(session.instance.heapUsed()).toBe(base)
  })

  test('aborted while it writes stops writing', async () => {
    await using session = await openSession(server)
    const channel = await execute(session, 'sleep 0.3; wc -c')
    const controller = new AbortController()
    const writing = rejection(session.complete(() => channel.write(new Uint8Array(64 << 20)), { signal: controller.signal }))
    controller.abort()
    await writing
    await session.complete(() => channel.sendEof())
    expect(Number(text(await readAll(channel)))).toBeLessThan(8 << 20)
  })
})

describe('wait', () => {
  test('rejects with the reason of its signal', async () => {
    await using session = await openSession(server)
    const channel = await execute(session, 'cat')
    expect(channel.read()[0]).toBe(LIBSSH2_ERROR_EAGAIN)
    const controller = new AbortController()
    const waiting = rejection(session.wait({ signal: controller.signal }))
    controller.abort(new Error('enough'))
    expect(await waiting).toEqual(new Error('enough'))
  })

  test('by hand goes through a whole session', async () => {
    await using session = await openSession(server)
    const channel = await untilDone(session, () => session.openSession())
    await untilDone(session, () => channel.execute('cat'))
    await untilDone(session, () => channel.write('by hand'))
    await untilDone(session, () => channel.sendEof())
    await untilDone(session, () => channel.waitEof())
    expect(text(channel.read()[1])).toBe('by hand')
    await untilDone(session, () => channel.close())
    await untilDone(session, () => channel.free())
  })

  test('resolves for bytes that came between the call and the wait', async () => {
    await using session = await openSession(server)
    const channel = await execute(session, 'read x; echo late')
    expect(channel.read()[0]).toBe(LIBSSH2_ERROR_EAGAIN)
    expect(channel.write('\n')).toEqual([1, 1])
    await new Promise((resolve) => { setTimeout(resolve, 500) })
    await within(2000, 'wait', session.wait())
    expect(text(channel.read()[1])).toBe('late\n')
  })
})

describe('keepalive', () => {
  test('is sent when it is due, and tells when the next one is', async () => {
    await using session = await openSession(server)
    session.keepaliveConfig(true, 2)
    expect(session.keepaliveSend()).toBeGreaterThan(0)
    expect(session.keepaliveSend()).toBeLessThanOrEqual(2)
  })

  test('that is not configured is not due', async () => {
    await using session = await openSession(server)
    expect(session.keepaliveSend()).toBe(0)
  })

  test('answers take no memory', async () => {
    await using session = await openSession(server)
    const channel = await execute(session, 'cat')
    const base = session.instance.heapUsed()
    for (let i = 0; i < 100; i++) expect(session.keepaliveNow()).toBe(0)
    await session.complete(() => channel.write('x'))
    await session.complete(() => channel.read())
    expect(session.instance.heapUsed()).toBeLessThan(base + 1000)
  })
})

describe('settings', () => {
  test('time-outs are kept', async () => {
    await using session = await shakenSession(server)
    session.setTimeout(1234)
    session.setReadTimeout(56)
    expect([session.getTimeout(), session.getReadTimeout()]).toEqual([1234, 56])
  })

  test('nothing is cut off by libssh2 itself by default', async () => {
    await using session = await shakenSession(server)
    expect([session.getTimeout(), session.getReadTimeout()]).toEqual([0, 0])
  })

  test.each([-1, 1.5, NaN])('a time-out of %d is a RangeError', async (value) => {
    await using session = await shakenSession(server)
    expect(() => session.setTimeout(value)).toThrow(RangeError)
    expect(() => session.setReadTimeout(value)).toThrow(RangeError)
    expect(() => session.keepaliveConfig(true, value)).toThrow(RangeError)
  })

  test('the last error can be read and set', async () => {
    await using session = await shakenSession(server)
    session.setLastError(-22, 'a text of ours')
    expect([session.lastErrno(), session.lastError()]).toEqual([-22, 'a text of ours'])
  })
})

describe('several sessions', () => {
  test('share an instance, and do not mix', async () => {
    const instance = await Instance.create()
    const sessions = await Promise.all(Array.from({ length: 3 }, () => openSession(server, { instance })))
    const outputs = await Promise.all(sessions.map(async (session, index) => text(await readAll(await execute(session, `head -c 300000 /dev/zero | tr '\\0' ${index}`)))))
    expect(outputs.map((output) => [output[0], output.length, new Set(output).size])).toEqual([['0', 300000, 1], ['1', 300000, 1], ['2', 300000, 1]])
    sessions[1]?.free()
    expect(text(await readAll(await execute(sessions[0] as never, 'echo alive')))).toBe('alive\n')
    for (const session of sessions) await session.close()
  })
})
