import { describe, expect, it } from 'vitest'
import { exchange } from '../interop/exchange.ts'
import { requirePeer } from '../support/require-peer.ts'
import { startSshd } from '../support/sshd.ts'

/** Of each kind of computation one; the long ones run in slices, between which the session goes on. */
const kex = ['sntrup761x25519-sha512@openssh.com', 'curve25519-sha256', 'ecdh-sha2-nistp521', 'diffie-hellman-group14-sha256', 'diffie-hellman-group16-sha512', 'diffie-hellman-group-exchange-sha256']

describe('new keys by each kind of key exchange, while bytes go both ways', () => {
  const rekey = async (name: string, release?: 'trixie' | 'sid') => {
    await using server = await startSshd({ config: ['LogLevel DEBUG1', `KexAlgorithms ${name}`], ...release && { release } })
    await exchange(server, { choice: { kex: name, hostKey: 'ssh-ed25519', cipher: 'aes128-ctr', mac: 'hmac-sha2-256' }, bytes: 2_000_000, rekeys: 3 })
    // The handshake's, and three.
    await expect.poll(() => server.log().match(/SSH2_MSG_KEXINIT received/g)?.length).toBe(4)
  }
  it.each(kex)('%s', (name) => rekey(name), 60_000)
  for (const [release, name] of [['trixie', 'mlkem768x25519-sha256'], ['trixie', 'sntrup761x25519-sha512'], ['sid', 'mlkem768nistp256-sha256']] as const) {
    it.runIf(requirePeer(`sshd-${release}`))(`${name}, OpenSSH of ${release}`, () => rekey(name, release), 60_000)
  }
})
