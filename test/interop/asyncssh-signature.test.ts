import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeEach, describe, expect, it, afterEach } from 'vitest'
import { HostKeyError } from '../../src/index.ts'
import { startAsyncssh } from '../support/asyncssh.ts'
import { startKexinitGate } from '../support/kexinit-gate.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { exchange } from './exchange.ts'

/**
 * The connections of an AsyncSSH server share their key pairs, and with them the signature algorithm: it is set when one's
 * SSH_MSG_KEXINIT comes, and read when its SSH_MSG_KEX_ECDH_INIT does. With another connection's SSH_MSG_KEXINIT in between that
 * agrees on another one of RSA's algorithms, the signature is of that one, which RFC 8332 section 3 forbids.
 */
describe.runIf(requirePeer('asyncssh'))('two connections to AsyncSSH at once, with one RSA host key', () => {
  let server: SshServer
  beforeEach(async () => {
    server = await startAsyncssh({ hostKeyTypes: ['rsa'] })
  })
  afterEach(() => server.stop())

  const choice = (hostKey: string) => ({ kex: 'curve25519-sha256', hostKey, cipher: 'chacha20-poly1305@openssh.com' })

  /** Runs a client on `rsa-sha2-512`, and with its key exchange half done another one on `second`. */
  async function overtaken(second: string, client: (server: SshServer) => Promise<unknown>): Promise<unknown> {
    await using gate = await startKexinitGate(server)
    const before = exchanges()
    const first = client({ ...server, port: gate.port }).catch((error: unknown) => error)
    await expect.poll(exchanges).toBe(before + 1)
    await exchange(server, { choice: choice(second), bytes: 10 })
    gate.open()
    return await first
  }
  const exchanges = () => server.log().match(/Beginning key exchange/g)?.length ?? 0

  const ours = (through: SshServer) => exchange(through, { choice: choice('rsa-sha2-512'), bytes: 10 })
  const openssh = async (through: SshServer) => {
    const options = ['HostKeyAlgorithms=rsa-sha2-512', 'KexAlgorithms=curve25519-sha256', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'BatchMode=yes', 'IdentityAgent=none']
    const words = ['-F', 'none', ...options.flatMap((option) => ['-o', option]), '-i', through.keys.ed25519.path, '-p', String(through.port)]
    return promisify(execFile)('ssh', [...words, `${through.user}@${through.host}`, 'true'], { timeout: 20_000 })
  }

  it('both on the same algorithm: works with our client and with OpenSSH\'s', async () => {
    expect(await overtaken('rsa-sha2-512', ours)).toMatchObject({ hostKey: 'rsa-sha2-512' })
    expect(await overtaken('rsa-sha2-512', openssh)).toMatchObject({ stdout: '' })
  })

  it('on different ones: where OpenSSH\'s client refuses the signature ours does, and says why', async () => {
    const [its, verdict] = [await overtaken('rsa-sha2-256', openssh), await overtaken('rsa-sha2-256', ours)]
    if (!(its instanceof Error)) return expect(verdict, 'an AsyncSSH without this fault').toMatchObject({ hostKey: 'rsa-sha2-512' })
    expect(String((its as Error & { stderr: string }).stderr)).toMatch(/incorrect signature|signature algorithm/i)
    expect(verdict).toBeInstanceOf(HostKeyError)
    expect(verdict).toMatchObject({ code: 'ERR_LIBSSH2_HOSTKEY_SIGN', message: expect.stringContaining('another algorithm than the one that was agreed on') as string })
  })
})
