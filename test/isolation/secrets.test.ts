import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connect, type ConnectOptions, insecureAcceptAnyHostKey, Instance, keyboardInteractive, password, publicKey } from '../../src/index.ts'
import { type Connection, message, serveHandshake, serveLogin, SSH_MSG, startScriptedServer } from '../support/scripted-server.ts'
import type { DirectionAlgorithms } from '../support/scripted-server/packet-cipher.ts'
import { requirePeer } from '../support/require-peer.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { rejection } from '../support/within.ts'
import { foundIn } from './search.ts'

/** Random: words are also in libssh2's messages. */
const PASSWORD = randomBytes(18).toString('base64url')
type Secrets = Record<string, Uint8Array | string>

/** What the scripted server knows of the keys. */
function learner(): { secrets: Secrets, learn: (name: string, bytes: Uint8Array) => void } {
  const secrets: Secrets = { password: PASSWORD }
  return { secrets, learn: (name, bytes) => { secrets[name] = Uint8Array.from(bytes) } }
}

/** Drawn for the padding of many packets at a time (wasm/glue-runtime.c). */
const PADDING = 512

/** Every random draw that may be a key. */
function drawnKeys(): { draws: () => Secrets, stop: () => void } {
  const draws: Secrets = {}
  const real = crypto.getRandomValues.bind(crypto)
  const spy = vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
    real(array as Uint8Array<ArrayBuffer>)
    const bytes = array as unknown as Uint8Array
    if (bytes.length >= 32 && bytes.length !== PADDING) draws[`random draw ${Object.keys(draws).length + 1} of ${bytes.length} bytes`] = bytes.slice()
    return array
  })
  return { draws: () => draws, stop: () => spy.mockRestore() }
}

const target = (server: { host: string, port: number }, instance: Instance, auth = [password(PASSWORD)]): ConnectOptions =>
  ({ host: server.host, port: server.port, username: 'user', auth, instance, hostKey: insecureAcceptAnyHostKey() })

/** Not secret (RFC 5647 section 7.1), and the last of them stands where the cipher was called last. */
const INITIAL_VALUES = ['key A', 'key B']

