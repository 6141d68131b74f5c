import { describe, expect, test } from 'vitest'
import { LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE, LIBSSH2_CHANNEL_EXTENDED_DATA_MERGE, LIBSSH2_CHANNEL_EXTENDED_DATA_NORMAL, LIBSSH2_CHANNEL_FLUSH_ALL, LIBSSH2_CHANNEL_FLUSH_EXTENDED_DATA, LIBSSH2_CHANNEL_WINDOW_DEFAULT, LIBSSH2_ERROR_EAGAIN, type Channel } from '../../src/bindings/index.ts'
import { execute, finish, readAll, text } from '../support/session.ts'
import { useSession } from '../support/use-session.ts'

const used = useSession()
const complete = <T>(call: () => T) => used.session.complete(call)

/** A command that has said everything, unread. */
async function said(command: string): Promise<Channel> {
  const channel = await execute(used.session, command)
  await complete(() => channel.waitEof())
  return channel
}

const both = 'printf out-1234; printf err-12 >&2'

describe('flush', () => {
  test('discards stdout and counts it', async () => {
    const channel = await said(both)
    expect(channel.flush()).toBe(8)
    expect(channel.read()).toEqual([0, new Uint8Array(0)])
    expect(text(channel.readStderr()[1])).toBe('err-12')
  })

  test('of stderr leaves stdout', async () => {
    const channel = await said(both)
    expect(channel.flushStderr()).toBe(6)
    expect(text(channel.read()[1])).toBe('out-1234')
  })

  test('of a stream by its number', async () => {
    const channel = await said(both)
    expect([channel.flushEx(1), channel.flushEx(0), channel.flushEx(0)]).toEqual([6, 8, 0])
  })

  test('of all extended data, and of everything', async () => {
    const first = await said(both)
    expect(first.flushEx(LIBSSH2_CHANNEL_FLUSH_EXTENDED_DATA)).toBe(6)
    const second = await said(both)
    expect(second.flushEx(LIBSSH2_CHANNEL_FLUSH_ALL)).toBe(14)
  })

  test('counts only what a read has left', async () => {
    const channel = await said(both)
    channel.read(3)
    expect(channel.flush()).toBe(5)
  })

  test('gives the window back, so that the command can go on', async () => {
    const channel = await execute(used.session, `head -c ${5 << 20} /dev/zero`)
    let discarded = 0
    while (!channel.eof()) {
      discarded += await complete(() => channel.flush())
      // The end may come in a later packet than the last byte, and nothing arrives while nobody waits.
      if (!channel.eof()) await used.session.wait()
    }
    expect(discarded).toBe(5 << 20)
  })
})

describe('windows', () => {
  test('of reading: its size, what lies unread, its first size', async () => {
    const channel = await said('printf 12345')
    expect(channel.windowReadEx()).toEqual({ window: LIBSSH2_CHANNEL_WINDOW_DEFAULT, readAvail: 5, windowSizeInitial: LIBSSH2_CHANNEL_WINDOW_DEFAULT })
    channel.read(2)
    expect(channel.windowReadEx()).toMatchObject({ window: LIBSSH2_CHANNEL_WINDOW_DEFAULT - 2, readAvail: 3 })
    expect(channel.windowRead()).toBe(LIBSSH2_CHANNEL_WINDOW_DEFAULT - 2)
  })

  test('of writing shrink with what is written', async () => {
    const channel = await execute(used.session, 'sleep 1')
    const { window, windowSizeInitial } = channel.windowWriteEx()
    expect(window).toBeGreaterThan(0)
    // libssh2 knows a first size only for channels that the server opened.
    expect(windowSizeInitial).toBe(0)
    await complete(() => channel.write(new Uint8Array(1000)))
    expect(channel.windowWrite()).toBe(window - 1000)
    await complete(() => channel.free())
  })

  test('have the sizes that the channel was opened with', async () => {
    const channel = await complete(() => used.session.openSessionEx('session', 100_000, 1000))
    expect(channel.windowReadEx()).toEqual({ window: 100_000, readAvail: 0, windowSizeInitial: 100_000 })
    await complete(() => channel.execute('head -c 1000000 /dev/zero'))
    expect((await readAll(channel)).length).toBe(1_000_000)
  })
})

describe('receiveWindowAdjust', () => {
  test('with force enlarges the window at once', async () => {
    const channel = await execute(used.session, 'cat')
    expect(await complete(() => channel.receiveWindowAdjust2(1, true))).toEqual([0, LIBSSH2_CHANNEL_WINDOW_DEFAULT + 1])
    expect(await complete(() => channel.receiveWindowAdjust(2, true))).toBe(LIBSSH2_CHANNEL_WINDOW_DEFAULT + 3)
    await complete(() => channel.free())
  })

  test('without force saves small ones up', async () => {
    const channel = await execute(used.session, 'cat')
    expect(await complete(() => channel.receiveWindowAdjust2(10))).toEqual([0, LIBSSH2_CHANNEL_WINDOW_DEFAULT])
    expect(await complete(() => channel.receiveWindowAdjust2(1024))).toEqual([0, LIBSSH2_CHANNEL_WINDOW_DEFAULT + 1034])
    await complete(() => channel.free())
  })

  test('lets the server send more than the first window, unread', async () => {
    // Less than both windows together: a sshd that may send nothing more does not see its command's EOF.
    const size = 2 * LIBSSH2_CHANNEL_WINDOW_DEFAULT - 1000
    const channel = await execute(used.session, `head -c ${size} /dev/zero`)
    await complete(() => channel.receiveWindowAdjust2(LIBSSH2_CHANNEL_WINDOW_DEFAULT, true))
    await complete(() => channel.waitEof())
    expect(channel.windowReadEx().readAvail).toBe(size)
  })
})

