import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LIBSSH2_FLAG_COMPRESS, LIBSSH2_METHOD_COMP_CS, LIBSSH2_METHOD_COMP_SC, Session } from '../../src/bindings/index.ts'
import { type Client, connect, insecureAcceptAnyHostKey, publicKey } from '../../src/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { batchingTransport } from '../support/batching-transport.ts'
import { type Proxy, startProxy } from '../support/proxy.ts'
import { seededRandom } from '../support/random.ts'
import { execute, readAll, text } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { within } from '../support/within.ts'
import { exited } from '../support/exited.ts'

const MEGABYTE = 1 << 20
const hash = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

describe.each([
  ['without re-keying', []],
  ['with new keys every 3 MB', ['RekeyLimit 3M']],
])('compress: true, %s', (_, config) => {
  let server: SshServer, proxy: Proxy, client: Client
  beforeAll(async () => {
    server = await startSshd({ config: ['Compression yes', ...config] })
    proxy = await startProxy({ target: server })
    client = await connect({
      host: proxy.host, port: proxy.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), compress: true,
      auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))],
    })
  })
  afterAll(async () => {
    await client.close()
    await proxy.stop()
    await server.stop()
  })

  test('is agreed upon in both directions', () => {
    expect(client.algorithms.compression).toEqual({ toServer: 'zlib@openssh.com', fromServer: 'zlib@openssh.com' })
  })

  test.each([
    ['what compresses well', () => new Uint8Array(10 * MEGABYTE).map((_, i) => 97 + i / 1000 % 20)],
    ['what does not compress', () => seededRandom(11).bytes(5 * MEGABYTE)],
    ['a mix in pieces of all sizes', () => {
      const random = seededRandom(12)
      const parts: Uint8Array[] = []
      for (let size = 0; size < 10 * MEGABYTE; size += parts.at(-1)!.length) parts.push(random.next() < 0.5 ? random.bytes(random.integer(1, 200_000)) : new Uint8Array(random.integer(1, 400_000)))
      return Buffer.concat(parts)
    }],
  ])('%s goes there and back', async (_, make) => {
    const data = make()
    const { stdoutBytes, exit } = await within(60_000, 'cat', client.run('cat', { stdin: data }))
    expect([exit, stdoutBytes.length, hash(stdoutBytes)]).toEqual([exited(0), data.length, hash(data)])
  }, 60_000)

  test('fewer bytes go over the wire, both ways', async () => {
    const before = { ...proxy.bytes }
    await client.run('cat', { stdin: new Uint8Array(10 * MEGABYTE) })
    expect(proxy.bytes.toServer - before.toServer).toBeLessThan(MEGABYTE)
    expect(proxy.bytes.toClient - before.toClient).toBeLessThan(MEGABYTE)
  })
})

describe('LIBSSH2_FLAG_COMPRESS', () => {
  let server: SshServer
  beforeAll(async () => { server = await startSshd({ config: ['Compression yes'] }) })
  afterAll(() => server.stop())

  async function agreed(compress: boolean): Promise<[string | null, string | null, string]> {
    const session = await Session.create(await connectTcp(server))
    if (compress) session.flag(LIBSSH2_FLAG_COMPRESS)
    await session.complete(() => session.handshake())
    await session.complete(() => session.userauthPublickeyFromMemory(server.user, readFileSync(server.keys.ed25519.path, 'utf8')))
    const said = text(await readAll(await execute(session, 'echo through')))
    const methods = [LIBSSH2_METHOD_COMP_CS, LIBSSH2_METHOD_COMP_SC].map((method) => session.methods(method))
    await session.close()
    return [methods[0] ?? null, methods[1] ?? null, said]
  }

  test('offers compression before none', async () => {
    expect(await agreed(true)).toEqual(['zlib@openssh.com', 'zlib@openssh.com', 'through\n'])
  })

  test('without it nothing is compressed', async () => {
    expect(await agreed(false)).toEqual(['none', 'none', 'through\n'])
  })
})

// zlib@openssh.com begins with the packet after SSH_MSG_USERAUTH_SUCCESS: OpenSSH's host keys, mostly in the same segment.
test('what follows the success of authentication in one chunk is taken as compressed', async () => {
  await using server = await startSshd({ config: ['Compression yes'] })
  await using client = await connect({
    transport: batchingTransport(await connectTcp(server), 100), username: server.user, hostKey: insecureAcceptAnyHostKey(), compress: true,
    auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))],
  })
  expect(client.algorithms.compression).toEqual({ toServer: 'zlib@openssh.com', fromServer: 'zlib@openssh.com' })
  expect((await client.run('echo in time')).stdout).toBe('in time\n')
})

test('a server without compression is no hindrance', async () => {
  await using server = await startSshd({ config: ['Compression no'] })
  await using client = await connect({
    host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), compress: true,
    auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))],
  })
  expect(client.algorithms.compression).toEqual({ toServer: 'none', fromServer: 'none' })
  expect((await client.run('echo plain')).stdout).toBe('plain\n')
})
