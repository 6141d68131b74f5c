import { describe, expect, test } from 'vitest'
import { Channel, LIBSSH2_ERROR_EAGAIN } from '../../src/bindings/index.ts'
import { execute, readAll, text } from '../support/session.ts'
import { useSession } from '../support/use-session.ts'
import { rejection, within } from '../support/within.ts'

const used = useSession()
const complete = <T>(call: () => T) => used.session.complete(call)

/** The server still answers. */
async function alive(): Promise<void> {
  const channel = await complete(() => used.session.openSession())
  await complete(() => channel.free())
}

/** All orders of some steps. */
function orders<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]]
  return items.flatMap((item, index) => orders(items.toSpliced(index, 1)).map((rest) => [item, ...rest]))
}

const ENDINGS = ['sendEof', 'waitEof', 'close', 'waitClosed'] as const

describe('sendEof, waitEof, close and waitClosed in the order', () => {
  test.each(orders(ENDINGS).map((order) => [order.join(', '), order] as const))('%s: each succeeds or says why not, and the session lives on', async (_, order) => {
    // Nothing but EOF or close ends `cat`: what would wait for the end before either is not waited for.
    const channel = await execute(used.session, 'cat')
    for (const step of order) {
      const ended = order.slice(0, order.indexOf(step) + 1).some((before) => before === 'sendEof' || before === 'close')
      if (ended) await within(5000, step, complete(() => channel[step]()).catch((error: unknown) => expect(error).toMatchObject({ errno: expect.toBeOneOf([-26, -34]) })))
      else attempt(channel, step)
    }
    expect(await within(5000, 'free', complete(() => channel.free()))).toBe(0)
    await alive()
  })
})

function attempt(channel: Channel, step: (typeof ENDINGS)[number]): void {
  try {
    expect(channel[step]()).toBe(LIBSSH2_ERROR_EAGAIN)
  } catch (error) {
    expect(error).toMatchObject({ errno: -34 })
  }
}

describe('waitClosed', () => {
  test('before the remote EOF is refused', async () => {
    const channel = await execute(used.session, 'cat')
    expect(() => channel.waitClosed()).toThrow(expect.objectContaining({ errno: -34 }))
    await complete(() => channel.free())
  })
})

describe('close', () => {
  test('twice is as good as once', async () => {
    const channel = await execute(used.session, 'cat')
    expect(await complete(() => channel.close())).toBe(0)
    expect(await complete(() => channel.close())).toBe(0)
  })

  test('leaves what has come readable', async () => {
    const channel = await execute(used.session, 'echo said')
    await complete(() => channel.waitEof())
    await complete(() => channel.close())
    expect(text(await readAll(channel))).toBe('said\n')
  })

  test.each([
    ['execute', (channel: Channel) => channel.execute('echo late')],
    ['pty', (channel: Channel) => channel.pty()],
    ['ptySize', (channel: Channel) => channel.ptySize(10, 10)],
    ['setenv', (channel: Channel) => channel.setenv('LANG', 'C')],
    ['signal', (channel: Channel) => channel.signal('TERM')],
    ['sendEof', (channel: Channel) => channel.sendEof()],
    ['receiveWindowAdjust2', (channel: Channel) => channel.receiveWindowAdjust2(5000, true)],
  ])('makes %s fail, which would end the whole session at the server', async (_, late) => {
    const channel = await execute(used.session, 'cat')
    await complete(() => channel.close())
    expect(() => late(channel)).toThrow(expect.objectContaining({ code: 'ERR_LIBSSH2_CHANNEL_CLOSED' }))
    await alive()
  })

  test('by the server is no reason to close it less', async () => {
    const channel = await execute(used.session, 'true')
    await complete(() => channel.waitEof())
    expect(await complete(() => channel.waitClosed())).toBe(0)
    expect(await complete(() => channel.close())).toBe(0)
  })
})

