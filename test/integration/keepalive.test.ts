import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, type Client, type ConnectOptions, insecureAcceptAnyHostKey, publicKey } from '../../src/index.ts'
import { type Proxy, startProxy } from '../support/proxy.ts'
import { openSession } from '../support/session.ts'
import { rejection, within } from '../support/within.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'

let server: SshServer, proxy: Proxy
beforeAll(async () => {
  server = await startSshd()
  proxy = await startProxy({ target: server })
})
afterAll(async () => {
  await proxy.stop()
  await server.stop()
})

const login = (options: Partial<ConnectOptions>, to: { host: string, port: number } = server): Promise<Client> => connect({
  host: to.host, port: to.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))], ...options,
})

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

describe('the client', () => {
  test('with keepalive keeps an idle session alive: the server answers each message', async () => {
    // Unanswered, it would end after 2 seconds; a machine with other work may let the server wait for half a one.
    await using client = await login({ keepalive: { interval: 50, countMax: 40 } })
    await pause(2500)
    expect(client.session.failure).toBe(undefined)
    expect((await client.run('echo alive')).stdout).toBe('alive\n')
  })

  test('gives up a server that has gone silent, and tells every caller that waits', async () => {
    const client = await login({ keepalive: { interval: 50, countMax: 3 } }, proxy)
    const running = rejection(client.run('sleep 20'))
    await pause(100)
    proxy.reshape({ bytesPerSecond: 0.001 })
    const { error, expected } = await within(5000, 'the end', client.closed)
    expect(error).toMatchObject({ code: 'ERR_KEEPALIVE_TIMEOUT', message: 'the server has not answered 3 keepalive messages' })
    expect(expected).toBe(false)
    expect(await running).toBe(error)
    proxy.reshape({})
    await client.close()
  })

  test('ends with the session: no timer stays', async () => {
    const client = await login({ keepalive: { interval: 10 } })
    await client.close()
    await pause(50)
    expect(client.session.failure).toMatchObject({ code: 'ERR_LIBSSH2_SOCKET_DISCONNECT' })
  })

  test.each([-1, Number.NaN, -Infinity])('an interval of %d is refused', async (interval) => {
    await expect(login({ keepalive: { interval } })).rejects.toBeInstanceOf(RangeError)
  })

  test.each([0, Infinity, 2 ** 31, 1e12])('an interval of %d sends nothing at once', async (interval) => {
    await using client = await login({ keepalive: { interval } })
    let asked = 0
    client.session.keepaliveNow = () => { asked += 1; return 0 }
    await pause(50)
    expect(asked).toBe(0)
  })
})

describe('the bindings', () => {
  test('keepaliveSend sends what is due, and tells when the next one is', async () => {
    const session = await openSession(server)
    expect(session.keepaliveSend()).toBe(0)
    session.keepaliveConfig(true, 5)
    expect(session.keepaliveSend()).toBe(5)
    expect(session.keepaliveSend()).toBeGreaterThan(3)
    session.keepaliveConfig(true, 0)
    expect(session.keepaliveSend()).toBe(0)
    await session.close()
  })

  test('answers do not pile up: the memory of an idle session stays the same', async () => {
    const session = await openSession(server)
    // Answers come in the order of the requests: with that to the last one, all others are there. Until then C keeps a list of who waits.
    const answered = () => new Promise<void>((resolve) => { void session.complete(() => session.globalRequest('last@libssh2-wasm', undefined, () => resolve())) })
    const send = async (count: number) => {
      for (let i = 0; i < count; i++) session.keepaliveNow()
      await answered()
    }
    await send(10)
    const before = session.instance.heapUsed()
    await send(500)
    expect(session.instance.heapUsed()).toBe(before)
    await session.close()
  })
})

test('an idle session answers the server too (law 8)', async () => {
  await using strict = await startSshd({ config: ['ClientAliveInterval 1', 'ClientAliveCountMax 1'] })
  const session = await openSession(strict)
  await pause(4000)
  expect(session.failure).toBe(undefined)
  const channel = await session.complete(() => session.openSession())
  expect(await session.complete(() => channel.execute('true'))).toBe(0)
  await session.close()
})
