import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CONTEXT } from '../../src/bindings/session-context.ts'
import type { Channel, LIBSSH2_ERROR_EAGAIN, Session } from '../../src/bindings/index.ts'
import { seededRandom } from '../support/random.ts'
import { ShuffledRetries } from '../support/shuffled-retries.ts'
import { execute, openSession, readAll, text } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'

const CHANNELS = 24
const EACH = 200_000
const SEEDS = 20

let server: SshServer

beforeAll(async () => { server = await startSshd() })
afterAll(async () => { await server.stop() })

/** How calls that would block are repeated: by the driver, or by hand. */
type Complete = <T>(call: () => T) => Promise<Exclude<T, typeof LIBSSH2_ERROR_EAGAIN>>

async function echoes(session: Session, complete: Complete, data: Uint8Array): Promise<boolean> {
  const channel: Channel = await complete(() => session.openSession())
  await complete(() => channel.execute('cat'))
  const parts: Uint8Array[] = []
  const reading = (async () => {
    for (;;) {
      const [rc, part] = await complete(() => channel.read(65536))
      if (rc === 0) return
      parts.push(part)
    }
  })()
  for (let rest = data; rest.length > 0;) {
    const [, written] = await complete(() => writtenOrAgain(channel, rest))
    rest = rest.subarray(written)
  }
  await complete(() => channel.sendEof())
  await reading
  await complete(() => channel.free())
  return Buffer.concat(parts).equals(Buffer.from(data))
}

/** By hand a part that was written counts, though the rest would block. */
function writtenOrAgain(channel: Channel, data: Uint8Array): [number, number] {
  if (channel.session[CONTEXT].driver.current) return channel.write(data)
  const [rc, written] = channel.write(data)
  return written > 0 ? [written, written] : [rc, 0]
}

async function says(session: Session, complete: Complete, word: string): Promise<boolean> {
  const channel: Channel = await complete(() => session.openSession())
  await complete(() => channel.execute(`echo ${word}; exit 3`))
  let said = ''
  for (;;) {
    const [rc, part] = await complete(() => channel.read())
    if (rc === 0) break
    said += text(part)
  }
  await complete(() => channel.waitClosed())
  const status = channel.getExitStatus()
  await complete(() => channel.free())
  return said === `${word}\n` && status === 3
}

describe(`${CHANNELS} channels that echo ${EACH} bytes each, beside reads and commands`, () => {
  test('on one session: all bytes arrive', async () => {
    await using session = await openSession(server)
    const random = seededRandom(1)
    const complete: Complete = (call) => session.complete(call)
    const zeros = readAll(await execute(session, 'head -c 3000000 /dev/zero'))
    const results = await Promise.all([
      ...Array.from({ length: CHANNELS }, () => echoes(session, complete, random.bytes(EACH))),
      ...Array.from({ length: 12 }, (_, index) => says(session, complete, `word-${index}`)),
    ])
    expect(results).toEqual(results.map(() => true))
    expect((await zeros).length).toBe(3_000_000)
  })

  test(`by hand, retried in an order that is shuffled anew each time, for ${SEEDS} seeds`, async () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      await using session = await openSession(server)
      const retries = new ShuffledRetries(session, seededRandom(seed))
      const complete: Complete = (call) => retries.complete(call)
      const random = seededRandom(seed + 1000)
      const size = seed === 1 ? EACH : 20_000
      const results = await Promise.all([
        ...Array.from({ length: CHANNELS }, () => echoes(session, complete, random.bytes(size))),
        ...Array.from({ length: 6 }, (_, index) => says(session, complete, `word-${index}`)),
      ])
      expect(results, `seed ${seed}`).toEqual(results.map(() => true))
      expect(session.failure).toBeUndefined()
    }
  }, 60_000)
})
