import { describe, expect, it } from 'vitest'
import { startAsyncssh } from '../../support/asyncssh.ts'
import { startDropbear } from '../../support/dropbear.ts'
import { startGoServer } from '../../support/go-server.ts'
import { startParamiko } from '../../support/paramiko.ts'
import { opensshRun, scannedFingerprints, ssh2Run } from '../../support/reference-client.ts'
import { requirePeer, type PeerName } from '../../support/require-peer.ts'
import { startSsh2Server } from '../../support/ssh2-server.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { suiteServer } from '../../support/suite-server.ts'
import { startTinysshd } from '../../support/tinysshd.ts'

const login = { user: 'tester', password: 'correct horse' }

const servers: [PeerName[], string, () => Promise<SshServer>, (keyof SshServer['keys'])[]][] = [
  [['dropbear', 'sshd-login'], 'Dropbear', () => startDropbear({ login }), ['ed25519', 'rsa', 'ecdsa']],
  [['dropbear-sid', 'dropbear', 'sshd-login'], 'Dropbear of sid', () => startDropbear({ login, release: 'sid' }), ['ed25519', 'rsa', 'ecdsa']],
  [['tinysshd', 'sshd-login'], 'TinySSH', () => startTinysshd(), ['ed25519']],
  [['tinysshd-sid', 'tinysshd', 'sshd-login'], 'TinySSH of sid', () => startTinysshd({ release: 'sid' }), ['ed25519']],
  [['asyncssh'], 'AsyncSSH', () => startAsyncssh(), ['ed25519', 'rsa', 'ecdsa']],
  // Without ext-info OpenSSH's client has no RSA signature that it would use.
  [['paramiko'], 'Paramiko', () => startParamiko(), ['ed25519', 'ecdsa']],
  [[], 'npm ssh2', () => startSsh2Server(), ['ed25519', 'rsa', 'ecdsa']],
  [['go'], 'golang x/crypto', () => startGoServer(), ['ed25519', 'rsa', 'ecdsa']],
]

for (const [peers, name, start, keys] of servers) {
  describe.runIf(peers.every(requirePeer))(name, () => {
    const server = suiteServer(start)

    for (const key of keys) {
      it(`lets the ${key} key in and runs a command`, async () => {
        expect(await opensshRun(server(), key, 'echo here; exit 0')).toBe('here\n')
      })
    }

    it('shows the host keys that it was started with', async () => {
      const own = server().hostKeys.map(({ fingerprint }) => fingerprint)
      expect((await scannedFingerprints(server())).sort()).toEqual(own.sort())
    })
  })
}

describe('passwords', () => {
  it.runIf(requirePeer('dropbear') && requirePeer('sshd-login'))('Dropbear takes them', async () => {
    await using server = await startDropbear({ login })
    expect((await ssh2Run(server, 'echo $USER', { password: login.password })).stdout).toBe('tester\n')
    await expect(ssh2Run(server, 'true', { password: 'wrong' })).rejects.toThrow(/authentication methods failed/)
  })

  it.runIf(requirePeer('asyncssh'))('AsyncSSH takes them, and asks in rounds', async () => {
    const rounds = [
      { name: 'First', instructions: 'Two answers', prompts: [['Name: ', true], ['Word: ', false]], answers: ['me', 'secret'] },
      { prompts: [['Code: ', true]], answers: ['123456'] },
    ] as const
    await using server = await startAsyncssh({ login: { password: login.password, rounds } })
    expect((await ssh2Run(server, 'echo 1', { password: login.password })).stdout).toBe('1\n')
    const answered = await ssh2Run(server, 'echo 2', { answers: ['me', 'secret', '123456'] })
    expect(answered).toEqual({ stdout: '2\n', prompts: ['Name: ', 'Word: ', 'Code: '] })
    await expect(ssh2Run(server, 'true', { answers: ['me', 'secret', '000000'] })).rejects.toThrow(/authentication methods failed/)
  })
})