describe('free', () => {
  test('is idempotent', async () => {
    const channel = await execute(used.session, 'cat')
    expect(await complete(() => channel.free())).toBe(0)
    expect(channel.free()).toBe(0)
  })

  test.each([['before anything was started', undefined], ['of a command that has ended', 'true'], ['of unread output', 'head -c 100000 /dev/zero']])('%s', async (_, command) => {
    const channel = await complete(() => used.session.openSession())
    if (command !== undefined) await complete(() => channel.execute(command))
    expect(await complete(() => channel.free())).toBe(0)
  })

  test('settles what is pending on the channel: by the end that came with the close, or as freed', async () => {
    const channel = await execute(used.session, 'cat')
    const pending = [complete(() => channel.read()), complete(() => channel.exit()), complete(() => channel.write(new Uint8Array(4 << 20)))]
    const settled = Promise.allSettled(pending)
    await complete(() => channel.free())
    for (const result of await within(2000, 'pending calls', settled)) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: expect.toBeOneOf(['ERR_HANDLE_FREED', 'ERR_LIBSSH2_CHANNEL_CLOSED']) })
    }
  })

  test('in the middle of a request holds up no other channel', async () => {
    const channel = await complete(() => used.session.openSession())
    expect(channel.execute('echo abandoned')).toBe(LIBSSH2_ERROR_EAGAIN)
    await within(5000, 'free', complete(() => channel.free()))
    // The new channel may have the freed one's number: the old answer must not be taken for the new one's.
    const next = await within(5000, 'open', complete(() => used.session.openSession()))
    expect(await rejection(within(5000, 'subsystem', complete(() => next.subsystem('no such'))))).toMatchObject({ errno: -22 })
    await complete(() => next.free())
  })

  test('by `using` happens in the background', async () => {
    const { session } = used
    {
      using channel = await execute(session, 'cat')
      expect(channel.session).toBe(session)
    }
    await alive()
  })
})

describe('after free', () => {
  const CALLS: Record<string, (channel: Channel) => unknown> = {
    answerOpen: (c) => c.answerOpen(), close: (c) => c.close(), eof: (c) => c.eof(), execute: (c) => c.execute('x'), exit: (c) => c.exit(), peerClosed: (c) => c.peerClosed(), flush: (c) => c.flush(), flushEx: (c) => c.flushEx(0),
    flushStderr: (c) => c.flushStderr(), getExitSignal: (c) => c.getExitSignal(), getExitStatus: (c) => c.getExitStatus(),
    originator: (c) => c.originator(), handleExtendedData: (c) => c.handleExtendedData(0), handleExtendedData2: (c) => c.handleExtendedData2(0), ignoreExtendedData: (c) => c.ignoreExtendedData(0),
    pollChannelRead: (c) => c.pollChannelRead(), processStartup: (c) => c.processStartup('shell'), pty: (c) => c.pty(), ptyEx: (c) => c.ptyEx(), ptySize: (c) => c.ptySize(1, 1),
    read: (c) => c.read(), readEx: (c) => c.readEx(), readParts: (c) => c.readParts(), readInto: (c) => c.readInto(new Uint8Array(1)), readStderr: (c) => c.readStderr(), receiveWindowAdjust: (c) => c.receiveWindowAdjust(1),
    receiveWindowAdjust2: (c) => c.receiveWindowAdjust2(1), receiveWindowSize: (c) => c.receiveWindowSize(1), requestAuthAgent: (c) => c.requestAuthAgent(), sendEof: (c) => c.sendEof(), setenv: (c) => c.setenv('a', 'b'), setenvNoReply: (c) => c.setenvNoReply('a', 'b'), setenvSend: (c) => c.setenvSend('a', 'b'), setenvReply: (c) => c.setenvReply(), requestNoReply: (c) => c.requestNoReply('a'),
    shell: (c) => c.shell(), signal: (c) => c.signal('TERM'), subsystem: (c) => c.subsystem('sftp'), waitClosed: (c) => c.waitClosed(), waitEof: (c) => c.waitEof(),
    windowRead: (c) => c.windowRead(), windowReadEx: (c) => c.windowReadEx(), windowWrite: (c) => c.windowWrite(), windowWriteEx: (c) => c.windowWriteEx(),
    write: (c) => c.write('x'), writeEx: (c) => c.writeEx(0, 'x'), writeStderr: (c) => c.writeStderr('x'), x11Req: (c) => c.x11Req(), x11ReqEx: (c) => c.x11ReqEx(true, null, null),
  }

  test('every method of the class is tried', () => {
    const methods = Object.entries(Object.getOwnPropertyDescriptors(Channel.prototype))
      .filter(([name, { value }]) => typeof value === 'function' && name !== 'constructor' && name !== 'free').map(([name]) => name)
    expect(Object.keys(CALLS).sort()).toEqual(methods.sort())
  })

  test.each(Object.keys(CALLS))('%s throws, and C is not reached', async (name) => {
    const channel = await complete(() => used.session.openSession())
    await complete(() => channel.free())
    expect(() => CALLS[name]?.(channel)).toThrow(expect.objectContaining({ code: 'ERR_HANDLE_FREED', message: 'this channel has been freed' }))
    expect(used.session.instance.failure).toBeUndefined()
  })
})
