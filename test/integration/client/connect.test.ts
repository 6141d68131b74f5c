import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, insecureAcceptAnyHostKey, knownHosts, password, pinned, publicKey } from '../../../src/index.ts'
import type { SshServer } from '../../support/ssh-server.ts'
import { startSshd } from '../../support/sshd.ts'
import { exited } from '../../support/exited.ts'

let server: SshServer
beforeAll(async () => { server = await startSshd() })
afterAll(async () => { await server.stop() })

const key = () => readFileSync(server.keys.ed25519.path, 'utf8')
const known = () => server.hostKeys.map(({ publicKey }) => `[${server.host}]:${server.port} ${publicKey}`).join('\n')
const target = () => ({ host: server.host, port: server.port, username: server.user, auth: [publicKey(key())] })

describe('connect', () => {
  test('runs a command on a host that known_hosts knows', async () => {
    await using client = await connect({ ...target(), hostKey: knownHosts(known()) })
    const { stdout, stderr, exit } = await client.run('echo out; echo err >&2; exit 7')
    expect({ stdout, stderr, exit }).toEqual({ stdout: 'out\n', stderr: 'err\n', exit: exited(7) })
  })

  test('refuses to begin without a host-key policy', async () => {
    await expect(connect({ ...target() } as never)).rejects.toMatchObject({ code: 'ERR_HOST_KEY_POLICY_MISSING' })
  })

  test('rejects an unknown host key with its fingerprint, before authentication', async () => {
    await expect(connect({ ...target(), hostKey: pinned('SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA') }))
      .rejects.toMatchObject({ name: 'HostKeyError', received: expect.stringMatching(/^SHA256:/) })
  })

  test('names the methods tried and left when the server refuses', async () => {
    await expect(connect({ ...target(), auth: [password('wrong')], hostKey: insecureAcceptAnyHostKey() }))
      .rejects.toMatchObject({ name: 'AuthenticationError', methodsLeft: ['publickey'] })
  })

  test('tells signal and code apart', async () => {
    await using client = await connect({ ...target(), hostKey: insecureAcceptAnyHostKey() })
    expect((await client.run('kill -TERM $$')).exit).toEqual({ ...exited(0), code: null, signal: 'TERM' })
    expect((await client.run('true')).exit).toEqual(exited(0))
  })

  test('streams both ways at once', async () => {
    await using client = await connect({ ...target(), hostKey: insecureAcceptAnyHostKey() })
    await using process = await client.exec('cat')
    const block = crypto.getRandomValues(new Uint8Array(60_000))
    const writing = (async () => {
      const writer = process.stdin.getWriter()
      for (let i = 0; i < 100; i++) await writer.write(block)
      await writer.close()
    })()
    let total = 0
    for await (const chunk of process.stdout) total += chunk.length
    await writing
    expect(total).toBe(6_000_000)
    expect(await process.exit).toEqual(exited(0))
  })

  test('ends a run at once on abort, and the session goes on', async () => {
    await using client = await connect({ ...target(), hostKey: insecureAcceptAnyHostKey() })
    const reason = new Error('enough')
    const controller = new AbortController()
    const running = client.run('sleep 30', { signal: controller.signal })
    setTimeout(() => controller.abort(reason), 50)
    await expect(running).rejects.toBe(reason)
    expect((await client.run('echo still here')).stdout).toBe('still here\n')
  })

  test('closes a process that still runs without waiting for it', async () => {
    await using client = await connect({ ...target(), hostKey: insecureAcceptAnyHostKey() })
    const start = performance.now()
    {
      await using process = await client.exec('sleep 15')
      await process.resize(10, 10)
    }
    expect((await client.run('echo next')).stdout).toBe('next\n')
    expect(performance.now() - start).toBeLessThan(12_000)
  })

  test('jumps over one host to another', async () => {
    await using jump = await connect({ ...target(), hostKey: insecureAcceptAnyHostKey() })
    const transport = await jump.openTcp(server.host, server.port)
    await using client = await connect({ ...target(), transport, hostKey: knownHosts(known()) })
    expect((await client.run('echo far')).stdout).toBe('far\n')
  })

  test('says why and when the session ended', async () => {
    await using crashing = await startSshd()
    const client = await connect({ ...target(), port: crashing.port, auth: [publicKey(readFileSync(crashing.keys.ed25519.path, 'utf8'))], hostKey: insecureAcceptAnyHostKey() })
    const running = client.run('sleep 30')
    const failed = expect(running).rejects.toMatchObject({ name: 'DisconnectError' })
    await crashing.kill()
    await failed
    expect(await client.closed).toMatchObject({ expected: false, error: { name: 'DisconnectError' } })
    await client.close()
  })
})

test('names what both sides offer where nothing is common', async () => {
  await using weak = await startSshd({ config: ['Ciphers aes128-cbc'] })
  await expect(connect({ host: weak.host, port: weak.port, username: weak.user, hostKey: insecureAcceptAnyHostKey() }))
    .rejects.toMatchObject({ code: 'ERR_LIBSSH2_KEX_FAILURE', message: expect.stringMatching(/no common cipher.*we offer.*aes256-ctr.*the server offers aes128-cbc/) })
})
