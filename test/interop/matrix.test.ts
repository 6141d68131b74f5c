import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAsyncssh } from '../support/asyncssh.ts'
import { startDropbear } from '../support/dropbear.ts'
import { startGoServer } from '../support/go-server.ts'
import type { KeyType } from '../support/key-pairs.ts'
import { startParamiko } from '../support/paramiko.ts'
import { requirePeer, type PeerName } from '../support/require-peer.ts'
import { startSsh2Server } from '../support/ssh2-server.ts'
import type { ClientKeys, SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { startTinysshd } from '../support/tinysshd.ts'
import { choiceName, oneAtATime, product, shared, type Choice } from './choices.ts'
import { exchange, supported } from './exchange.ts'
import { serverOffer } from './server-offer.ts'

const allHostKeys: KeyType[] = ['ed25519', 'ecdsa', 'ecdsa384', 'ecdsa521', 'rsa']
const allUserKeys: (keyof ClientKeys)[] = ['ed25519', 'ecdsa', 'rsa']

interface Row {
  readonly name: string
  readonly peers: readonly PeerName[]
  start(): Promise<SshServer>
  readonly userKeys?: readonly (keyof ClientKeys)[]
}

const rows: Row[] = [
  { name: 'OpenSSH as installed', peers: ['sshd'], start: () => startSshd({ hostKeyTypes: allHostKeys }) },
  { name: 'OpenSSH with Ed25519 host keys only', peers: ['sshd'], start: () => startSshd({ hostKeyTypes: ['ed25519'] }) },
  { name: 'OpenSSH 8.4', peers: ['sshd-bullseye'], start: () => startSshd({ release: 'bullseye', hostKeyTypes: allHostKeys }) },
  { name: 'OpenSSH 10.0', peers: ['sshd-trixie'], start: () => startSshd({ release: 'trixie', hostKeyTypes: allHostKeys }) },
  { name: 'OpenSSH of sid', peers: ['sshd-sid'], start: () => startSshd({ release: 'sid', hostKeyTypes: allHostKeys }) },
  { name: 'Dropbear', peers: ['dropbear', 'sshd-login'], start: () => startDropbear() },
  { name: 'Dropbear of sid', peers: ['dropbear', 'dropbear-sid', 'sshd-login'], start: () => startDropbear({ release: 'sid' }) },
  { name: 'TinySSH', peers: ['tinysshd', 'sshd-login'], start: () => startTinysshd(), userKeys: ['ed25519'] },
  { name: 'TinySSH of sid', peers: ['tinysshd', 'tinysshd-sid', 'sshd-login'], start: () => startTinysshd({ release: 'sid' }), userKeys: ['ed25519'] },
  { name: 'AsyncSSH', peers: ['asyncssh'], start: () => startAsyncssh({ hostKeyTypes: allHostKeys }) },
  { name: 'Paramiko', peers: ['paramiko'], start: () => startParamiko() },
  { name: 'npm ssh2', peers: [], start: () => startSsh2Server({ hostKeyTypes: allHostKeys }) },
  { name: 'golang x/crypto', peers: ['go'], start: () => startGoServer({ hostKeyTypes: allHostKeys }) },
]

/** `npm run test:interop` tries all with all; npm test every name once. */
const everything = process.env.INTEROP === 'full'

for (const { name, peers, start, userKeys = allUserKeys } of rows) {
  describe.runIf(peers.map(requirePeer).every(Boolean))(name, () => {
    let server: SshServer
    // The Go server is compiled at the first need.
    beforeAll(async () => {
      server = await start()
    }, 120_000)
    afterAll(() => server.stop())

    it('agrees with our defaults', async () => {
      const { kex, cipher } = await exchange(server)
      expect({ kex, cipher }).toEqual({ kex: expect.stringMatching(/./), cipher: expect.stringMatching(/./) })
    })

    for (const key of userKeys) it(`lets the ${key} key in`, () => exchange(server, { key, bytes: 10 }))

    it(everything ? 'works with all algorithms in all combinations' : 'works with each algorithm', async () => {
      const both = shared(await supported(), await serverOffer(server))
      const choices = everything ? product(both) : oneAtATime(both)
      expect(choices).not.toEqual([])
      expect(await failures(server, choices)).toEqual([])
    }, everything ? 3_600_000 : 120_000)
  })
}

describe('what is negotiated by default', () => {
  const offers: [PeerName, () => Promise<SshServer>, Partial<Choice>][] = [
    ['sshd', () => startSshd(), { kex: 'curve25519-sha256', hostKey: 'ssh-ed25519' }],
    ['sshd-trixie', () => startSshd({ release: 'trixie' }), { kex: 'mlkem768x25519-sha256', hostKey: 'ssh-ed25519' }],
  ]
  for (const [peer, start, expected] of offers) {
    it.runIf(requirePeer(peer))(`${expected.kex} with ${peer}`, async () => {
      await using server = await start()
      expect(await exchange(server)).toMatchObject(expected)
    })
  }
})

/** Four at a time: most of an exchange is waiting for the server's processes. */
async function failures(server: SshServer, choices: readonly Choice[]): Promise<string[]> {
  const failed: string[] = []
  const queue = [...choices]
  const worker = async () => {
    for (let choice = queue.shift(); choice !== undefined; choice = queue.shift()) {
      const wanted = choiceName(choice)
      try {
        const got = choiceName(await exchange(server, { choice }))
        if (got !== wanted) failed.push(`${wanted}: got ${got}`)
      } catch (error) {
        failed.push(`${wanted}: ${String(error)}`)
      }
    }
  }
  await Promise.all([worker(), worker(), worker(), worker()])
  return failed
}
