import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONTEXT } from '../../src/bindings/session-context.ts'
import { DisconnectError, Instance, Session, SSHError } from '../../src/bindings/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { type Cut, cuttingTransport } from '../support/cutting-transport.ts'
import { seededRandom } from '../support/random.ts'
import { execute, readAll } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { within } from '../support/within.ts'

const CUTS = 240
const AT_ONCE = 4
const DATA = 60_000

let server: SshServer
let instance: Instance
let base: number

beforeAll(async () => {
  server = await startSshd()
  instance = await Instance.create()
  // The first session leaves what is made once: libssh2's and the backend's tables.
  await run({ direction: 'in', at: Infinity })
  base = instance.heapUsed()
})
afterAll(async () => { await server.stop() })

interface Outcome {
  readonly failures: unknown[]
  readonly bytes: { in: number }
}

/** A whole session with several calls pending at once; gives every rejection. */
async function run(cut: Cut): Promise<Outcome> {
  const session = await Session.create(cuttingTransport(await connectTcp({ host: server.host, port: server.port }), cut), { instance })
  const failures: unknown[] = []
  const noting = async (work: Promise<unknown>) => { await work.catch((error: unknown) => failures.push(error)) }
  await noting(within(15_000, `cut ${cut.direction} at ${cut.at}`, talk(session, noting)))
  expect(session[CONTEXT].driver.pending).toBe(0)
  const bytes = { in: session[CONTEXT].wire.bytesRead }
  session.free()
  return { failures, bytes }
}

async function talk(session: Session, noting: (work: Promise<unknown>) => Promise<void>): Promise<void> {
  const key = readFileSync(server.keys.ed25519.path, 'utf8')
  await session.complete(() => session.handshake())
  await session.complete(() => session.userauthPublickeyFromMemory(server.user, key))
  const channel = await execute(session, 'cat')
  const data = new Uint8Array(DATA)
  await Promise.all([
    noting(readAll(channel)),
    noting(session.complete(() => channel.write(data)).then(() => session.complete(() => channel.sendEof()))),
    noting(session.complete(() => channel.exit())),
    noting(execute(session, 'true')),
  ])
  if (session.failure) throw session.failure
  await session.complete(() => channel.free())
}

/** Half of the cuts in the first bytes, where the keys are exchanged, half anywhere. */
function cuts(count: number, total: number): Cut[] {
  const random = seededRandom(42)
  return Array.from({ length: count }, (_, index) => ({
    direction: random.pick(['in', 'out'] as const),
    at: index % 2 === 0 ? random.integer(0, 4500) : random.integer(4500, total - 2000),
    ...index % 3 === 0 ? { error: new Error('read ECONNRESET') } : {},
  }))
}

describe(`a connection that ends at any of ${CUTS} bytes of a whole session`, () => {
  test('rejects everything with typed errors; nothing hangs, traps or leaks', async () => {
    const { bytes } = await run({ direction: 'in', at: Infinity })
    const todo = cuts(CUTS, bytes.in)
    const worker = async () => {
      for (let cut = todo.pop(); cut; cut = todo.pop()) {
        const where = `${cut.direction} at ${cut.at}`
        const { failures } = await run(cut)
        expect(failures.length, where).toBeGreaterThan(0)
        for (const error of failures) {
          expect(error, where).toBeInstanceOf(SSHError)
          expect((error as SSHError).code, where).toMatch(/^ERR_LIBSSH2_(SOCKET_RECV|SOCKET_DISCONNECT|SOCKET_SEND)$/)
          if (cut.error) expect((error as SSHError).cause, where).toBe(cut.error)
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
    expect(instance.failure).toBeUndefined()
    expect(instance.heapUsed()).toBe(base)
  }, 120_000)

  test('is a DisconnectError whose cause is the error of the socket', async () => {
    const cause = new Error('read ECONNRESET')
    const { failures } = await run({ direction: 'in', at: 100, error: cause })
    expect(failures[0]).toBeInstanceOf(DisconnectError)
    expect(failures[0]).toMatchObject({ errno: -43, cause })
  })
})
