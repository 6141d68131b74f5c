import { beforeAll, describe, expect, it } from 'vitest'
import type { Instance } from '../../src/index.ts'
import type { Direction } from '../support/proxy.ts'
import { seededRandom } from '../support/random.ts'
import { requirePeer } from '../support/require-peer.ts'
import { startSshd } from '../support/sshd.ts'
import { suiteServer } from '../support/suite-server.ts'
import { throughProxy, warmInstance, type Outcome } from './through-proxy.ts'

/** One of each kind of packet protection; the server has no other. */
const protections = [
  ['chacha20-poly1305@openssh.com', []],
  ['aes128-gcm@openssh.com', []],
  ['aes128-ctr', ['MACs hmac-sha2-256-etm@openssh.com']],
  ['aes128-ctr', ['MACs hmac-sha2-256']],
] as const

for (const [cipher, macs] of protections) {
  describe.runIf(requirePeer('sshd'))(`bytes changed on the way, ${[cipher, ...macs].join(', ')}`, () => {
    const server = suiteServer(() => startSshd({ config: [`Ciphers ${cipher}`, ...macs] }))
    let instance: Instance
    let whole: Outcome['bytes']
    beforeAll(async () => {
      instance = await warmInstance(server())
      whole = (await throughProxy(server(), instance, {})).bytes
    })

    for (const direction of ['toClient', 'toServer'] as const satisfies Direction[]) {
      it(`${direction}: never other bytes than were sent, and a typed error`, async () => {
        const random = seededRandom(5)
        // After 4000 bytes all is encrypted and authenticated, and the last bytes say goodbye.
        const places = Array.from({ length: 15 }, () => random.integer(4000, whole[direction] - 500))
        for (const at of places) {
          const { error, leaked } = await throughProxy(server(), instance, { faults: { [direction]: [{ kind: 'corrupt', at, mask: 1 << random.below(8) }] } })
          expect.soft({ at, failed: error !== undefined, leaked }).toEqual({ at, failed: true, leaked: 0 })
        }
      }, 120_000)
    }

    it('before encryption: a typed error, or no harm', async () => {
      const random = seededRandom(6)
      for (const direction of ['toClient', 'toServer'] as const satisfies Direction[]) {
        for (let times = 0; times < 10; times++) {
          // Padding is not protected then. `throughProxy` throws when wrong bytes came out, or another error than a typed one.
          const fault = { kind: 'corrupt', at: random.below(1500), mask: 1 << random.below(8) } as const
          expect.soft((await throughProxy(server(), instance, { faults: { [direction]: [fault] } })).leaked).toBe(0)
        }
      }
    }, 120_000)
  })
}
