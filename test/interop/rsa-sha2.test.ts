import { describe, expect, it } from 'vitest'
import { startAsyncssh } from '../support/asyncssh.ts'
import { opensshServerSigAlgs } from '../support/reference-client.ts'
import { requirePeer } from '../support/require-peer.ts'
import { startSshd } from '../support/sshd.ts'
import { exchange } from './exchange.ts'

describe('RSA user keys', () => {
  it.runIf(requirePeer('asyncssh'))('log in where server-sig-algs names a method more than once', async () => {
    await using server = await startAsyncssh()
    const names = await opensshServerSigAlgs(server)
    // Without the repetition this server would show nothing (libssh2 1.11.1 overflows its buffer on it).
    expect(names.length).toBeGreaterThan(new Set(names).size)
    await exchange(server, { key: 'rsa' })
  })

  for (const algorithm of ['rsa-sha2-256', 'rsa-sha2-512']) {
    // Older ones than 9.8 name in server-sig-algs what they do not accept.
    it.runIf(requirePeer('sshd-trixie'))(`sign with ${algorithm} where the server takes nothing else`, async () => {
      await using server = await startSshd({ release: 'trixie', config: [`PubkeyAcceptedAlgorithms ${algorithm}`] })
      await exchange(server, { key: 'rsa' })
      await expect.poll(() => server.log()).toContain('Accepted publickey')
    })
  }
})
