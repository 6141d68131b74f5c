import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type ConnectOptions, insecureAcceptAnyHostKey, publicKey } from '../../../src/index.ts'
import { requirePeer } from '../../support/require-peer.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'

describe.runIf(requirePeer('sshd'))('requirePostQuantum', () => {
  let classical: SshServer
  beforeAll(async () => {
    classical = await startSshd({ config: ['KexAlgorithms curve25519-sha256,ecdh-sha2-nistp256', 'LogLevel DEBUG1'] })
  })
  afterAll(() => classical.stop())

  const options = (server: SshServer, more: Partial<ConnectOptions> = {}): ConnectOptions => ({
    host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))], ...more,
  })

  it('refuses a server that has none before its host key is judged and before anybody logs in, and says what it has', async () => {
    let judged = 0
    const hostKey = { verify: () => { judged += 1 } }
    await expect(connect(options(classical, { requirePostQuantum: true, hostKey }))).rejects.toMatchObject({
      name: 'SSHError', code: 'ERR_NOT_POST_QUANTUM', message: expect.stringMatching(/sntrup761x25519-sha512.*the server offers curve25519-sha256, ecdh-sha2-nistp256/), cause: { code: 'ERR_LIBSSH2_KEX_FAILURE' },
    })
    expect(judged).toBe(0)
    expect(classical.log()).not.toMatch(/userauth-request/)
  })

  it('without it such a server is fine, and is told apart', async () => {
    await using client = await connect(options(classical))
    expect(client.algorithms).toMatchObject({ kex: 'curve25519-sha256', postQuantum: false })
  })

  it('another disagreement keeps its own error', async () => {
    await using server = await startSshd({ config: ['Ciphers aes128-cbc'] })
    await expect(connect(options(server, { requirePostQuantum: true }))).rejects.toMatchObject({ code: 'ERR_LIBSSH2_KEX_FAILURE', message: expect.stringMatching(/no common cipher/) })
  })

  it('takes its part of a list of names, and refuses a list that has none', async () => {
    await using server = await startSshd()
    const named = (kex: string[]) => connect(options(server, { requirePostQuantum: true, algorithms: { kex } }))
    {
      await using client = await named(['curve25519-sha256', 'sntrup761x25519-sha512@openssh.com'])
      expect(client.algorithms).toMatchObject({ kex: 'sntrup761x25519-sha512@openssh.com', postQuantum: true })
    }
    await expect(named(['curve25519-sha256'])).rejects.toMatchObject({ code: 'ERR_ALGORITHM' })
    await expect(named(['sntrup4591761x25519-sha512@tinyssh.org'])).rejects.toMatchObject({ code: 'ERR_ALGORITHM' })
  })

  it('holds for later exchanges too: the server cannot choose another one when keys are made anew', async () => {
    await using server = await startSshd({ config: ['LogLevel DEBUG1', 'RekeyLimit 1M'] })
    await using client = await connect(options(server, { requirePostQuantum: true }))
    expect(client.algorithms.postQuantum).toBe(true)
    expect((await client.run('head -c 3000000 /dev/zero')).stdoutBytes.length).toBe(3_000_000)
    const agreed = [...server.log().matchAll(/kex: algorithm: (\S+)/g)].map(([, kex]) => kex)
    expect(agreed.length).toBeGreaterThan(1)
    expect(new Set(agreed)).toEqual(new Set([client.algorithms.kex]))
  })
})
