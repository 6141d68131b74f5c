import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Session } from '../../src/index.ts'
import { seededRandom } from '../support/random.ts'
import { requirePeer } from '../support/require-peer.ts'
import { execute, finish, openSession, readAll, text } from '../support/session.ts'
import { suiteServer } from '../support/suite-server.ts'
import { servers, type Ability } from './servers.ts'

for (const { name, peers, start, abilities } of servers.filter((row) => row.abilities.length > 0)) {
  describe.runIf(peers.map(requirePeer).every(Boolean))(name, () => {
    const server = suiteServer(start)
    let session: Session
    // One for each test: TinySSH has a single channel in all its life.
    beforeEach(async () => {
      session = await openSession(server())
    })
    afterEach(() => session?.close())

    const has = (ability: Ability) => abilities.includes(ability)

    it('keeps stdout and stderr apart and tells the exit status', async () => {
      const channel = await execute(session, 'echo out; echo err >&2; exit 42')
      expect(text(await readAll(channel))).toBe('out\n')
      expect(text(await readAll(channel, 1))).toBe('err\n')
      await finish(channel)
      expect(channel.getExitStatus()).toBe(42)
    })

    it.runIf(has('exit-signal'))('tells the signal that ended a command', async () => {
      const channel = await execute(session, 'kill -TERM $$')
      await readAll(channel)
      await finish(channel)
      expect(channel.getExitSignal()[1]).toBe('TERM')
    })

    for (const [windowSize, packetSize] of [[4000, has('small-packets') ? 500 : 4096], [16_777_216, 32_768]] as const) {
      it(`sends through a window of ${windowSize} and packets of ${packetSize} bytes`, async () => {
        const channel = await session.complete(() => session.openSessionEx('session', windowSize, packetSize))
        await session.complete(() => channel.execute('head -c 300000 /dev/zero'))
        expect((await readAll(channel, 0, 2000)).length).toBe(300_000)
        await finish(channel)
      })
    }

    it.runIf(has('channels'))('echoes through several channels at once', async () => {
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

    it('answers keepalive messages', async () => {
      session.keepaliveConfig(true, 60)
      // The first one is due at once; what is returned are the seconds to the next.
      expect(await session.complete(() => session.keepaliveSend())).toBe(60)
      const channel = await execute(session, 'echo alive')
      expect(text(await readAll(channel))).toBe('alive\n')
      await finish(channel)
    })

    it.runIf(has('pty'))('runs a shell on a terminal', async () => {
      const channel = await session.complete(() => session.openSession())
      await session.complete(() => channel.ptyEx({ term: 'vt100', columns: 123, rows: 45 }))
      await session.complete(() => channel.shell())
      await session.complete(() => channel.write('stty size; echo $TERM; exit\n'))
      const shown = text(await readAll(channel))
      expect(shown).toContain('45 123')
      expect(shown).toContain('vt100')
      await finish(channel)
    })

    describe.runIf(has('direct-tcpip'))('forwards', () => {
      let echo: Server
      beforeAll(async () => {
        echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
        await once(echo, 'listening')
      })
      afterAll(() => echo.close())

      it('a connection to where we say', async () => {
        const { port } = echo.address() as AddressInfo
        const sent = seededRandom(9).bytes(200_000)
        const channel = await session.complete(() => session.directTcpip('127.0.0.1', port))
        const received = readAll(channel)
        await session.complete(() => channel.write(sent))
        await session.complete(() => channel.sendEof())
        expect(Buffer.compare(await received, sent)).toBe(0)
        await finish(channel)
      })
    })
  })
}
