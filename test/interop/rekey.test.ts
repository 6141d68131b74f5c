import { describe, expect, it } from 'vitest'
import { startAsyncssh } from '../support/asyncssh.ts'
import { requirePeer, type PeerName } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { exchange } from './exchange.ts'

/** Servers that change the keys after a megabyte or less, and what they print each time. */
const servers: [string, PeerName, () => Promise<SshServer>, RegExp][] = [
  ['OpenSSH', 'sshd', () => startSshd({ config: ['LogLevel DEBUG1', 'RekeyLimit 1M'] }), /SSH2_MSG_KEXINIT sent/g],
  ['OpenSSH 10.0', 'sshd-trixie', () => startSshd({ release: 'trixie', config: ['LogLevel DEBUG1', 'RekeyLimit 1M'] }), /SSH2_MSG_KEXINIT sent/g],
  ['AsyncSSH', 'asyncssh', () => startAsyncssh({ listen: { rekey_bytes: 200_000 } }), /Beginning key exchange/g],
]

/** One of each kind of packet: AEAD, encrypt-then-MAC, encrypt-and-MAC. */
const ciphers = [
  { cipher: 'chacha20-poly1305@openssh.com' },
  { cipher: 'aes256-gcm@openssh.com' },
  { cipher: 'aes128-ctr', mac: 'hmac-sha2-256-etm@openssh.com' },
  { cipher: 'aes128-ctr', mac: 'hmac-sha2-512' },
]

describe('the server changes keys while bytes go both ways', () => {
  for (const [name, peer, start, exchanged] of servers) {
    for (const pair of ciphers) {
      it.runIf(requirePeer(peer))(`${name}, ${Object.values(pair).join(' ')}`, async () => {
        await using server = await start()
        await exchange(server, { choice: { kex: 'curve25519-sha256', hostKey: 'ssh-ed25519', ...pair }, bytes: 5_000_000 })
        // The first one is the handshake's.
        expect(server.log().match(exchanged)?.length).toBeGreaterThan(2)
      })
    }
  }
})
