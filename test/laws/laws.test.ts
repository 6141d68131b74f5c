import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { LIBSSH2_ERROR_EAGAIN as EAGAIN, LIBSSH2_FXF_READ, type Session } from '../../src/bindings/index.ts'
import { execute, openSession, readAll, text } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { rejection, within } from '../support/within.ts'
import { RawSession } from './raw-session.ts'

let server: SshServer
const raws: RawSession[] = []
const sessions: Session[] = []

beforeAll(async () => { server = await startSshd() })
afterEach(async () => {
  for (const raw of raws.splice(0)) raw.free()
  for (const session of sessions.splice(0)) await session.close()
})
afterAll(async () => { await server.stop() })

async function raw(): Promise<RawSession> {
  const session = await RawSession.open(server)
  raws.push(session)
  return session
}

async function ours(of = server): Promise<Session> {
  const session = await openSession(of)
  sessions.push(session)
  return session
}

describe('law 1: libssh2 needs no socket', () => {
  test('RECV and SEND in JavaScript and a made-up descriptor carry a session', async () => {
    const session = await raw()
    const channel = await session.channel()
    expect(await session.until(() => session.execute(channel, 'echo hello'))).toBe(0)
    expect(await session.until(() => session.read(channel))).toBe(6)
  })
})

describe('law 2: any call may take bytes that another one waits for', () => {
  test('by itself: a read of one channel takes what the other then reads without new bytes', async () => {
    const session = await raw()
    const [first, second] = [await session.channel(), await session.channel()]
    await session.until(() => session.execute(second, 'cat'))
    await session.until(() => session.execute(first, 'sleep 0.3; echo for the first'))
    while (session.queued === 0) await session.bytes()
    await session.bytes(50)
    expect(session.read(second)).toBe(EAGAIN)
    expect(session.queued).toBe(0)
    const { taken } = session
    expect(session.read(first)).toBe(14)
    expect(session.taken).toBe(taken)
  })

  test('with the driver: whoever waits gets them, whoever took them', async () => {
    const session = await ours()
    const [first, second] = [await execute(session, 'sleep 0.2; echo for the first'), await execute(session, 'cat')]
    let got: string | undefined
    const waiting = session.complete(() => first.read()).then(([, data]) => { got = text(data) })
    while (got === undefined) {
      expect(second.read()[0]).toBe(EAGAIN)
      await new Promise((resolve) => { setImmediate(resolve) })
    }
    await waiting
    expect(got).toBe('for the first\n')
  })
})

describe('law 3: SEND never refuses a part', () => {
  test('a write takes 32 KiB at most, and says EAGAIN only for the window', async () => {
    const session = await raw()
    const channel = await session.channel()
    await session.until(() => session.execute(channel, 'sleep 5'))
    let written = 0
    const sizes = new Set<number>()
    for (let rc = session.write(channel, 40_000); rc !== EAGAIN; rc = session.write(channel, 40_000)) {
      written += rc
      sizes.add(rc)
    }
    expect(Math.max(...sizes)).toBe(32_768)
    expect(session.call((c) => c.libssh2_channel_window_write_ex(channel, 0 as never))).toBe(0)
    expect(written).toBeGreaterThan(1 << 20)
  })

  test('with the library: reads and requests go on while a write waits', async () => {
    const session = await ours()
    const stuck = await execute(session, 'echo $$; exec sleep 30')
    const pid = text((await session.complete(() => stuck.read()))[1])
    const writing = session.complete(() => stuck.write(new Uint8Array(8 << 20))).catch(() => {})
    expect(text(await within(15_000, 'another command', readAll(await execute(session, 'echo meanwhile'))))).toBe('meanwhile\n')
    await readAll(await execute(session, `kill ${pid}`))
    await stuck.session.complete(() => stuck.free())
    await writing
  })
})

