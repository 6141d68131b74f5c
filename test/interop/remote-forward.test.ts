import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { freePort } from '../support/port.ts'
import { requirePeer } from '../support/require-peer.ts'
import { openSession, readAll, text } from '../support/session.ts'
import { suiteServer } from '../support/suite-server.ts'
import { within } from '../support/within.ts'
import { servers } from './servers.ts'

/** Addresses as people write them; servers give them back in the channels that they open (RFC 4254 section 7.2). */
const HOSTS = ['127.0.0.1', 'localhost', '', '0.0.0.0']

for (const { name, peers, start } of servers.filter(({ abilities }) => abilities.includes('tcpip-forward'))) {
  describe.runIf(peers.map(requirePeer).every(Boolean))(`${name} listens`, () => {
    const server = suiteServer(start)

    it.each(HOSTS)('on %j', async (host) => {
      const [session, wanted] = [await openSession(server()), await freePort()]
      // AsyncSSH 2.10 names port 0 in the channels of a port that it chose itself.
      const [listener, port] = await session.complete(() => session.forwardListenEx(host, name === 'AsyncSSH' ? wanted : 0))
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => {})
      socket.end('through')
      const channel = await within(5000, 'the connection', session.complete(() => listener.forwardAccept()))
      expect(text(await readAll(channel))).toBe('through')
      expect(channel.originator()?.host).toMatch(/127\.0\.0\.1|localhost/)
      await session.complete(() => listener.forwardCancel())
      await session.close()
      socket.destroy()
    })
  })
}
