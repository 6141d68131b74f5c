// The protocol on a control socket: what is written is what OpenSSH writes, and what a hostile peer writes ends only its own connection.
import { existsSync, lstatSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { connectTo, listenAt, removeStale } from '../../../src/openssh/control/control-socket.ts'
import { readForward, writeForward } from '../../../src/openssh/control/forward-message.ts'
import { Frames } from '../../../src/openssh/control/frames.ts'
import { Inbox } from '../../../src/openssh/control/link.ts'
import { serveProxy } from '../../../src/openssh/control/proxy-server.ts'
import type { Shared } from '../../../src/openssh/control/shared.ts'
import { MuxClient } from '../../../src/openssh/control/mux-client.ts'
import { parseForward } from '../../../src/openssh/forward-spec.ts'
import { WireReader } from '../../../src/wire-format/reader.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const files = temporaryDirectory('control-unit')
afterAll(() => files.remove())
const ends: (() => unknown)[] = []
afterEach(async () => { for (const end of ends.splice(0)) await end() })

describe('forwardings', () => {
  test.each([
    ['L', 'local', '8080:host:80'], ['L', 'local', '*:8080:host:80'], ['L', 'local', '[::1]:8080:[::2]:80'], ['L', 'local', '/tmp/a:/tmp/b'], ['R', 'remote', '0:localhost:22'], ['R', 'remote', '/tmp/a:host:22'],
    ['R', 'remote', '1080'], ['D', 'dynamic', '1080'], ['D', 'dynamic', 'localhost:1080'],
  ] as const)('-%s as written is read again: %s %s', (direction, kind, text) => {
    const forward = parseForward(text, kind)!
    const message = new WireWriter()
    writeForward(message, direction, forward)
    expect(readForward(new WireReader(message.finish()))).toEqual({ direction, forward })
  })

  test('as OpenSSH writes them', () => {
    const message = new WireWriter()
    writeForward(message, 'L', parseForward('/run/x:host:80', 'local')!)
    expect(message.finish()).toEqual(new WireWriter().uint32(1).string('/run/x').uint32(0xffff_fffe).string('host').uint32(80).finish())
  })

  test.each([
    ['another kind', 4, '', 80, 'host', 80], ['a port that is none', 1, '', 65_536, 'host', 80], ['no destination', 1, '', 80, '', 0], ['a local port 0', 1, '', 0, 'host', 80], ['no path', 1, '', 0xffff_fffe, 'host', 80],
  ])('not %s', (_, kind, listen, listenPort, to, port) => {
    expect(readForward(new WireReader(new WireWriter().uint32(kind).string(listen).uint32(listenPort).string(to).uint32(port).finish()))).toBeUndefined()
  })
})

/** A server at a new path, for what `serve` does, and its path. */
async function serving(serve: (socket: Socket) => void): Promise<string> {
  const path = files.file(`s${Math.random().toString(36).slice(2)}`), sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    serve(socket)
  })
  await new Promise<void>((resolve) => { server.listen(path, resolve) })
  ends.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return path
}

describe('a master that is none', () => {
  const hello = (version: number) => framed(new WireWriter().uint32(1).uint32(version).finish())
  const framed = (message: Uint8Array) => new WireWriter().string(message).finish()
  test.each([
    ['hangs up', new Uint8Array(0), /has closed the connection/], ['says something else', framed(new WireWriter().uint32(7).uint32(4).finish()), /no master/], ['speaks another version', hello(5), /version 5/],
    ['announces too much', new WireWriter().uint32(0x7fff_ffff).finish(), /too long/], ['says half of it', framed(new WireWriter().uint32(1).finish()), /expected/],
  ])('%s', async (_, bytes, message) => {
    const path = await serving((socket) => socket.end(bytes))
    await expect(MuxClient.connect(path)).rejects.toThrow(message)
  })

  test('answers another request', async () => {
    const path = await serving((socket) => socket.once('data', () => socket.write(new Uint8Array([...hello(4), ...framed(new WireWriter().uint32(0x8000_0005).uint32(99).uint32(1).finish())]))))
    const mux = await MuxClient.connect(path) as MuxClient
    await expect(mux.alive()).rejects.toMatchObject({ code: 'ERR_CONTROL_SOCKET' })
    mux.close()
  })
})

test('why a master refuses is shown without what could control a terminal', async () => {
  const path = await serving((socket) => socket.write(new WireWriter().string(new WireWriter().uint32(1).uint32(4).finish()).finish(), () => {
    socket.on('data', (sent: Buffer) => {
      const id = sent.readUInt32BE(sent.length - 4), ALIVE = 0x1000_0004
      if (sent.readUInt32BE(sent.length - 8) === ALIVE) socket.write(new WireWriter().string(new WireWriter().uint32(0x8000_0003).uint32(id).string('no \x1b[31m\u{202e}\n').finish()).finish())
    })
  }))
  const mux = await MuxClient.connect(path) as MuxClient
  await expect(mux.alive()).rejects.toMatchObject({ code: 'ERR_CONTROL_SOCKET', message: 'no \\u{1b}[31m\\u{202e}\\n' })
  mux.close()
})

