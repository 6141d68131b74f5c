import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Session } from '../../src/bindings/index.ts'
import { seededRandom } from '../support/random.ts'
import { execute, finish, openSession, readAll, text } from '../support/session.ts'
import { eachServer } from './each-server.ts'

eachServer((server, has) => {
  let session: Session
  // One for each test: TinySSH has a single channel in all its life.
  beforeEach(async () => {
    session = await openSession(server())
  })
  afterEach(() => session?.close())

  it('commands: stdout and stderr apart, and the exit status', async () => {
    const channel = await execute(session, 'echo out; echo err >&2; exit 42')
    expect(text(await readAll(channel))).toBe('out\n')
    expect(text(await readAll(channel, 1))).toBe('err\n')
    await finish(channel)
    expect(channel.getExitStatus()).toBe(42)
  })

  it.runIf(has('exit-signal'))('exit signal: the one that ended a command', async () => {
    const channel = await execute(session, 'kill -TERM $$')
    await readAll(channel)
    await finish(channel)
    expect(channel.getExitSignal()[1]).toBe('TERM')
  })

  it.runIf(has('shell'))('shell: reads commands until its end', async () => {
    const channel = await session.complete(() => session.openSession())
    await session.complete(() => channel.shell())
    await session.complete(() => channel.write('echo $((6*7))\nexit 3\n'))
    expect(text(await readAll(channel))).toContain('42\n')
    await finish(channel)
    expect(channel.getExitStatus()).toBe(3)
  })

  it.runIf(has('pty'))('terminal: a shell with its size and type', async () => {
    const channel = await session.complete(() => session.openSession())
    await session.complete(() => channel.ptyEx({ term: 'vt100', columns: 123, rows: 45 }))
    await session.complete(() => channel.shell())
    await session.complete(() => channel.write('stty size; echo $TERM; exit\n'))
    const shown = text(await readAll(channel))
    expect(shown).toContain('45 123')
    expect(shown).toContain('vt100')
    await finish(channel)
  })

  for (const [windowSize, packetSize, length] of [[100, has('small-packets') ? 50 : 4096, 5000], [4000, has('small-packets') ? 500 : 4096, 300_000], [16_777_216, 32_768, 300_000]] as const) {
    it(`windows: ${windowSize} bytes, packets of ${packetSize}`, async () => {
      const channel = await session.complete(() => session.openSessionEx('session', windowSize, packetSize))
      await session.complete(() => channel.execute(`head -c ${length} /dev/zero`))
      expect((await readAll(channel, 0, 2000)).length).toBe(length)
      await finish(channel)
    })
  }

  it.runIf(has('channels'))('channels at once: each echoes what is its own', async () => {
    const echo = async (seed: number) => {
      const sent = seededRandom(seed).bytes(100_000)
      const channel = await execute(session, 'cat')
      const received = readAll(channel)
      await session.complete(() => channel.write(sent))
      await session.complete(() => channel.sendEof())
      expect(Buffer.compare(await received, sent)).toBe(0)
      await finish(channel)
    }
    await Promise.all([1, 2, 3, 4, 5].map(echo))
  })

  it('keepalive: answered, or ignored without harm', async () => {
    session.keepaliveConfig(true, 60)
    // The first one is due at once; what is returned are the seconds to the next.
    expect(await session.complete(() => session.keepaliveSend())).toBe(60)
    const channel = await execute(session, 'echo alive')
    expect(text(await readAll(channel))).toBe('alive\n')
    await finish(channel)
  })
})
