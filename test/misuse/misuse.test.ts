// First: from here on it is known who makes an error.
import './judge.ts'
import { randomInt } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seededRandom } from '../support/random.ts'
import { requirePeer } from '../support/require-peer.ts'
import { nothingSeen, playRound } from './round.ts'
import { bindings } from './subjects-bindings.ts'
import { client, entries, keys } from './subjects-client.ts'
import { forgetNames } from './values.ts'
import { startWatch, type Watch } from './watch.ts'
import { startWorld, type World } from './world.ts'

/** `npm test` makes always the same calls; `npm run test:misuse` makes others each time, and more. MISUSE_SEED repeats such a run, MISUSE_ONLY the subject that failed. */
const full = process.env.MISUSE === 'full'
const seed = Number(process.env.MISUSE_SEED ?? (full ? randomInt(2 ** 31) : 12))
const only = process.env.MISUSE_ONLY
const subjects = [...bindings, ...client, ...keys, ...entries]
const wanted = Number(process.env.MISUSE_CALLS ?? (full ? 10_000 : 5_000))
/** A round costs a login. */
const CALLS_OF_A_ROUND = full ? 60 : Math.ceil(1.05 * wanted / subjects.length)

describe.runIf(requirePeer('sshd-login'))(`every public method is called with whatever there is (MISUSE_SEED=${seed})`, () => {
  let world: World
  let watch: Watch
  const seen = nothingSeen()
  beforeAll(async () => {
    console.log(`misuse: MISUSE_SEED=${seed}`)
    watch = startWatch()
    world = await startWorld()
  })
  afterAll(async () => {
    console.log(`misuse: ${seen.calls} calls of ${seen.members.size} members; ${[...seen.outcomes].map(([kind, count]) => `${kind} ${count}`).join(', ')}`)
    await watch[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
  })

  const rounds = Math.max(1, Math.ceil(wanted / CALLS_OF_A_ROUND / subjects.length))
  test.each(subjects.filter(({ name }) => only === undefined || name === only))('$name', async (subject) => {
    const from = seen.faults.length
    forgetNames()
    for (let round = 0; round < rounds; round++) {
      await playRound(world, subject, CALLS_OF_A_ROUND, seededRandom(seed + 1000 * round + subjects.indexOf(subject)), seen, watch)
      expect(world.instance.failure, seen.faults.slice(from).join('\n')).toBeUndefined()
    }
    expect(seen.faults.slice(from)).toEqual([])
    expect(watch.slow, 'calls that hold up the event loop').toEqual([])
  }, 600_000)

  test.runIf(only === undefined)('that were enough calls', () => {
    expect(seen.calls).toBeGreaterThanOrEqual(Math.min(wanted, 5_000))
  })
})
