import { afterAll, beforeAll, expect, test } from 'vitest'
import { LIBSSH2_ERROR_EAGAIN, type Channel, type Session } from '../../src/bindings/index.ts'
import { type Random, seededRandom } from '../support/random.ts'
import { execute, openSession } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { within } from '../support/within.ts'

let server: SshServer

beforeAll(async () => { server = await startSshd() })
afterAll(async () => { await server.stop() })

async function pause(random: Random): Promise<void> {
  for (let ticks = random.below(4); ticks > 0; ticks--) await undefined
  if (random.below(3) === 0) await new Promise((resolve) => { setTimeout(resolve, random.below(4)) })
}

/** Sends a line to `cat`, and reads until it is back: between EAGAIN and `wait()` other things are awaited. */
async function echo(session: Session, channel: Channel, line: string, random: Random): Promise<string> {
  let left: Uint8Array = Buffer.from(line)
  while (left.length > 0) {
    const [, count] = channel.write(left)
    left = left.subarray(count)
    if (left.length === 0) break
    await pause(random)
    await session.wait()
  }
  let back = ''
  while (back.length < line.length) {
    const [rc, data] = channel.read()
    back += Buffer.from(data).toString()
    if (rc !== LIBSSH2_ERROR_EAGAIN) continue
    await pause(random)
    await session.wait()
    await pause(random)
  }
  return back
}

test('two loops of one session lose nothing, whatever they await between EAGAIN and wait(): 200 seeds', async () => {
  await using session = await openSession(server)
  const [one, other] = [await execute(session, 'cat'), await execute(session, 'cat')]
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed)
    const lines = ['one', 'other'].map((name) => `${name} ${seed}\n`) as [string, string]
    const both = Promise.all([echo(session, one, lines[0], random), echo(session, other, lines[1], random)])
    expect(await within(10_000, `seed ${seed}`, both)).toEqual(lines)
  }
}, 120_000)

test('an idle session is left in peace: what the server still has to say after the start counts', async () => {
  await using session = await openSession(server)
  const channel = await execute(session, 'cat')
  let times = 0
  const waiting = (async () => {
    while (session.failure === undefined) {
      if (channel.read()[0] !== LIBSSH2_ERROR_EAGAIN) return
      await session.wait()
      times += 1
    }
  })()
  await new Promise((resolve) => { setTimeout(resolve, 500) })
  expect(times).toBeLessThan(10)
  session.disconnect()
  await waiting.catch(() => {})
})
