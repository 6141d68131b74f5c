// Wherever a server has a post-quantum key exchange that we have, one of them is agreed upon by default, and `requirePostQuantum` works; elsewhere that refuses.
import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { connect, insecureAcceptAnyHostKey, publicKey } from '../../src/index.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { serverOffer } from './offer.ts'
import { servers } from './servers.ts'
import { type PostQuantumRow, writePostQuantumRows } from './table.ts'

const OURS = ['mlkem768x25519-sha256', 'sntrup761x25519-sha512', 'sntrup761x25519-sha512@openssh.com', 'mlkem768nistp256-sha256']

const FIPS = 'OpenSSH of sid as in FIPS mode'

/** What is agreed upon by default today, by either of its names; of others the rule alone is known. */
const KNOWN: Record<string, string | undefined> = {
  'OpenSSH as installed': 'sntrup761x25519-sha512', 'OpenSSH 8.4': 'curve25519-sha256', 'OpenSSH 10.0': 'mlkem768x25519-sha256',
  'OpenSSH of sid': 'mlkem768x25519-sha256', 'Dropbear of sid': 'mlkem768x25519-sha256', 'TinySSH': 'sntrup761x25519-sha512', 'npm ssh2': 'curve25519-sha256',
  [FIPS]: 'mlkem768nistp256-sha256',
}

const options = (server: SshServer) => ({
  host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))],
})

/** All that servers of Red Hat Enterprise Linux 10.2 in FIPS mode have, without mlkem1024nistp384-sha384. */
const fips = {
  name: FIPS, peers: ['sshd', 'sshd-sid'] as const,
  start: () => startSshd({ release: 'sid', config: ['KexAlgorithms mlkem768nistp256-sha256,ecdh-sha2-nistp256', 'Ciphers aes256-gcm@openssh.com,aes256-ctr', 'HostKeyAlgorithms ecdsa-sha2-nistp256'] }),
}

describe('post-quantum wherever the server has any', () => {
  const rows: PostQuantumRow[] = []
  afterAll(() => writePostQuantumRows(rows))

  for (const { name, peers, start } of [...servers, fips]) {
    it.runIf(peers.map(requirePeer).every(Boolean))(name, async () => {
      await using server = await start()
      const offered = (await serverOffer(server)).kex
      const possible = OURS.filter(Set.prototype.has, new Set(offered))
      {
        await using client = await connect(options(server))
        const { kex, postQuantum } = client.algorithms
        rows.push({ server: name, banner: client.serverIdentification, hybrids: offered.filter((method) => /mlkem|sntrup|kyber/.test(method)), kex, postQuantum })
        expect(kex).toBe(possible[0] ?? kex)
        if (KNOWN[name]) expect(kex.replace('@openssh.com', '')).toBe(KNOWN[name])
        expect(postQuantum).toBe(possible.length > 0)
        expect((await client.run('echo by default')).stdout).toBe('by default\n')
      }
      const required = connect({ ...options(server), requirePostQuantum: true })
      if (possible.length === 0) return await expect(required).rejects.toMatchObject({ name: 'SSHError', code: 'ERR_NOT_POST_QUANTUM' })
      await using client = await required
      expect(client.algorithms).toMatchObject({ kex: possible[0], postQuantum: true })
    })
  }
})
