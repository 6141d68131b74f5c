// The ciphers of the runtime and those of the module, against a real server: which is asked for, and that the bytes are right.
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, insecureAcceptAnyHostKey, publicKey } from '../../../src/index.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'

let server: SshServer
beforeAll(async () => { server = await startSshd() })
afterAll(async () => { await server.stop() })

const methods = [
  ['aes256-gcm@openssh.com', undefined], ['aes128-gcm@openssh.com', undefined], ['aes128-ctr', 'hmac-sha2-256-etm@openssh.com'], ['aes192-ctr', 'hmac-sha2-512'],
  ['aes256-ctr', 'hmac-sha2-256'], ['aes256-ctr', 'hmac-sha2-512-etm@openssh.com'],
] as const

describe.each([[true, 'aes256-gcm@openssh.com'], [false, 'chacha20-poly1305@openssh.com']])('hostCrypto: %s', (hostCrypto, first) => {
  const target = () => ({
    host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), hostCrypto,
    auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))],
  })

  test(`${first} is asked for first`, async () => {
    await using client = await connect(target())
    expect(client.session.instance.hostCrypto).toBe(hostCrypto)
    expect(client.algorithms.cipher).toEqual({ toServer: first, fromServer: first })
  })

  test.each(methods)('%s %s both ways, packets of all sizes', async (cipher, mac) => {
    await using client = await connect({ ...target(), algorithms: { cipher: [cipher], ...mac ? { mac: [mac] } : {} } })
    const stdin = randomBytes(3_000_001)
    const { stdoutBytes } = await client.run('cat', { stdin })
    const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')
    expect(digest(stdoutBytes)).toBe(digest(stdin))
    for (const size of [1, 2, 15, 16, 17, 255, 4097]) expect((await client.run('cat', { stdin: stdin.subarray(0, size) })).stdoutBytes.length).toBe(size)
  })
})
