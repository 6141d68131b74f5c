import { type AddressInfo, createServer } from 'node:net'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type ConnectOptions, insecureAcceptAnyHostKey, publicKey } from '../../../src/index.ts'
import { requirePeer } from '../../support/require-peer.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'

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
    const agreed = () => [...server.log().matchAll(/kex: algorithm: (\S+)/g)].map(([, kex]) => kex)
    await expect.poll(() => agreed().length).toBeGreaterThan(1)
    expect(new Set(agreed())).toEqual(new Set([client.algorithms.kex]))
  })
})

// libssh 0.10 has an empty name in its list.
it.each([['curve25519-sha256', 'ERR_NOT_POST_QUANTUM'], ['curve25519-sha256,,kex-strict-s-v00@openssh.com', 'ERR_NOT_POST_QUANTUM'], ['', 'ERR_NOT_POST_QUANTUM']])('a server that offers %j has none', async (kex, code) => {
  const lists = [kex, 'ssh-ed25519', 'aes256-ctr', 'aes256-ctr', 'hmac-sha2-256', 'hmac-sha2-256', 'none', 'none', '', '']
  const payload = lists.reduce((message, list) => message.string(list), new WireWriter().byte(20).bytes(new Uint8Array(16))).byte(0).uint32(0).finish()
  const padding = 16 - (payload.length + 5) % 8
  const packet = new WireWriter().uint32(payload.length + 1 + padding).byte(padding).bytes(payload).bytes(new Uint8Array(padding)).finish()
  const server = createServer((socket) => {
    socket.on('error', () => {}).resume()
    socket.write('SSH-2.0-scripted\r\n')
    socket.write(packet)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  try {
    const { port } = server.address() as AddressInfo
    await expect(connect({ host: '127.0.0.1', port, username: 'user', hostKey: insecureAcceptAnyHostKey(), requirePostQuantum: true })).rejects.toMatchObject({ code })
  } finally {
    await new Promise((closed) => server.close(closed))
  }
})
