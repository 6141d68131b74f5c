import { spawn } from 'node:child_process'
import { openSync, closeSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { expect, it } from 'vitest'
import { expectNoLeak } from '../../support/leaks.ts'
import { startPeer, type Peer } from '../../support/process.ts'

const quick = { rounds: 3, settleMs: 300 }

it('is content with a scenario that gives everything back', async () => {
  let used = 100
  await expectNoLeak(async () => {
    used += 50
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const peer = await startPeer('sleep', ['100'])
    await peer.stop()
    await new Promise((resolve) => server.close(resolve))
    used -= 50
  }, { ...quick, instance: { heapUsed: () => used } })
})

it('forgives what the first round keeps', async () => {
  let used = 0
  await expectNoLeak(async (round) => void (round === 0 && (used += 10)), { ...quick, instance: { heapUsed: () => used } })
})

it.runIf(process.platform === 'linux')('does not take what ends a little late for what the first round keeps', async () => {
  await expectNoLeak(async (round) => {
    if (round === 0) spawn('sleep', ['0.5'])
    else await new Promise((resolve) => setTimeout(resolve, 1000))
  }, { rounds: 1, settleMs: 3000 })
})

it('finds memory that stays', async () => {
  let used = 0
  await expect(expectNoLeak(async () => void used++, { ...quick, instance: { heapUsed: () => used } })).rejects.toThrow(/held after 3 rounds/)
})

it.runIf(process.platform === 'linux')('finds descriptors that stay', async () => {
  const files: number[] = []
  await expect(expectNoLeak(async () => void files.push(openSync('/dev/null', 'r')), quick)).rejects.toThrow(/held after/)
  for (const file of files) closeSync(file)
})

it('finds listening sockets that stay', async () => {
  const servers: Server[] = []
  await expect(
    expectNoLeak(async () => {
      const server = createServer().listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      servers.push(server)
    }, quick),
  ).rejects.toThrow(/held after/)
  for (const server of servers) server.close()
})

it.runIf(process.platform === 'linux')('finds processes that stay', async () => {
  const peers: Peer[] = []
  await expect(expectNoLeak(async () => void peers.push(await startPeer('sleep', ['100'])), quick)).rejects.toThrow(/held after/)
  await Promise.all(peers.map((peer) => peer.stop()))
})