describe('law 4: one request that waits for its reply per channel; without patch 0650, per session', () => {
  test('by itself: two commands on two channels, retried in reverse, get their own answers', async () => {
    const session = await raw()
    const [first, second] = [await session.channel(), await session.channel()]
    expect([session.execute(first, 'true'), session.execute(second, 'true')]).toEqual([EAGAIN, EAGAIN])
    await session.bytes(200)
    const codes = [await session.until(() => session.execute(second, 'true')), await session.until(() => session.execute(first, 'true'))]
    expect(codes).toEqual([0, 0])
  })

  test('with the library: requests on many channels, retried in reverse, all succeed', async () => {
    const session = await ours()
    for (let round = 0; round < 10; round++) {
      const channels = [await session.complete(() => session.openSession()), await session.complete(() => session.openSession())]
      const done = channels.map(() => EAGAIN as number)
      for (let tries = 0; done.includes(EAGAIN); tries++) {
        if (tries > 0) await session.wait()
        for (const index of [1, 0]) if (done[index] === EAGAIN) done[index] = channels[index]?.execute(`exit ${index}`) ?? 0
      }
      expect(done).toEqual([0, 0])
      for (const channel of channels) await session.complete(() => channel.free())
    }
  })

  test('a refused request beside one that is granted: each gets its own answer', async () => {
    const session = await ours()
    for (let round = 0; round < 10; round++) {
      const [granted, refused] = [await session.complete(() => session.openSession()), await session.complete(() => session.openSession())]
      const results = await Promise.allSettled([session.complete(() => granted.execute('true')), session.complete(() => refused.subsystem('no-such'))])
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
      for (const channel of [granted, refused]) await session.complete(() => channel.free())
    }
  })
})

describe('law 5: one channel open in flight per session', () => {
  test('by itself: a second open continues the first one, and both give one channel', async () => {
    const session = await raw()
    expect(session.openChannel()).toBe(0)
    await session.bytes(100)
    const second = session.openChannel()
    expect(second).not.toBe(0)
    expect(session.openChannel()).toBe(0)
  })

  test('with the library: opens of different kinds at once give what each asked for', async () => {
    const session = await ours()
    const results = await Promise.allSettled([
      ...Array.from({ length: 8 }, () => session.complete(() => session.openSession())),
      session.complete(() => session.openSessionEx('no-such-type')),
      session.complete(() => session.directTcpip('127.0.0.1', server.port)),
    ])
    expect(results.map(({ status }) => status)).toEqual([...Array.from({ length: 8 }, () => 'fulfilled'), 'rejected', 'fulfilled'])
    expect(new Set(results.map((result) => result.status === 'fulfilled' ? result.value : undefined)).size).toBe(10)
  })
})

describe('law 6: one call in flight per SFTP session', () => {
  test('with the library: calls at once on one SFTP session get their own answers, in any order', async () => {
    const session = await ours()
    const sftp = await session.complete(() => session.sftpInit())
    const paths = ['/etc/passwd', '/etc/group', '/', '/etc/hostname', '/no/such/file']
    const alone = await Promise.all(paths.slice(0, -1).map((path) => session.complete(() => sftp.stat(path))))
    for (let round = 0; round < 5; round++) {
      const results = await Promise.allSettled(paths.toReversed().map((path) => session.complete(() => sftp.stat(path))))
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled'])
      expect(results.toReversed().slice(0, -1)).toMatchObject(alone.map(({ filesize }) => ({ value: { filesize } })))
    }
  })

  test('with the library: an aborted open gives its file to nobody', async () => {
    const session = await ours()
    const sftp = await session.complete(() => session.sftpInit())
    const controller = new AbortController()
    const aborted = rejection(session.complete(() => sftp.open('/etc/passwd', LIBSSH2_FXF_READ), { signal: controller.signal }))
    controller.abort()
    await aborted
    expect(await rejection(session.complete(() => sftp.open('/no/such/file', LIBSSH2_FXF_READ)))).toMatchObject({ status: 2 })
  })
})

describe('law 7: an operation can only be orphaned', () => {
  test('with the library: the answer of an aborted request is not taken for the next one\'s', async () => {
    const session = await ours()
    for (let round = 0; round < 10; round++) {
      const channel = await session.complete(() => session.openSession())
      const controller = new AbortController()
      const aborted = rejection(session.complete(() => channel.setenv('LANG_X', 'refused'), { signal: controller.signal }))
      controller.abort()
      await aborted
      expect(await session.complete(() => channel.execute('true'))).toBe(0)
      await session.complete(() => channel.free())
    }
  })
})

describe('law 8: nobody services an idle session', () => {
  test('with the library: an idle session answers a server that asks whether it is there', async () => {
    await using impatient = await startSshd({ config: ['ClientAliveInterval 1', 'ClientAliveCountMax 1'] })
    const session = await ours(impatient)
    const channel = await execute(session, 'cat')
    await new Promise((resolve) => { setTimeout(resolve, 4500) })
    await session.complete(() => channel.write('still here'))
    expect(text((await session.complete(() => channel.read()))[1])).toBe('still here')
  })

  test('by itself: libssh2 lets the server wait until it hangs up', async () => {
    await using impatient = await startSshd({ config: ['ClientAliveInterval 1', 'ClientAliveCountMax 1'] })
    const session = await RawSession.open(impatient)
    raws.push(session)
    await session.channel()
    await session.bytes(4500)
    await expect.poll(() => impatient.log()).toMatch(/Timeout, client not responding/)
  })
})
