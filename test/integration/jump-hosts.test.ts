import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Client, connect, type ConnectOptions, pinned, publicKey, type Transport } from '../../src/index.ts'
import { seededRandom } from '../support/random.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { within } from '../support/within.ts'

/** Three servers with host keys of different types, so that none can be taken for another. */
let servers: SshServer[]
let directory: TemporaryDirectory
beforeAll(async () => {
  directory = temporaryDirectory('jump')
  servers = await Promise.all((['ed25519', 'ecdsa', 'rsa'] as const).map((type) => startSshd({ hostKeyTypes: [type] })))
})
afterAll(async () => {
  for (const server of servers) await server.stop()
  directory.remove()
})

function login(server: SshServer, transport?: Transport, options: Partial<ConnectOptions> = {}): Promise<Client> {
  return connect({
    host: server.host, port: server.port, username: server.user, transport,
    hostKey: pinned(server.hostKeys.map(({ fingerprint }) => fingerprint)),
    auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))], ...options,
  })
}

/** Through all servers but the last to the last. */
async function jump(): Promise<{ clients: Client[], last: Client, close: () => Promise<void> }> {
  const clients: Client[] = []
  for (const server of servers) {
    const before = clients.at(-1)
    clients.push(await login(server, before && await before.openTcp(server.host, server.port)))
  }
  return { clients, last: clients.at(-1)!, close: async () => { for (const client of clients.reverse()) await client.close() } }
}

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

describe('through two jump hosts', () => {
  test('a command runs on the third, whose own host key is checked', async () => {
    const { clients, last, close } = await jump()
    expect(new Set(clients.map(({ algorithms }) => algorithms.hostKey)).size).toBe(3)
    expect((await last.run('echo there; echo $SSH_CONNECTION >&2')).stdout).toBe('there\n')
    const { stderr } = await last.run('echo $SSH_CONNECTION >&2')
    expect(stderr.trim().endsWith(` ${servers[2]!.port}`)).toBe(true)
    await close()
  })

  test('50 MB come back with the hash that they had, by exec and both directions at once', async () => {
    const data = seededRandom(50).bytes(50_000_000)
    writeFileSync(directory.file('data'), data)
    const { last, close } = await jump()
    const [download, sum] = await within(120_000, '50 MB', Promise.all([
      last.run(`cat ${directory.file('data')}`),
      last.run('sha256sum', { stdin: data.subarray(0, 5_000_000) }),
    ]))
    expect(download.stdoutBytes.length).toBe(data.length)
    expect(sha256(download.stdoutBytes)).toBe(sha256(data))
    expect(sum.stdout.slice(0, 64)).toBe(sha256(data.subarray(0, 5_000_000)))
    await close()
  }, 150_000)

  test('each has a policy of its own: the wrong key at the end is refused, the hosts before go on', async () => {
    const first = await login(servers[0]!)
    const second = await login(servers[1]!, await first.openTcp(servers[1]!.host, servers[1]!.port))
    const wrong = login(servers[2]!, await second.openTcp(servers[2]!.host, servers[2]!.port), { hostKey: pinned(servers[0]!.hostKeys.map(({ fingerprint }) => fingerprint)) })
    await expect(wrong).rejects.toMatchObject({ name: 'HostKeyError' })
    expect((await second.run('echo on')).stdout).toBe('on\n')
    await second.close()
    await first.close()
  })

  test('the end of the first ends the others, with an error', async () => {
    const { clients, last, close } = await jump()
    const waiting = last.run('sleep 30').catch((error: unknown) => error)
    clients[0]!.session.free()
    expect(await within(10_000, 'the end', waiting)).toMatchObject({ name: 'DisconnectError' })
    expect((await within(10_000, 'the end', last.closed)).expected).toBe(false)
    await within(10_000, 'close', close())
  })
})