describe('messages', () => {
  test('cut anywhere, they arrive whole, and what carries descriptors is skipped', async () => {
    const sent = new WireWriter().string('one').bytes(new Uint8Array(3)).string('').string(new Uint8Array(200_000).fill(7)).finish()
    const path = await serving((socket) => {
      void (async () => {
        for (let at = 0; at < sent.length; at += at < 20 ? 1 : 70_001) await new Promise((resolve) => socket.write(sent.subarray(at, at + (at < 20 ? 1 : 70_001)), resolve))
        socket.end()
      })()
    })
    const socket = connect(path), frames = new Frames(socket)
    expect(Buffer.from((await frames.next())!).toString()).toBe('one')
    await frames.skip(3)
    expect((await frames.next())!.length).toBe(0)
    expect((await frames.next())!.length).toBe(200_000)
    expect(await frames.next()).toBeUndefined()
    socket.destroy()
  })

  test('what has come is read before the failure behind it, and reading says how much was used', async () => {
    let used = 0
    const inbox = new Inbox((bytes) => { used += bytes }), reader = inbox.stream.getReader()
    inbox.push(new Uint8Array(3))
    inbox.end(new Error('gone'))
    inbox.push(new Uint8Array(5))
    expect((await reader.read()).value).toHaveLength(3)
    expect(used).toBe(3)
    await expect(reader.read()).rejects.toThrow('gone')
  })
})

describe('the proxy mode of a master', () => {
  const CHANNEL_OPEN = 90
  const packet = (write: (message: WireWriter) => void) => {
    const message = new WireWriter().byte(0).byte(CHANNEL_OPEN)
    write(message)
    return new WireWriter().string(message.finish()).finish()
  }
  /** A program that says `sent` and hangs up, and a connection whose `openTcp` takes until then. */
  async function against(sent: Uint8Array): Promise<{ readonly closed: number }> {
    let closed = 0
    let served: Promise<void> | undefined, hungUp = () => {}
    const over = new Promise<void>((resolve) => { hungUp = resolve })
    const stream = { readable: new ReadableStream(), writable: new WritableStream(), close: async () => { closed++ }, closed: () => new Promise(() => {}) }
    let opened: Promise<unknown> = Promise.resolve()
    const client = { openTcp: () => (opened = over.then(() => stream)) }
    await program(sent, (frames) => { served = serveProxy({ client } as unknown as Shared, frames) })
    await served
    hungUp()
    await opened
    await new Promise((resolve) => { setImmediate(resolve) })
    return { closed }
  }
  /** Connects a program that says `sent` and hangs up. */
  async function program(sent: Uint8Array, begin: (frames: Frames) => void): Promise<void> {
    let begun = () => {}
    const began = new Promise<void>((resolve) => { begun = resolve })
    const path = await serving((socket) => {
      begin(new Frames(socket))
      begun()
    })
    connect(path).on('error', () => {}).end(sent)
    await began
  }

  test('a channel that opens when the program has gone is closed', async () => {
    expect(await against(packet((message) => message.string('direct-tcpip').uint32(0).uint32(1000).uint32(1000).string('host').uint32(80).string('127.0.0.1').uint32(1)))).toEqual({ closed: 1 })
  })

  test('a request for a channel that is cut short ends the program\'s connection, and nothing else', async () => {
    expect(await against(packet((message) => message.string('direct-tcpip').byte(1)))).toEqual({ closed: 0 })
  })
})

describe('the socket file', () => {
  test('only its owner may use it; it is gone after close, and another file at its path is not', async () => {
    const path = files.file('own'), socket = (await listenAt(path, (accepted) => accepted.end()))!
    expect(lstatSync(path).mode & 0o777).toBe(0o600)
    expect(await listenAt(path, () => {})).toBeUndefined()
    expect('socket' in await connectTo(path)).toBe(true)
    socket.close()
    socket.close()
    expect(existsSync(path)).toBe(false)
    const second = (await listenAt(path, () => {}))!
    removeStale(path)
    writeFileSync(path, 'mine')
    second.close()
    expect(existsSync(path)).toBe(true)
    removeStale(path)
    expect(existsSync(path)).toBe(true)
  })

  test('a path that is too long is refused', async () => {
    await expect(listenAt(files.file('x'.repeat(100)), () => {})).rejects.toMatchObject({ code: 'ERR_CONTROL_SOCKET' })
  })
})
