// The way of channel data by parcels (src/parcels) and the way through C give the same: 10,000 schedules by `npm run test:parcels`, some of them here.
// A failure names its seed: PARCELS_SEED=that PARCELS_SCHEDULES=1 repeats it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Parcels } from '../../src/parcels/parcels.ts'
import { type InjectedSession, injectedSession, type Way } from './injected-session.ts'
import { type Visit, visit } from './visit.ts'

const SCHEDULES = Number(process.env.PARCELS_SCHEDULES ?? 60)
const FIRST = Number(process.env.PARCELS_SEED ?? 1)
const GCM = 'aes128-gcm@openssh.com'
const CHACHA = 'chacha20-poly1305@openssh.com'

/** Packets of one cipher have the same lengths, so that chunks are cut at the same places. */
const WAYS: readonly (readonly (Way & { readonly parcels: boolean })[])[] = [
  [
    { name: 'through C', cipher: GCM, hostCrypto: true, parcels: false },
    { name: 'taken by the host', cipher: GCM, hostCrypto: true, parcels: true },
    { name: 'kept by the host', cipher: GCM, hostCrypto: false, parcels: true },
  ],
  [{ name: 'chacha through C', cipher: CHACHA, hostCrypto: false, parcels: false }, { name: 'chacha kept', cipher: CHACHA, hostCrypto: false, parcels: true }],
]

let on = true
const used = { take: 0, keep: 0 }
const { take, keep } = Parcels.prototype

beforeAll(() => {
  Parcels.prototype.take = function (...packet) {
    const taken = on ? take.apply(this, packet) : 0
    if (taken > 0) used.take++
    return taken
  }
  Parcels.prototype.keep = function (...message) {
    const kept = on ? keep.apply(this, message) : 0
    if (kept > 0) used.keep++
    return kept
  }
})

afterAll(() => {
  Object.assign(Parcels.prototype, { take, keep })
})

/** One session does several schedules, as long as it can. */
class Tried {
  readonly #sessions = new Map<Way, InjectedSession>()

  async visit(way: Way & { readonly parcels: boolean }, seed: number): Promise<Visit> {
    on = way.parcels
    const session = this.#sessions.get(way) ?? await injectedSession(way)
    this.#sessions.set(way, session)
    const visited = await visit(session, seed)
    if (visited.over) await this.#end(way)
    return visited
  }

  async #end(way: Way): Promise<void> {
    await this.#sessions.get(way)?.[Symbol.asyncDispose]()
    this.#sessions.delete(way)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const way of [...this.#sessions.keys()]) await this.#end(way)
  }
}

/** A test each, so that a long run is heard of. */
const BATCH = 100
const batches = Array.from({ length: Math.ceil(SCHEDULES / BATCH) }, (_, at) => ({ from: FIRST + at * BATCH, to: FIRST + Math.min((at + 1) * BATCH, SCHEDULES) - 1 }))

test.each(batches)('the same bytes, order, errors, ends and window adjusts by both ways, in schedules $from to $to', async ({ from, to }) => {
  await using tried = new Tried()
  const count = to - from + 1
  const before = { ...used }
  let data = 0
  let failures = 0
  for (let seed = from; seed <= to; seed++) {
    for (const [reference, ...others] of WAYS) {
      const wanted = await tried.visit(reference as (typeof WAYS)[0][0], seed)
      data += wanted.seen.filter((line) => /rc\+|^all of/.test(line)).length
      failures += Number(wanted.seen.some((line) => /^failure ERR/.test(line)))
      for (const way of others) {
        const { seen, heard } = await tried.visit(way, seed)
        expect({ seed, way: way.name, seen, heard }).toEqual({ seed, way: way.name, seen: wanted.seen, heard: wanted.heard })
      }
    }
  }
  // Not in vain: data was read, sessions failed, and parcels were made by both ways.
  expect(data).toBeGreaterThan(count)
  if (count > 20) expect(Math.min(failures, used.take - before.take, used.keep - before.keep)).toBeGreaterThan(count / 10)
}, 60_000 + 2000 * BATCH)
