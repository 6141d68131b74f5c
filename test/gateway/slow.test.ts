import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Peer, startPeer } from '../support/process.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { rawClient, tcpTarget, type TcpTarget, TOKEN } from './rig.ts'

const CLIENTS = 4
/** Each way of each connection; all of it in memory would be 400 MB. */
const OFFERED = 96 << 20
/** What the kernel keeps of a connection on loopback (tcp_rmem and tcp_wmem are 6 and 4 MB, twice), and the gateway's megabyte. */
const IN_FLIGHT = 32 << 20

describe('with slow readers, the gateway as a process of its own', () => {
  let folder: TemporaryDirectory
  let target: TcpTarget
  let gateway: Peer
  let url: string
  let serve: (socket: Socket) => void

  beforeAll(async () => {
    folder = temporaryDirectory('gateway')
    writeFileSync(folder.file('token'), `${TOKEN}\n`)
    target = await tcpTarget((socket) => serve(socket))
    gateway = await startPeer(process.execPath, ['--import', './scripts/run/typescript.mjs', 'packages/gateway/src/cli/cli.ts', 'serve', '--allow', `127.0.0.1:${target.port}`, '--token-file', folder.file('token'), '--port', '0'])
    await gateway.logged(/listening on \S+/, 30_000)
    url = /listening on (\S+);/.exec(gateway.log())?.[1] as string
  })
  afterAll(async () => {
    await gateway.stop()
    await target.close()
    folder.remove()
  })

  /** Bytes of memory that the gateway's process holds. */
  const resident = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]) * 1024
  const settled = async (progress: () => number) => {
    for (let before = -1; before !== progress();) {
      before = progress()
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
  /** `taken` sees what comes from the first byte on. */
  const open = async ({ paused = false, taken = (_data: Buffer): void => {} } = {}) => {
    const client = rawClient({ url }, `/tcp/127.0.0.1/${target.port}`)
    client.socket.on('message', taken)
    await client.opened
    if (paused) client.socket.pause()
    return client.socket
  }

  test.runIf(process.platform === 'linux')('a client that stops reading stops the target; nothing is lost when it goes on', async () => {
    const block = Buffer.alloc(1 << 20, 'x')
    serve = (socket) => {
      let left = OFFERED
      const more = () => {
        for (; left > 0 && !socket.writableNeedDrain; left -= block.length) socket.write(block)
        if (left === 0) socket.end()
      }
      socket.on('drain', more)
      more()
    }
    const before = resident()
    const hash = createHash('sha256')
    let received = 0
    const first = await open({ paused: true, taken: (data) => {
      hash.update(data)
      received += data.length
    } })
    const others = await Promise.all(Array.from({ length: CLIENTS - 1 }, () => open({ paused: true })))
    await settled(() => target.sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0))
    for (const socket of target.sockets) expect(socket.bytesWritten).toBeLessThan(IN_FLIGHT)
    const grown = resident() - before
    console.log(`${CLIENTS} clients that do not read, ${OFFERED >> 20} MB offered to each: the gateway grew by ${(grown / 1e6).toFixed(1)} MB`)
    expect(grown).toBeLessThan(120e6)

    for (const client of others) client.terminate()
    first.resume()
    await once(first, 'close')
    expect(received).toBe(OFFERED)
    const expected = createHash('sha256')
    for (let at = 0; at < OFFERED; at += block.length) expected.update(block)
    expect(hash.digest('hex')).toBe(expected.digest('hex'))
  }, 120_000)

  test.runIf(process.platform === 'linux')('a target that stops reading stops the client', async () => {
    serve = (socket) => socket.pause()
    const before = resident()
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => open()))
    const block = Buffer.alloc(1 << 18)
    for (const client of clients) for (let at = 0; at < OFFERED / 2; at += block.length) client.send(block)
    const unsent = () => clients.reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0)
    await settled(unsent)
    for (const client of clients) expect(client.bufferedAmount).toBeGreaterThan(OFFERED / 2 - IN_FLIGHT)
    const grown = resident() - before
    console.log(`${CLIENTS} targets that do not read, ${OFFERED >> 21} MB offered to each: the gateway grew by ${(grown / 1e6).toFixed(1)} MB`)
    expect(grown).toBeLessThan(120e6)
    for (const client of clients) client.terminate()
  }, 120_000)

  test('writes one line for each connection, and no token', async () => {
    const client = await open()
    client.close(1000)
    await once(client, 'close')
    await gateway.logged(/"reason":"client closed"/)
    const lines = gateway.log().split('\n').filter((line) => line.startsWith('{'))
    const last = lines.map((line) => JSON.parse(line) as Record<string, unknown>).findLast(({ event }) => event === 'close') ?? {}
    expect(Object.keys(last)).toEqual(['time', 'event', 'id', 'user', 'client', 'target', 'address', 'bytes', 'resumes', 'seconds', 'code', 'reason'])
    expect(gateway.log()).not.toContain(TOKEN)
  })
})
