import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Session } from '../../src/bindings/index.ts'
import { type Client, connect, type ConnectOptions, insecureAcceptAnyHostKey, Instance, publicKey, type RekeyLimits } from '../../src/index.ts'
import { connectTcp } from '../../src/node/index.ts'
import { seededRandom } from '../support/random.ts'
import { type Connection, HostKey, message, serveLogin, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'
import { openSession } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { rejection, within } from '../support/within.ts'
import { exited } from '../support/exited.ts'

type Script = (connection: Connection) => Promise<void>

/** A client that is logged in to a server which then does what the script says. */
async function against(script: Script, use: (client: Client) => Promise<void>, options: Partial<ConnectOptions> = {}): Promise<void> {
  await using server = await startScriptedServer(async (connection) => {
    await serveLogin(connection, {})
    await script(connection)
  })
  const client = await connect({ host: server.host, port: server.port, username: 'user', hostKey: insecureAcceptAnyHostKey(), ...options })
  const mistake = server.done.then(() => new Promise<never>(() => {}))
  try {
    await within(20_000, 'the script', Promise.race([use(client), mistake]))
  } finally {
    await client.close()
  }
}

const question = message(SSH_MSG.GLOBAL_REQUEST).string('are-you-there').boolean(true).finish()

/** The keys of both sides are the same: a question is understood, and answered. */
async function ask(connection: Connection): Promise<void> {
  connection.send(question)
  await connection.receive(SSH_MSG.REQUEST_FAILURE)
}

describe.each([true, false])('strict key exchange: %s', (strict) => {
  test.each(['aes128-ctr', 'aes128-gcm@openssh.com', 'chacha20-poly1305@openssh.com'] as const)('again and again with %s: numbers of packets and keys stay in step', async (cipher) => {
    const algorithms = { cipher, mac: 'hmac-sha2-256' as const }
    await using server = await startScriptedServer(async (connection) => {
      await serveLogin(connection, { strict, clientToServer: algorithms, serverToClient: algorithms })
      for (;;) {
        const clientInit = await connection.receive(SSH_MSG.KEXINIT)
        connection.send(message(SSH_MSG.IGNORE).string('before the server says KEXINIT').finish())
        await connection.exchangeKeys({ strict, clientInit })
        // Not waited for: the client may have begun the next exchange, and answers after it.
        connection.send(question)
      }
    })
    const client = await connect({ host: server.host, port: server.port, username: 'user', hostKey: insecureAcceptAnyHostKey(), algorithms: { cipher: [cipher] } })
    for (let times = 0; times < 5; times++) await within(10_000, 'rekey', client.rekey())
    expect(client.session.failure).toBeUndefined()
    await client.close()
  })
})

test('both sides begin at the same time: one exchange', async () => {
  let loggedIn!: () => void
  let go!: () => void
  const [ready, started] = [new Promise<void>((resolve) => { loggedIn = resolve }), new Promise<void>((resolve) => { go = resolve })]
  let inits = 0
  let over!: () => void
  const done = new Promise<void>((resolve) => { over = resolve })
  await against(async (connection) => {
    loggedIn()
    await started
    await connection.exchangeKeys()
    await ask(connection)
    inits = connection.received.filter(([type]) => type === SSH_MSG.KEXINIT).length
    over()
    await connection.receiveAll()
  }, async (client) => {
    await ready
    // Neither KEXINIT can have arrived when the other one is sent: no event of the network lies in between.
    go()
    await client.rekey()
    await done
  })
  // The handshake's, and one.
  expect(inits).toBe(2)
})

test('a server that never answers: the caller\'s limit holds, what it sends is received, and the session can be closed', async () => {
  await against(async (connection) => {
    await connection.receive(SSH_MSG.KEXINIT)
    for (;;) {
      connection.send(message(SSH_MSG.IGNORE).string('still here').finish())
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }, async (client) => {
    const heard = new Promise<void>((resolve) => { client.session.onIgnore = () => resolve() })
    expect(await rejection(client.rekey({ signal: AbortSignal.timeout(200) }))).toMatchObject({ name: 'TimeoutError' })
    await heard
    expect(client.session.failure).toBeUndefined()
  })
})

test.each<[string, (connection: Connection, clientInit: Uint8Array) => Promise<void>, object]>([
  ['hangs up', async (connection) => { connection.end() }, { code: 'ERR_LIBSSH2_SOCKET_DISCONNECT' }],
  ['says goodbye', async (connection) => { connection.send(message(SSH_MSG.DISCONNECT).uint32(3).string('no more keys').string('').finish()) }, { reason: 3, description: 'no more keys' }],
  ['has another host key now', (connection, clientInit) => connection.exchangeKeys({ clientInit, hostKey: new HostKey() }), { code: 'ERR_LIBSSH2_HOSTKEY_INIT' }],
  ['signs something else', (connection, clientInit) => connection.exchangeKeys({ clientInit, reply: (reply) => reply.map((byte, at) => at === reply.length - 1 ? byte ^ 1 : byte) }), { code: 'ERR_LIBSSH2_HOSTKEY_SIGN' }],
])('a server that %s ends the session with that error', async (_, script, error) => {
  await against(async (connection) => {
    await script(connection, await connection.receive(SSH_MSG.KEXINIT))
    await connection.receiveAll()
  }, async (client) => {
    expect(await rejection(client.rekey())).toMatchObject(error)
    expect(await client.closed).toMatchObject({ expected: false, error })
  })
})

describe('by itself', () => {
  /** Keeps sending; answers exchanges until there were so many, and says so. */
  function exchanges(wanted: number): { script: Script; done: Promise<void> } {
    let resolve!: () => void
    const done = new Promise<void>((settle) => { resolve = settle })
    return {
      done,
      script: async (connection) => {
        for (let count = 0; count < wanted; count++) {
          let waiting = true
          const begun = connection.receive(SSH_MSG.KEXINIT).finally(() => { waiting = false })
          while (waiting) {
            connection.send(message(SSH_MSG.IGNORE).string(new Uint8Array(10_000)).finish())
            await new Promise((later) => setTimeout(later, 5))
          }
          await connection.exchangeKeys({ clientInit: await begun })
        }
        await ask(connection)
        resolve()
        await connection.receiveAll()
      },
    }
  }

  test.each<[string, RekeyLimits]>([
    ['bytes', { bytes: 65_536 }],
    ['seconds, when something moves', { bytes: Infinity, seconds: 1 }],
  ])('after so many %s', async (_, rekey) => {
    const { script, done } = exchanges(3)
    await against(script, () => done, { rekey })
  })

  test('not within the limits', async () => {
    let resolve!: (count: number) => void
    const inits = new Promise<number>((settle) => { resolve = settle })
    await against(async (connection) => {
      for (let sent = 0; sent < 200; sent++) connection.send(message(SSH_MSG.IGNORE).string(new Uint8Array(10_000)).finish())
      await ask(connection)
      resolve(connection.received.filter(([type]) => type === SSH_MSG.KEXINIT).length)
      await connection.receiveAll()
    }, async () => {
      // The handshake's.
      expect(await inits).toBe(1)
    }, { rekey: { bytes: 3_000_000, seconds: Infinity } })
  })
})

test.each([{ bytes: 65_535 }, { bytes: NaN }, { seconds: 0 }])('limits of %o are refused', async (rekey) => {
  const session = await Session.create({ readable: new ReadableStream(), writable: new WritableStream() })
  expect(() => session.rekeyAfter(rekey)).toThrow(RangeError)
  session.free()
})

describe('with OpenSSH', () => {
  const target = async (server: SshServer, options: Partial<ConnectOptions> = {}) => connect({
    host: server.host, port: server.port, username: server.user, hostKey: insecureAcceptAnyHostKey(), auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))], ...options,
  })
  const sent = seededRandom(7).bytes(8_000_000)

  test('both sides at a limit of a megabyte, with compression, while bytes go both ways and others share the instance', async () => {
    await using server = await startSshd({ config: ['LogLevel DEBUG1', 'RekeyLimit 1M', 'Compression yes'] })
    const instance = await Instance.create()
    const clients = await Promise.all([{ rekey: { bytes: 1_000_000 }, compress: true }, { rekey: { bytes: 1_000_000 } }, {}].map((options) => target(server, { instance, ...options })))
    const echoes = await Promise.all(clients.map((client) => client.run('cat', { stdin: sent })))
    for (const { stdoutBytes, exit } of echoes) {
      expect(exit).toEqual(exited(0))
      expect(Buffer.compare(stdoutBytes, sent)).toBe(0)
    }
    await Promise.all(clients.map((client) => client.close()))
    await expect.poll(() => server.log().match(/SSH2_MSG_KEXINIT received/g)?.length).toBeGreaterThan(20)
  }, 60_000)

  test('an abort leaves an exchange that is finished, and the next call begins another', async () => {
    await using server = await startSshd({ config: ['LogLevel DEBUG1'] })
    await using client = await target(server)
    const controller = new AbortController()
    const aborted = client.rekey({ signal: controller.signal })
    controller.abort(new Error('enough'))
    expect(await rejection(aborted)).toMatchObject({ message: 'enough' })
    expect((await client.run('echo through')).stdout).toBe('through\n')
    await client.rekey()
    // A command, so that the server has written all of it.
    await client.run('true')
    await expect.poll(() => server.log().match(/SSH2_MSG_KEXINIT received/g)?.length).toBe(3)
  })

  test('not before authentication', async () => {
    await using server = await startSshd()
    const session = await Session.create(await connectTcp(server))
    await session.complete(() => session.handshake())
    expect(() => session.rekey()).toThrow(expect.objectContaining({ code: 'ERR_LIBSSH2_BAD_USE' }))
    session.free()
  })

  test('by hand: EAGAIN until it is done, and channels go on meanwhile', async () => {
    await using server = await startSshd()
    await using session = await openSession(server)
    const codes = new Set<number>()
    for (let rc = -1; rc !== 0;) {
      rc = session.rekey()
      codes.add(rc)
      if (rc !== 0) await session.wait()
    }
    expect([...codes]).toEqual([-37, 0])
    const channel = await session.complete(() => session.openSession())
    await session.complete(() => channel.execute('true'))
  })
})
