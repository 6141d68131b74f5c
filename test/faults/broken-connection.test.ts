import { beforeAll, describe, expect, it } from 'vitest'
import type { Instance } from '../../src/index.ts'
import type { Direction } from '../support/proxy.ts'
import type { End } from '../support/proxy-fault.ts'
import { seededRandom } from '../support/random.ts'
import { requirePeer } from '../support/require-peer.ts'
import { suiteServer } from '../support/suite-server.ts'
import { startSshd } from '../support/sshd.ts'
import { throughProxy, warmInstance, type Outcome } from './through-proxy.ts'

describe.runIf(requirePeer('sshd'))('a connection that breaks at any byte', () => {
  const server = suiteServer(() => startSshd())
  let instance: Instance
  let whole: Outcome['bytes']
  beforeAll(async () => {
    instance = await warmInstance(server())
    const outcome = await throughProxy(server(), instance, {})
    expect(outcome).toMatchObject({ error: undefined, leaked: 0 })
    whole = outcome.bytes
  })

  for (const kind of ['reset', 'close', 'half-close'] as const satisfies End[]) {
    for (const direction of ['toClient', 'toServer'] as const satisfies Direction[]) {
      it(`${kind} ${direction}, at 40 places: a typed error, nothing left allocated`, async () => {
        const random = seededRandom(40)
        // Half of the places lie where the session is still being made: most kinds of messages are there.
        const places = Array.from({ length: 40 }, (_, i) => random.below(i % 2 === 0 ? 6000 : whole[direction] - 500))
        for (const at of places) {
          const { error, leaked } = await throughProxy(server(), instance, { faults: { [direction]: [{ kind, at }] } })
          expect.soft({ at, failed: error !== undefined, leaked }).toEqual({ at, failed: true, leaked: 0 })
        }
      }, 120_000)
    }
  }
})