const CIPHERS: readonly DirectionAlgorithms['cipher'][] = ['aes128-ctr', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com']
const PROTECTED = CIPHERS.flatMap((cipher) => [true, false].map((hostCrypto) => ({ cipher, hostCrypto })))

describe.each(PROTECTED)('$cipher, hostCrypto: $hostCrypto', ({ cipher, hostCrypto }) => {
  const algorithms = { clientToServer: { cipher }, serverToClient: { cipher } }

  /** Serves a client with `script`, and gives the instance that it lives in. */
  async function against(script: (connection: Connection, learn: (name: string, bytes: Uint8Array) => void) => Promise<void>, run: (instance: Instance, server: { host: string, port: number }, secrets: Secrets) => Promise<void>): Promise<{ instance: Instance, secrets: Secrets }> {
    const { secrets, learn } = learner()
    await using server = await startScriptedServer((connection) => script(connection, learn))
    const instance = await Instance.create({ hostCrypto })
    await run(instance, server, secrets)
    return { instance, secrets }
  }

  test('after close(): neither password nor secret nor key', async () => {
    const { instance, secrets } = await against(async (connection, learn) => {
      await serveLogin(connection, { ...algorithms, learn })
      await connection.receiveAll()
    }, async (instance, server, secrets) => {
      const client = await connect(target(server, instance))
      expect(foundIn(instance, { password: PASSWORD, 'shared secret': secrets['shared secret']! })).toEqual([])
      // In WebAssembly the keys have to be where they are used: so the search would find them.
      if (!hostCrypto || cipher.startsWith('chacha')) expect(foundIn(instance, { used: secrets['key C']! })).toEqual(['used'])
      await client.close()
    })
    expect(Object.keys(secrets)).toEqual(expect.arrayContaining(['shared secret', 'key C', 'key D']))
    expect(foundIn(instance, secrets)).toEqual([])
  })

  test('after a login that fails', async () => {
    const { instance, secrets } = await against(async (connection, learn) => {
      await serveHandshake(connection, { ...algorithms, learn })
      for (;;) {
        await connection.receive(SSH_MSG.USERAUTH_REQUEST)
        connection.send(message(SSH_MSG.USERAUTH_FAILURE).nameList(['password']).boolean(false).finish())
      }
    }, async (instance, server) => {
      expect(await rejection(connect(target(server, instance)))).toMatchObject({ name: 'AuthenticationError' })
    })
    expect(foundIn(instance, secrets)).toEqual([])
  })

  test('after an abort while the server thinks about the password', async () => {
    const controller = new AbortController()
    const { instance, secrets } = await against(async (connection, learn) => {
      await serveHandshake(connection, { ...algorithms, learn })
      for (;;) {
        const request = Buffer.from(await connection.receive(SSH_MSG.USERAUTH_REQUEST))
        if (request.includes(PASSWORD)) controller.abort(new Error('enough'))
        else connection.send(message(SSH_MSG.USERAUTH_FAILURE).nameList(['password']).boolean(false).finish())
      }
    }, async (instance, server) => {
      expect(await rejection(connect({ ...target(server, instance), signal: controller.signal }))).toMatchObject({ message: 'enough' })
    })
    expect(foundIn(instance, secrets)).toEqual([])
  })

  test('after a new key exchange: the old keys, while the session lives', async () => {
    let rekeyed!: () => void
    const done = new Promise<void>((resolve) => { rekeyed = resolve })
    const old: Secrets = {}
    const { instance, secrets } = await against(async (connection, learn) => {
      await serveLogin(connection, { ...algorithms, learn: (name, bytes) => { if (!INITIAL_VALUES.includes(name)) old[name] = Uint8Array.from(bytes) } })
      await connection.exchangeKeys({ learn })
      // The client uses the new keys: it answers.
      connection.send(message(SSH_MSG.GLOBAL_REQUEST).string('are-you-there').boolean(true).finish())
      await connection.receive(SSH_MSG.REQUEST_FAILURE)
      rekeyed()
      await connection.receiveAll()
    }, async (instance, server) => {
      const client = await connect(target(server, instance))
      await done
      expect(foundIn(instance, old)).toEqual([])
      await client.close()
    })
    expect(foundIn(instance, { ...secrets, ...old })).toEqual([])
  })
})

describe('with OpenSSH', () => {
  const realLogin = requirePeer('sshd-login')
  let server: SshServer
  beforeAll(async () => { server = await startSshd(realLogin ? { login: { user: 'tester', password: PASSWORD } } : {}) })
  afterAll(async () => { await server.stop() })

  test.each(['curve25519-sha256', 'ecdh-sha2-nistp384', 'diffie-hellman-group14-sha256', 'diffie-hellman-group-exchange-sha256'])('%s: the key of our side is gone as soon as it has been used', async (kex) => {
    const instance = await Instance.create({ hostCrypto: false })
    const { draws, stop } = drawnKeys()
    try {
      const client = await connect({ ...target(server, instance), username: server.user, algorithms: { kex: [kex] }, auth: [publicKey(readFileSync(server.keys.ed25519.path, 'utf8'))] })
      expect(Object.keys(draws()).length).toBeGreaterThan(0)
      expect(foundIn(instance, draws())).toEqual([])
      await client.run('true')
      await client.close()
      expect(foundIn(instance, draws())).toEqual([])
    } finally {
      stop()
    }
  })

  test.runIf(realLogin)('a password that is taken, one that is not, and answers to prompts', async () => {
    const instance = await Instance.create()
    const secrets = { password: PASSWORD, wrong: randomBytes(18).toString('base64url') }
    const base = { ...target(server, instance), username: 'tester' }
    expect(await rejection(connect({ ...base, auth: [password(secrets.wrong)] }))).toMatchObject({ name: 'AuthenticationError' })
    expect(foundIn(instance, secrets)).toEqual([])
    expect(await rejection(connect({ ...base, auth: [keyboardInteractive(async (prompts) => prompts.map(() => secrets.wrong))] }))).toMatchObject({ name: 'AuthenticationError' })
    expect(foundIn(instance, secrets)).toEqual([])
    const client = await connect({ ...base, auth: [password(PASSWORD)] })
    expect((await client.run('echo in')).stdout).toBe('in\n')
    expect(foundIn(instance, secrets)).toEqual([])
    await client.close()
    expect(foundIn(instance, secrets)).toEqual([])
  })

  test('neither a private key nor its passphrase ever gets there', async () => {
    const instance = await Instance.create()
    const text = readFileSync(server.keys.ed25519.path, 'utf8')
    const file = Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64')
    const blob = Buffer.from(server.keys.ed25519.publicKey.split(' ')[1]!, 'base64')
    const open = blob.subarray(-32)
    // openssh-key-v1: the seed and the public half follow one another.
    const pair = file.lastIndexOf(open)
    const seed = file.subarray(pair - 32, pair)
    const client = await connect({ ...target(server, instance), username: server.user, auth: [publicKey(text)] })
    await client.run('true')
    expect(foundIn(instance, { seed })).toEqual([])
    await client.close()
    expect(foundIn(instance, { seed })).toEqual([])
  })
})
