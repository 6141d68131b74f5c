import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Channel } from '../../src/bindings/index.ts'
import { freePort } from '../support/port.ts'
import { seededRandom } from '../support/random.ts'
import { finish, openSession, readAll, text } from '../support/session.ts'
import { within } from '../support/within.ts'
import { eachServer } from './each-server.ts'

/** Addresses as people write them; servers give them back in the channels that they open (RFC 4254 section 7.2). */
const HOSTS = ['127.0.0.1', 'localhost', '', '0.0.0.0']

let echo: Server
beforeAll(async () => {
  echo = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1')
  await once(echo, 'listening')
})
afterAll(() => echo.close())

async function readBytes(channel: Channel, length: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for (let got = 0; got < length;) {
    const [rc, data] = await channel.session.complete(() => channel.read(65_536))
    if (rc === 0) break
    got += rc
    parts.push(data)
  }
  return Buffer.concat(parts)
}

eachServer((server, has, { name }) => {
  it.runIf(has('direct-tcpip'))('local forwarding: a connection to where we say', async () => {
    await using session = await openSession(server())
    const { port } = echo.address() as AddressInfo
    const sent = seededRandom(9).bytes(200_000)
    const channel = await session.complete(() => session.directTcpip('127.0.0.1', port))
    // Erlang closes a connection whose client has sent EOF, whatever is still to come from the other side.
    const halfCloses = name !== 'Erlang/OTP'
    const received = halfCloses ? readAll(channel) : readBytes(channel, sent.length)
    await session.complete(() => channel.write(sent))
    if (halfCloses) await session.complete(() => channel.sendEof())
    expect(Buffer.compare(await received, sent)).toBe(0)
    await (halfCloses ? finish(channel) : session.complete(() => channel.close()))
  })

  // Apache MINA names another address in the channels of a port on all addresses than the one that it was asked for.
  it.runIf(has('tcpip-forward')).each(HOSTS.filter((host) => name !== 'Apache MINA SSHD' || host !== ''))('remote forwarding: on %j', async (host) => {
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
