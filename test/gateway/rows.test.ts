/// The table of docs/gateway.md, row by row: each is a run. `npm test` runs small ones, `npm run test:gateway` the ones that the table has.
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { startPeer } from '../support/process.ts'
import { seededRandom } from '../support/random.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { open, Reader } from './client.ts'
import { measureCost, value } from './cost.ts'
import { networkTo } from './network.ts'
import { tcpTarget, testGateway, TOKEN } from './rig.ts'
import { FULL, row } from './table.ts'

const echo = (socket: Socket) => void socket.pipe(socket)
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`
const percentile = (times: readonly number[], share: number) => [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] as number

describe('measured', () => {
  test.each(['typing', 'idle'] as const)('notice: %s', async (how) => {
    await using target = await tcpTarget(echo)
    const gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`] })
    await using network = await networkTo(gateway.url)
    const { transport, next } = await open(network.url, target.port)
    await transport.probe()
    network.freeze()
    const since = performance.now()
    if (how === 'typing') transport.port.write(Uint8Array.of(65))
    await next('stalled')
    const time = performance.now() - since
    network.thaw()
    await next('resumed')
    expect(time).toBeLessThan(how === 'typing' ? 5000 : 9000)
    row(`notice, ${how}`, 'the network falls silent, no socket is closed', how === 'typing' ? 'under 5 s' : 'under 9 s', seconds(time))
    await transport.close()
    await gateway.close()
  }, 60_000)

  test('resume', async () => {
    const rounds = FULL ? 100 : 5
    await using target = await tcpTarget(echo)
    const gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`] })
    await using network = await networkTo(gateway.url)
    const { transport, next } = await open(network.url, target.port)
    const random = seededRandom(5)
    const times: number[] = []
    for (let round = 0; round < rounds; round++) {
      network.away = true
      network.cut()
      await next('stalled')
      await new Promise((resolve) => setTimeout(resolve, random.integer(0, 1500)))
      network.away = false
      const since = performance.now()
      await next('resumed')
      times.push(performance.now() - since)
    }
    expect(percentile(times, 0.95)).toBeLessThan(1000)
    row('resume', `the network comes back after up to 1.5 s, from another port, ${rounds} times`, '95 of 100 under 1 s', `median ${seconds(percentile(times, 0.5))}, 95 of 100 under ${seconds(percentile(times, 0.95))}`)
    await transport.close()
    await gateway.close()
  }, 300_000)

  test('sleep', async () => {
    const away = FULL ? 60_000 : 6000
    await using target = await tcpTarget(echo)
    const gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`] })
    await using network = await networkTo(gateway.url)
    const client = await startPeer(process.execPath, ['--import', './scripts/run/typescript.mjs', 'test/gateway/sleeper.ts', network.url, String(target.port)])
    try {
      await client.logged(/echo/, 30_000)
      network.freeze()
      process.kill(client.pid, 'SIGSTOP')
      await new Promise((resolve) => setTimeout(resolve, away))
      // The old socket is dead when the machine wakes up.
      network.cut()
      network.thaw()
      const heard = client.log().length
      process.kill(client.pid, 'SIGCONT')
      const since = performance.now()
      await expect.poll(() => /resumed[^]*echo/.test(client.log().slice(heard)), { timeout: 20_000, interval: 10 }).toBe(true)
      const time = performance.now() - since
      expect(time).toBeLessThan(2000)
      row('sleep', `the client's process is stopped for ${away / 1000} s, its socket is dead then; until an echo is back`, 'under 2 s', seconds(time))
    } finally {
      await client.kill()
      await gateway.close()
    }
  }, 120_000)

  test('slow', async () => {
    const time = FULL ? 600_000 : 4000
    await using target = await tcpTarget(echo)
    const gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`] })
    await using network = await networkTo(gateway.url)
    network.shape = { delay: 150, rate: 64_000 }
    const { transport, events } = await open(network.url, target.port)
    const stalls = setInterval(() => {
      network.freeze()
      setTimeout(network.thaw, 1000)
    }, FULL ? 10_000 : 2000)
    let got = 0
    transport.port.start({ data: (chunk) => { got += chunk.length }, drained() {}, ended() {} })
    const until = performance.now() + time
    while (performance.now() < until) {
      while (transport.port.queued < 64 << 10 && got >= 0) {
        transport.port.write(new Uint8Array(4096))
        if (transport.port.queued === 0) break
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    clearInterval(stalls)
    expect(events.map(({ reason }) => reason)).toEqual([])
    expect(got).toBeGreaterThan(0)
    row('slow', `300 ms there and back, 64 kB/s each way, busy for ${time / 1000} s, a standstill of 1 s ${FULL ? 'every 10 s' : 'in between'}`, 'no false `stalled`', `none, ${(got / 1e6).toFixed(1)} MB carried`)
    transport.port.abort()
    await gateway.close()
  }, 700_000)

  test('away', async () => {
    const size = FULL ? 300 << 20 : 16 << 20
    using folder = temporaryDirectory('gateway-rows')
    writeFileSync(folder.file('token'), TOKEN)
    const block = randomBytes(1 << 20)
    const expected = createHash('sha256')
    for (let at = 0; at < size; at += block.length) expected.update(block)
    const hash = expected.digest('hex')
    await using target = await tcpTarget((socket) => {
      let left = size
      const more = () => {
        for (; left > 0 && !socket.writableNeedDrain; left -= block.length) socket.write(block)
        if (left === 0) socket.end()
      }
      socket.on('drain', more)
      more()
    })
    const peer = await startPeer(process.execPath, ['--import', './scripts/run/typescript.mjs', 'packages/gateway/src/cli/cli.ts', 'serve', '--allow', `127.0.0.1:${target.port}`, '--token-file', folder.file('token'), '--port', '0'])
    try {
      await peer.logged(/listening on \S+/, 30_000)
      const url = /listening on (\S+);/.exec(peer.log())?.[1] as string
      const resident = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${peer.pid}/status`, 'utf8'))?.[1]) * 1024
      await using network = await networkTo(url)
      const take = async (through: string, away: boolean) => {
        const { transport } = await open(through, target.port, { resume: { giveUp: 60_000 } })
        const got = createHash('sha256')
        let most = 0
        if (away) {
          network.away = true
          network.cut()
          for (let look = 0; look < (FULL ? 50 : 10); look++) {
            await new Promise((resolve) => setTimeout(resolve, 100))
            most = Math.max(most, resident())
          }
          network.away = false
        }
        const error = await new Promise<unknown>((resolve) => transport.port.start({ data: (chunk) => void got.update(chunk), drained() {}, ended: resolve }))
        expect(error).toBeUndefined()
        expect(got.digest('hex')).toBe(hash)
        return most
      }
      await take(url, false)
      const before = resident()
      const grown = Math.max(0, await take(network.url, true) - before)
      expect(grown).toBeLessThan(64e6)
      row('away', `the server says ${size >> 20} MiB while nobody is there for ${FULL ? 5 : 1} s`, 'gateway under 64 MB more, equal SHA-256', `${(grown / 1e6).toFixed(1)} MB more, SHA-256 equal`)
    } finally {
      await peer.stop()
    }
  }, 300_000)

  test.each([
    ['cost', 2, [], 'asked for in blocks of 1 MiB, two ahead', 'at most 1.15 x'],
    ['cost, all at once', Infinity, [], 'all at once, to a client slower than the gateway', '1.15 x, not reached'],
    ['cost, all at once, large window', Infinity, ['--resume-window', String(16 << 20)], 'all at once, with a window of 16 MiB', 'no limit'],
  ] as const)('%s', async (what, ahead, settings, how, wanted) => {
    const [size, pairs] = FULL ? [200 << 20, 20] : [8 << 20, 1]
    using folder = temporaryDirectory('gateway-rows')
    writeFileSync(folder.file('token'), TOKEN)
    let stop = async () => {}
    try {
      const { ratios, framed, plain } = await measureCost(async (port) => {
        const peer = await startPeer(process.execPath, ['--import', './scripts/run/typescript.mjs', 'packages/gateway/src/cli/cli.ts', 'serve', '--allow', `127.0.0.1:${port}`, '--token-file', folder.file('token'), '--port', '0', ...settings])
        stop = () => peer.stop()
        await peer.logged(/listening on \S+/, 30_000)
        return { pid: peer.pid, url: /listening on (\S+);/.exec(peer.log())?.[1] as string }
      }, { size, pairs, ahead })
      const [quarter, median, most] = [0.25, 0.5, 0.75].map((share) => value(ratios, share).toFixed(2))
      row(what, `CPU time of the gateway for ${size >> 20} MiB down, ${how}; frames against none, ${pairs} pairs`, wanted, `${median} x, half of the pairs from ${quarter} to ${most} (medians ${framed.gateway.toFixed(0)} ms and ${plain.gateway.toFixed(0)} ms; client and target ${framed.others.toFixed(0)} ms and ${plain.others.toFixed(0)} ms)`)
    } finally {
      await stop()
    }
  }, 300_000)

  test('memory', async () => {
    const [count, budget] = FULL ? [1000, 256 << 20] : [40, 16 << 20]
    using folder = temporaryDirectory('gateway-rows')
    writeFileSync(folder.file('token'), TOKEN)
    await using target = await tcpTarget((socket) => {
      const block = Buffer.alloc(64 << 10)
      const more = () => { while (!socket.writableNeedDrain && !socket.destroyed) socket.write(block) }
      socket.on('drain', more)
      more()
    })
    const peer = await startPeer(process.execPath, ['--import', './scripts/run/typescript.mjs', 'packages/gateway/src/cli/cli.ts', 'serve', '--allow', `127.0.0.1:${target.port}`, '--token-file', folder.file('token'), '--port', '0',
      '--sessions', '1024', '--sessions-per-user', '1024', '--sessions-per-client', '1024', '--resume-budget', String(budget)])
    try {
      await peer.logged(/listening on \S+/, 30_000)
      const url = /listening on (\S+);/.exec(peer.log())?.[1] as string
      const resident = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${peer.pid}/status`, 'utf8'))?.[1]) * 1024
      const before = resident()
      await using network = await networkTo(url)
      for (let at = 0; at < count; at += 10) await Promise.all(Array.from({ length: 10 }, () => open(network.url, target.port, { resume: false })))
      network.cut()
      for (let last = -1; last !== resident();) {
        last = resident()
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
      const grown = resident() - before
      expect(grown).toBeLessThan(budget + 64e6)
      row('memory', `${count} sessions without a client, their targets say all that they can, budget ${budget >> 20} MiB`, 'at most the budget and 64 MB', `${(grown / 1e6).toFixed(0)} MB more`)
    } finally {
      await peer.stop()
    }
  }, 300_000)

  test('strangers', async () => {
    const [idle, tries] = FULL ? [2000, 100] : [200, 10]
    await using target = await tcpTarget((socket) => socket.end('SECRET'))
    const gateway = await testGateway({ allow: [`127.0.0.1:${target.port}`] })
    const { hostname, port } = new URL(gateway.url)
    const sockets = new Set<Socket>()
    let flooding = true
    const knock = () => {
      if (!flooding || sockets.size >= idle) return
      const socket = connect(Number(port), hostname)
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    for (let at = 0; at < idle; at++) knock()
    await new Promise((resolve) => setTimeout(resolve, 1000))
    const flood = setInterval(() => { for (let at = 0; at < 10; at++) knock() }, 50)
    const times: number[] = []
    for (let at = 0; at < tries; at++) {
      const since = performance.now()
      const { transport } = await open(gateway.url, target.port)
      expect(await new Reader(transport).end()).toBe('SECRET')
      times.push(performance.now() - since)
    }
    flooding = false
    clearInterval(flood)
    for (const socket of sockets) socket.destroy()
    expect(Math.max(...times)).toBeLessThan(1000)
    row('strangers', `${idle} idle sockets and 200 new ones a second, of the same address as the client's`, 'a client with a ticket in under 1 s, each time', `${times.length} of ${tries}, the slowest ${seconds(Math.max(...times))}`)
    await gateway.close()
  }, 120_000)
})
