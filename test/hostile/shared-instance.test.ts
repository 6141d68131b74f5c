// Two kinds of sessions in one WebAssembly memory: some talk to an honest server, the others to one that lies. The honest ones must not notice, and nothing of theirs may
// reach the liar. Sessions with servers that must not know of each other belong in instances of their own, which is the default; this is for those who share one all the same.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, connect, Instance } from '../../src/index.ts'
import { finished, loginAt, startCrowd } from '../isolation/crowd.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { meet, flood, serveExecStarted } from './meet.ts'
import { message, SSH_MSG } from '../support/scripted-server.ts'
import { cases } from './product.ts'
import { states } from './states.ts'
import { visit } from './visit.ts'

const everything = process.env.HOSTILE === 'full'
/** `npm run test:hostile` makes every 11th visit of all states and lies, npm test every 997th: primes, so that each lie and each state has its turn. */
const STRIDE = everything ? 11 : 997
const AT_ONCE = 8

let server: SshServer
beforeAll(async () => { server = await startSshd() })
afterAll(async () => { await server.stop() })

/** Runs commands one after another until `done` is aborted. @returns how many, all of them right. */
async function work(client: Client, marker: string, done: AbortSignal): Promise<number> {
  let count = 0
  do {
    const said = `${marker} ${count++}`
    const { stdout, exit } = await client.run(`echo ${said}; exit 7`)
    expect([stdout, exit.code]).toEqual([`${said}\n`, 7])
  } while (!done.aborted)
  return count
}

/** `during` happens while sessions of the same instance do their work with an honest server. */
async function besideHonestSessions(during: (instance: Instance, marker: string) => Promise<void>): Promise<void> {
  const instance = await Instance.create()
  const before = instance.heapUsed()
  const marker = `mark-${randomUUID()}`
  const crowd = await startCrowd(server, 3, { instance })
  const worker = await connect({ ...loginAt(server), instance })
  const done = new AbortController()
  const working = work(worker, marker, done.signal)
  try {
    await Promise.race([during(instance, marker), working])
  } finally {
    done.abort()
  }
  expect(await working).toBeGreaterThan(0)
  await worker.close()
  expect(await finished(crowd)).toBe(3)
  expect(instance.failure, 'the module must not trap').toBeUndefined()
  expect(instance.heapUsed(), 'bytes allocated after all sessions').toBeLessThanOrEqual(before + 16)
}

test('lies of every kind, in every state', async () => {
  const visits = states.flatMap((state) => cases.map((one) => ({ state, one }))).filter((_, index) => index % STRIDE === 0)
  const findings: string[] = []
  await besideHonestSessions(async (instance, marker) => {
    const queue = visits.values()
    await Promise.all(Array.from({ length: AT_ONCE }, async () => {
      for (const { state, one } of queue) {
        const heard: Uint8Array[] = []
        const { finding } = await visit(state, (connection, channel) => {
          one.send(connection, channel)
        }, { instance, heard: (messages) => heard.push(...messages) })
        if (finding !== undefined) findings.push(`${state.name}; ${one.what}: ${finding}`)
        if (heard.some((each) => Buffer.from(each).includes(marker))) findings.push(`${state.name}; ${one.what}: the liar heard of the others`)
      }
    }))
  })
  expect(visits.length).toBeGreaterThan(50)
  expect(findings).toEqual([])
}, everything ? 3_600_000 : 300_000)

test.each<[string, (channel: number) => Uint8Array]>([
  ['IGNORE', () => message(SSH_MSG.IGNORE).string('x'.repeat(1_000)).finish()],
  ['data beyond the window', (channel) => message(SSH_MSG.CHANNEL_DATA).uint32(channel).string(new Uint8Array(16_000)).finish()],
  ['packets of 256 KiB', () => message(200).string(new Uint8Array(250_000)).finish()],
])('a flood of %s: the others go on', async (_, payload) => {
  await besideHonestSessions(async (instance) => {
    const { end } = await meet(async (connection) => {
      const channel = await serveExecStarted(connection)
      await flood(connection, () => payload(channel))
    }, async (client, signal) => {
      const process = await client.exec('command', { signal })
      await process.exit
    }, { limit: 1_000, instance })
    expect(end).toMatch(/^(ERR_|the caller's limit)/)
  })
}, 120_000)
