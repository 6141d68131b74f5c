import { afterAll, describe, expect, it } from 'vitest'
import { requirePeer, type PeerName } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { suiteServer } from '../support/suite-server.ts'
import { startSshd } from '../support/sshd.ts'
import { choiceName, oneAtATime, pairwise, product, shared, type Choice } from './choices.ts'
import { exchange, supported } from './exchange.ts'
import { serverOffer } from './offer.ts'
import { servers } from './servers.ts'
import { type TableRow, writeRows } from './table.ts'

/** npm test tries every name once; `npm run test:interop` also every two that are not weak together, and with some servers all with all. */
const everything = process.env.INTEROP === 'full'

const table: TableRow[] = []
afterAll(() => writeRows(table))

for (const { name, peers, start, userKeys, product: allWithAll } of servers) {
  describe.runIf(peers.map(requirePeer).every(Boolean))(name, () => {
    const server = suiteServer(start)

    for (const key of userKeys) it(`lets the ${key} key in`, () => exchange(server(), { key, bytes: 10 }))

    it(everything ? 'works with each algorithm, and with all in combination' : 'works with each algorithm', async () => {
      const [ours, theirs] = [await supported(), await serverOffer(server())]
      const { banner, ...byDefault } = await exchange(server())
      const both = shared(ours.all, theirs)
      const strong = shared(ours.byDefault, theirs)
      const how = !everything ? 'each' : allWithAll === true ? 'all' : 'pairs'
      const combined = { each: [], pairs: pairwise(strong), all: product(strong) }[how]
      const choices = distinct([...oneAtATime(both), ...combined])
      const failed = await failures(server(), choices)
      table.push({ server: name, banner, byDefault, shared: both, how, tried: choices.length, failed: failed.length })
      expect(choices).not.toEqual([])
      expect(failed).toEqual([])
    }, everything ? 3_600_000 : 120_000)
  })
}

describe('what is negotiated by default', () => {
  const offers: [PeerName, () => Promise<SshServer>, Partial<Choice>][] = [
    ['sshd', () => startSshd(), { kex: expect.stringMatching(/^sntrup761x25519-sha512/), hostKey: 'ssh-ed25519' }],
    ['sshd-trixie', () => startSshd({ release: 'trixie' }), { kex: 'mlkem768x25519-sha256', hostKey: 'ssh-ed25519' }],
  ]
  for (const [peer, start, expected] of offers) {
    it.runIf(requirePeer(peer))(`with ${peer}`, async () => {
      await using server = await start()
      expect(await exchange(server)).toMatchObject(expected)
    })
  }
})

/** AES and HMAC by the runtime and by WebAssembly: both where each algorithm is tried once, else in turn. */
let turn = 0
function ways({ cipher }: Choice): boolean[] {
  if (cipher.startsWith('chacha20')) return [false]
  return everything ? [turn++ % 2 === 0] : [true, false]
}

const distinct = (choices: readonly Choice[]): Choice[] => [...new Map(choices.map((choice) => [choiceName(choice), choice])).values()]

/** Four at a time, but one kind of host key after the other: AsyncSSH mixes up those of connections at once (asyncssh-signature.test.ts). */
async function failures(server: SshServer, choices: readonly Choice[]): Promise<string[]> {
  const failed: string[] = []
  for (const hostKey of new Set(choices.map((choice) => choice.hostKey))) {
    const queue = choices.filter((choice) => choice.hostKey === hostKey)
    const worker = async () => {
      for (let choice = queue.shift(); choice !== undefined; choice = queue.shift()) {
        const wanted = choiceName(choice)
        for (const hostCrypto of ways(choice)) {
          const got = await exchange(server, { choice, hostCrypto }).then(choiceName, String)
          if (got !== wanted) failed.push(`${wanted}${hostCrypto ? '' : ' (all in WebAssembly)'}: ${got}`)
        }
      }
    }
    await Promise.all([worker(), worker(), worker(), worker()])
  }
  return failed
}
