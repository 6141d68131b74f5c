import { describe, expect, it } from 'vitest'
import { requirePeer } from '../support/require-peer.ts'
import type { Choice } from './choices.ts'
import { exchange } from './exchange.ts'
import { servers } from './servers.ts'

type Pair = Pick<Choice, 'cipher' | 'mac'>
const [chacha, etm] = [{ cipher: 'chacha20-poly1305@openssh.com' }, { cipher: 'aes128-ctr', mac: 'hmac-sha2-256-etm@openssh.com' }]
/** One of each kind of packet: AEAD, encrypt-then-MAC, encrypt-and-MAC. npm test tries two of them. */
const ciphers: Pair[] = process.env.INTEROP === 'full' ? [chacha, { cipher: 'aes256-gcm@openssh.com' }, etm, { cipher: 'aes128-ctr', mac: 'hmac-sha2-512' }] : [chacha, etm]

/** What a server does not have of them. */
const lacking: Record<string, RegExp> = {
  Dropbear: /gcm|etm|sha2-512/, 'Dropbear of sid': /gcm|etm|sha2-512/, TinySSH: /aes/, 'TinySSH of sid': /aes/,
  Paramiko: /chacha20|gcm/, 'Paramiko of trixie': /chacha20/, 'golang x/crypto': /aes256-gcm|sha2-512$/,
}

const choiceOf = (name: string, pair: Pair): Choice => ({ kex: name.startsWith('Paramiko') ? 'curve25519-sha256@libssh.org' : 'curve25519-sha256', hostKey: 'ssh-ed25519', ...pair })

for (const { name, peers, rekey, start, abilities } of servers) {
  describe.runIf(peers.map(requirePeer).every(Boolean))(name, () => {
    for (const pair of ciphers.filter((one) => lacking[name]?.test(Object.values(one).join(' ')) !== true)) {
      const title = Object.values(pair).join(' ')
      it.runIf(rekey)(`re-key by the server: while bytes go both ways, ${title}`, async () => {
        await using server = await rekey!.start()
        await exchange(server, { choice: choiceOf(name, pair), bytes: 5_000_000 })
        // The first one is the handshake's.
        await expect.poll(() => server.log().match(rekey!.logged)?.length).toBeGreaterThan(2)
      }, 60_000)

      it.runIf(abilities.length > 0)(`re-key by us: while bytes go both ways, ${title}`, async () => {
        await using server = await start()
        // TinySSH would not look at the KEXINIT that comes in one piece with NEWKEYS (see ignoreMeanwhile), and before its answer nothing more may come.
        await exchange(server, { choice: choiceOf(name, pair), bytes: 5_000_000, rekeys: name.startsWith('TinySSH') ? 1 : 5 })
      }, 60_000)

      it.runIf(rekey)(`re-key by both: while bytes go both ways, ${title}`, async () => {
        await using server = await rekey!.start()
        await exchange(server, { choice: choiceOf(name, pair), bytes: 5_000_000, rekeys: 20 })
      }, 60_000)
    }
  })
}
