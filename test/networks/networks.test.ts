import { mkdirSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Instance, SSHError } from '../../src/index.ts'
import { type LossyWire, startLossyWire, type WireShape } from '../support/lossy-wire.ts'
import { startProxy } from '../support/proxy.ts'
import type { Shape } from '../support/proxy-link.ts'
import { requirePeer } from '../support/require-peer.ts'
import { startSshd } from '../support/sshd.ts'
import { suiteServer } from '../support/suite-server.ts'
import { temporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts'
import { stages, visit } from './stages.ts'

/** npm test tries a few with little; `npm run test:networks` all with more. */
const everything = process.env.NETWORKS === 'full'
const some = <T>(list: readonly T[], ...indexes: number[]): readonly T[] => (everything ? list : indexes.map((index) => list[index] as T))
const bytes = everything ? 1_000_000 : 100_000

const wires: readonly (readonly [string, WireShape])[] = [
  ['100 ms each way', { delayMs: 100 }],
  ['30 ms and up to 40 ms more: packets overtake', { delayMs: 30, jitterMs: 40 }],
  ['1 packet in 100 lost', { delayMs: 10, loss: 0.01 }],
  ['1 packet in 20 lost', { delayMs: 10, loss: 0.05 }],
  ['1 packet in 10 late', { delayMs: 10, reorder: 0.1 }],
  ['1 packet in 10 twice', { delayMs: 10, duplicate: 0.1 }],
  ['all of it', { delayMs: 20, jitterMs: 20, loss: 0.02, reorder: 0.05, duplicate: 0.05 }],
  ['100 kB a second', { delayMs: 20, bytesPerSecond: 100_000 }],
]
/** A megabyte in segments of one byte takes minutes of the proxy's time. */
const proxies: readonly (readonly [string, Shape, number])[] = [
  ['1-byte segments', { chunkSize: 1 }, 50_000],
  ['9,000-byte bursts', { chunkSize: 9000, delayMs: 5 }, bytes],
]

interface Row {
  readonly network: string
  readonly how: string
  readonly result: string
}
const rows: Row[] = []
afterAll(() => {
  const lines = [['network', 'made by', 'result'], ['---', '---', '---'], ...rows.map(({ network, how, result }) => [network, how, result])]
  const folder = fileURLToPath(new URL('../../build/', import.meta.url))
  mkdirSync(folder, { recursive: true })
  const about = `Each row is a key exchange, a login, the stated number of bytes through a command and back, and as many written to a file over SFTP and read again, all compared. "Packets" are those of real TCP, on a link between two network namespaces (test/support/peers/lossy-wire.py); "proxy" means the segments of a TCP proxy.`
  writeFileSync(`${folder}networks.md`, `# Bad networks, ${new Date().toISOString().slice(0, 10)}\n\n\`npm run test:networks\` writes this page, with OpenSSH. ${about}\n\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`)
})

const wireRow = describe.runIf(requirePeer('sshd') && requirePeer('lossy-wire'))
const proxyRow = describe.runIf(requirePeer('sshd'))
const server = suiteServer(() => startSshd())
let instance: Instance
let directory: TemporaryDirectory
beforeAll(async () => {
  instance = await Instance.create()
  directory = temporaryDirectory('networks')
})
afterAll(() => directory.remove())

/** Cuts the wire for a second, again and again. Not in step: TCP doubles its pauses, so with equal ones all that it sends again could fall into cuts for minutes. */
async function flicker(wire: LossyWire, shape: WireShape, signal: AbortSignal): Promise<void> {
  for (const pause of Array.from({ length: 1000 }, (_, time) => 700 + 290 * (time * 3 % 5))) {
    const went = await sleep(pause, true, { signal }).catch(() => false)
    if (!went) return
    wire.shape({ cut: true })
    await sleep(1000)
    wire.shape(shape)
  }
}

const whole = async (through: { host: string; port: number }, size = bytes): Promise<string> => {
  const start = performance.now()
  let reached = ''
  await visit({ server: server(), through, instance, bytes: size, path: directory.file('file'), limitMs: () => 240_000, before: (stage) => { reached = stage } })
    .catch((cause: unknown) => { throw new Error(`at ${reached}: ${String(cause)}`, { cause }) })
  return `${size.toLocaleString('en')} right bytes, ${((performance.now() - start) / 1000).toFixed(1)} s`
}

wireRow('packets of real TCP', () => {
  it.each(some(wires, 6))('%s', async (network, shape) => {
    await using wire = await startLossyWire(server())
    wire.shape(shape)
    const result = await whole(wire)
    const { packets, lost, duplicated, reordered } = await wire.stop()
    rows.push({ network, how: 'packets', result: `${result}; of ${packets} packets ${lost} lost, ${duplicated} twice, ${reordered} late` })
    expect(packets).toBeGreaterThan(100)
    if (shape.loss !== undefined && everything) expect(lost).toBeGreaterThan(0)
  }, 600_000)

  it('nothing for a second, several times', async () => {
    await using wire = await startLossyWire(server())
    const over = new AbortController()
    const shape = { delayMs: 5, bytesPerSecond: bytes }
    wire.shape(shape)
    const flickering = flicker(wire, shape, over.signal)
    const result = await whole(wire).finally(() => {
      over.abort()
      return flickering
    })
    rows.push({ network: 'nothing for a second, several times', how: 'packets', result: `${result}; ${(await wire.stop()).lost} packets lost` })
  }, 600_000)

  it.each(some(stages, 4).map(([stage]) => stage))('cut for good at: %s', async (stage) => {
    await using wire = await startLossyWire(server())
    wire.shape({ delayMs: 1 })
    const before = instance.heapUsed()
    let reached = ''
    const failure: unknown = await visit({
      server: server(), through: wire, instance, bytes, path: directory.file('file'), limitMs: (name) => (name === stage ? 5000 : 20_000),
      before: (name) => {
        reached = name
        if (name === stage) wire.shape({ cut: true })
      },
    }).catch((error: unknown) => error)
    expect({ reached, failure }).toMatchObject({ reached: stage, failure: { name: 'TimeoutError' } })
    expect(instance.heapUsed()).toBe(before)
    rows.push({ network: `cut for good at: ${stage}`, how: 'packets', result: 'the caller\'s limit of 5 s, nothing left allocated' })
  }, 60_000)
})

proxyRow('a scripted proxy', () => {
  it.each(some(proxies, 1))('%s', async (network, shape, size) => {
    await using proxy = await startProxy({ target: server(), shape })
    rows.push({ network, how: 'proxy', result: await whole(proxy, size) })
  }, 600_000)

  it.each(some(stages, 0, 4, 8).map(([stage]) => stage))('reset at: %s', async (stage) => {
    await using proxy = await startProxy({ target: server() })
    const before = instance.heapUsed()
    let reached = ''
    const failure: unknown = await visit({
      server: server(), through: proxy, instance, bytes, path: directory.file('file'), limitMs: () => 60_000,
      before: (name) => {
        reached = name
        if (name === stage) proxy.reset()
      },
    }).catch((error: unknown) => error)
    expect(reached).toBe(stage)
    expect(failure).toBeInstanceOf(SSHError)
    expect(instance.failure).toBeUndefined()
    expect(instance.heapUsed()).toBe(before)
    rows.push({ network: `reset at: ${stage}`, how: 'proxy', result: `${(failure as SSHError).code}, nothing left allocated` })
  }, 60_000)
})