describe('extended data', () => {
  test('that is kept fills the window that stdout needs, too', async () => {
    const channel = await execute(used.session, `head -c ${3 << 20} /dev/zero >&2; echo done`)
    expect(channel.handleExtendedData2(LIBSSH2_CHANNEL_EXTENDED_DATA_NORMAL)).toBe(0)
    const stderr = readAll(channel, 1)
    expect(text(await readAll(channel))).toBe('done\n')
    expect((await stderr).length).toBe(3 << 20)
  })

  test('that is ignored does not, and cannot be read', async () => {
    const channel = await complete(() => used.session.openSession())
    expect(await complete(() => channel.handleExtendedData2(LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE))).toBe(0)
    await complete(() => channel.execute(`head -c ${5 << 20} /dev/zero >&2; echo done`))
    expect(text(await readAll(channel))).toBe('done\n')
    expect(channel.readStderr()).toEqual([0, new Uint8Array(0)])
  })

  test('is ignored by the old functions likewise', async () => {
    const first = await complete(() => used.session.openSession())
    first.handleExtendedData(LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE)
    const second = await complete(() => used.session.openSession())
    expect(await complete(() => second.ignoreExtendedData(LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE))).toBe(0)
    for (const channel of [first, second]) {
      await complete(() => channel.execute(both))
      await complete(() => channel.waitEof())
      expect(channel.readStderr()[0]).toBe(0)
      expect(text(channel.read()[1])).toBe('out-1234')
    }
  })

  test('that is merged comes out of stdout', async () => {
    const channel = await complete(() => used.session.openSession())
    await complete(() => channel.handleExtendedData2(LIBSSH2_CHANNEL_EXTENDED_DATA_MERGE))
    await complete(() => channel.execute('echo one; sleep 0.1; echo two >&2; sleep 0.1; echo three'))
    expect(text(await readAll(channel))).toBe('one\ntwo\nthree\n')
  })

  test('that has come already and is merged then ends a read that waits', async () => {
    const channel = await execute(used.session, 'echo two >&2; cat')
    await complete(() => channel.pollChannelRead(true) ? 0 : LIBSSH2_ERROR_EAGAIN)
    const reading = complete(() => channel.read())
    await complete(() => channel.handleExtendedData2(LIBSSH2_CHANNEL_EXTENDED_DATA_MERGE))
    expect(text((await reading)[1])).toBe('two\n')
    await complete(() => channel.free())
  })

  test('that has come already is thrown away when it is to be ignored', async () => {
    const channel = await said(both)
    await complete(() => channel.handleExtendedData2(LIBSSH2_CHANNEL_EXTENDED_DATA_IGNORE))
    expect(channel.readStderr()).toEqual([0, new Uint8Array(0)])
    expect(text(channel.read()[1])).toBe('out-1234')
  })
})

describe('pollChannelRead', () => {
  test('tells whether a read would give something, stream by stream', async () => {
    const quiet = await execute(used.session, 'cat')
    expect([quiet.pollChannelRead(), quiet.pollChannelRead(true)]).toEqual([false, false])
    const channel = await said('echo err >&2')
    expect([channel.pollChannelRead(false), channel.pollChannelRead(true)]).toEqual([false, true])
    await complete(() => quiet.free())
  })
})

describe('waitEof', () => {
  test('would block until the peer has sent EOF', async () => {
    const channel = await execute(used.session, 'cat')
    expect(channel.waitEof()).toBe(LIBSSH2_ERROR_EAGAIN)
    await complete(() => channel.sendEof())
    expect(await complete(() => channel.waitEof())).toBe(0)
    await finish(channel)
  })
})

test('receiveWindowSize is what reads fill the window up to', async () => {
  const channel = await execute(used.session, 'head -c 9000000 /dev/zero')
  channel.receiveWindowSize(8 << 20)
  const [first] = await complete(() => channel.read(4096))
  expect(channel.windowReadEx()).toMatchObject({ windowSizeInitial: 8 << 20, window: (8 << 20) + 4096 - first })
  let total = first
  for (let rc = first; rc > 0; total += rc) [rc] = await complete(() => channel.read(1 << 20))
  expect(total).toBe(9_000_000)
  expect(() => channel.receiveWindowSize(0)).toThrow(RangeError)
  expect(() => channel.receiveWindowSize(2 ** 31)).toThrow(RangeError)
})

test('reads fill the window up when half of it is used, not for every packet', async () => {
  const channel = await execute(used.session, 'head -c 32000000 /dev/zero')
  let [adjustments, total, window] = [0, 0, channel.windowRead()]
  for (let rc = 1; rc > 0; total += rc) {
    [rc] = await complete(() => channel.read(32 << 10))
    const now = channel.windowRead()
    if (now > window) adjustments++
    window = now
  }
  expect(total).toBe(32_000_000)
  const half = LIBSSH2_CHANNEL_WINDOW_DEFAULT / 2
  expect(adjustments).toBeGreaterThan(5)
  expect(adjustments).toBeLessThanOrEqual(total / half + 1)
})
