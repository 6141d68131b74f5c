import { describe, expect, it } from 'vitest'
import { opensshRun, ssh2Run } from '../../support/reference-client.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { startSshd } from '../../support/sshd.ts'

describe.runIf(requirePeer('sshd'))('startSshd', () => {
  for (const key of ['ed25519', 'rsa', 'ecdsa'] as const) {
    it(`lets the ${key} key in`, async () => {
      await using server = await startSshd()
      expect(await opensshRun(server, key, 'echo here')).toBe('here\n')
      // sshd's monitor writes this after it has let its child go on.
      await expect.poll(() => server.log()).toContain('Accepted publickey')
    })
  }

  it('ends its sessions when it stops', async () => {
    const server = await startSshd()
    const hanging = opensshRun(server, 'ed25519', 'sleep 30').catch((error: { code: number }) => error.code)
    while (!server.log().includes('Starting session')) await new Promise((resolve) => setTimeout(resolve, 20))
    await server.stop()
    expect(await hanging).toBe(255)
    await server.stop()
  })

  it('takes lines of configuration', async () => {
    await using server = await startSshd({ config: ['LogLevel DEBUG1', 'Ciphers aes128-ctr'], hostKeyTypes: ['ed25519'] })
    await opensshRun(server, 'ed25519', 'true')
    await expect.poll(() => server.log()).toContain('cipher: aes128-ctr')
    expect(server.hostKeys.map((key) => key.fingerprint)).toEqual([expect.stringMatching(/^SHA256:[\w+/]{43}$/)])
  })

  it('fails with the log when the configuration is wrong', async () => {
    await expect(startSshd({ config: ['NoSuchKeyword yes'] })).rejects.toThrow(/NoSuchKeyword/)
  })
})

describe('OpenSSH of other releases', () => {
  const releases = [
    ['bullseye', '8.4'],
    ['trixie', '10.0'],
    ['sid', '10.'],
  ] as const
  for (const [release, version] of releases) {
    it.runIf(requirePeer(`sshd-${release}`))(`${release} runs and is ${version}`, async () => {
      await using server = await startSshd({ release, sftp: 'server', config: ['LogLevel DEBUG1'] })
      expect(await opensshRun(server, 'ed25519', 'echo here')).toBe('here\n')
      await expect.poll(() => server.log()).toContain(`OpenSSH_${version}`)
    })
  }
})

describe('made-up users at sshd', () => {
  const login = { user: 'tester', password: 'correct horse' }

  it.runIf(requirePeer('sshd-login'))('log in by password, or by key', async () => {
    await using server = await startSshd({ login })
    expect(await ssh2Run(server, 'echo $USER', { password: login.password })).toEqual({ stdout: 'tester\n', prompts: [] })
    expect(await opensshRun(server, 'ed25519', 'echo $USER')).toBe('tester\n')
    await expect(ssh2Run(server, 'true', { password: 'wrong' })).rejects.toThrow(/authentication methods failed/)
  })

  it.runIf(requirePeer('sshd-keyboard-interactive'))('are asked in two rounds', async () => {
    await using server = await startSshd({ login: { ...login, secondFactor: '123456' } })
    const answered = await ssh2Run(server, 'echo $USER', { answers: [login.password, '123456'] })
    expect(answered).toEqual({ stdout: 'tester\n', prompts: ['Password: ', 'Password: '] })
    await expect(ssh2Run(server, 'true', { answers: [login.password, '654321'] })).rejects.toThrow(/authentication methods failed/)
  })
})
