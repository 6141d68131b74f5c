import { readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Session } from '../../../../src/bindings/index.ts'
import { Client, Instance, type SftpClient } from '../../../../src/index.ts'
import { seededRandom } from '../../../support/random.ts'
import { openSession } from '../../../support/session.ts'
import type { SshServer } from '../../../support/ssh-server.ts'
import { startSshd } from '../../../support/sshd.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'
import { pattern } from './use-sftp.ts'

/** ABORTS and SEED choose another run. */
const ABORTS = Number(process.env.ABORTS ?? 500)
const SEED = Number(process.env.SEED ?? 4)

const directory = temporaryDirectory('sftp-abort')
const LARGE = pattern(4_000_000, 7)
let server: SshServer
let instance: Instance
let session: Session
let sftp: SftpClient

beforeAll(async () => {
  server = await startSshd()
  instance = await Instance.create()
  session = await openSession(server, { instance })
  // No connect() here: the instance must be the one that is watched.
  sftp = await new Client(session).sftp()
  writeFileSync(directory.file('large'), LARGE)
  for (let i = 0; i < 50; i++) writeFileSync(directory.file(`small-${i}`), `content ${i}`)
})
afterAll(async () => {
  await session.close()
  await server.stop()
  directory.remove()
})

type Victim = (signal: AbortSignal) => Promise<unknown>

const large = directory.file('large')
const endless = () => new ReadableStream<Uint8Array>({ pull: (controller) => controller.enqueue(new Uint8Array(50_000)) })

const victims: Readonly<Record<string, Victim>> = {
  download: (signal) => sftp.download(large, directory.file('downloaded'), { signal }),
  'download into a stream': (signal) => sftp.download(large, new WritableStream(), { signal }),
  upload: (signal) => sftp.upload(LARGE, directory.file('uploaded'), { signal }),
  'upload of a stream': (signal) => sftp.upload(endless(), '/dev/null', { signal }),
  readFile: (signal) => sftp.readFile(large, { signal }),
  writeFile: (signal) => sftp.writeFile(directory.file('written'), LARGE, { signal }),
  open: async (signal) => { void (await sftp.open(large, 'r', { signal })).close() },
  stat: (signal) => sftp.stat(large, { signal }),
  readdir: async (signal) => { for await (const _ of sftp.readdir(directory.path, { signal })); },
  'a small file': (signal) => sftp.readFile(directory.file('small-1'), { signal }),
  'another SFTP': async (signal) => {
    void (await new Client(session).sftp({ signal })).close()
  },
}

/** Files of the test's folder that any process has open: the server's handles. */
function openOnServer(): string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && pid !== String(process.pid)).flatMap((pid) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`)).filter((target) => target.startsWith(directory.path))
    } catch {
      // It has ended in the meantime.
      return []
    }
  })
}

test(`${ABORTS} aborts at random moments (seed ${SEED}): the reason at once, nobody else disturbed, nothing left open`, async () => {
  const random = seededRandom(SEED)
  const names = Object.keys(victims)
  let aborted = 0
  const round = async () => {
    const name = random.pick(names)
    const controller = new AbortController()
    const reason = new Error(`aborted ${name}`)
    const numbers = Array.from({ length: 4 }, () => random.below(50))
    let outcome: { error?: unknown } | undefined
    const victim = (victims[name] as Victim)(controller.signal).then(() => { outcome = {} }, (error: unknown) => { outcome = { error } })
    const others = numbers.map((i) => sftp.readFile(directory.file(`small-${i}`), 'utf8'))
    if (random.next() < 0.3) await setImmediate()
    else await setTimeout(random.next() ** 3 * 40)
    const before = outcome
    controller.abort(reason)
    await setImmediate()
    if (!before) {
      aborted += 1
      expect(outcome, `${name} is not over`).toBeDefined()
      expect(outcome?.error, name).toBe(reason)
    }
    expect(await Promise.all(others)).toEqual(numbers.map((i) => `content ${i}`))
    await victim
  }
  for (let i = 0; i < 20; i++) await round()
  await expect.poll(openOnServer).toEqual([])
  const heap = instance.heapUsed()
  for (let i = 20; i < ABORTS; i++) await round()
  expect(aborted).toBeGreaterThan(ABORTS / 2)
  await expect.poll(openOnServer).toEqual([])
  expect(Buffer.compare(await sftp.readFile(large), LARGE)).toBe(0)
  await sftp.upload(LARGE, directory.file('last'))
  expect(Buffer.compare(readFileSync(directory.file('last')), LARGE)).toBe(0)
  await expect.poll(() => instance.heapUsed()).toBeLessThanOrEqual(heap + 1000)
  rmSync(directory.file('last'))
}, 60_000 + ABORTS * 400)

test('a signal that has fired already: nothing is begun', async () => {
  const signal = AbortSignal.abort('before')
  for (const [name, victim] of Object.entries(victims)) {
    const outcome = await victim(signal).then(() => 'done', (reason: unknown) => reason)
    expect(outcome, name).toBe('before')
  }
})
