import { createPrivateKey, sign as signWith } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AuthenticationError, KeyError, type Session } from '../../src/bindings/index.ts'
import { parsePrivateKey } from '../../src/keys/files/parse-private-key.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { execute, readAll, shakenSession, text, untilDone } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { rejection, within } from '../support/within.ts'

let server: SshServer

beforeAll(async () => { server = await startSshd({ config: ['Banner /etc/hostname'] }) })
afterAll(async () => { await server.stop() })

const blob = (line: string) => new Uint8Array(Buffer.from(line.split(' ')[1] ?? '', 'base64'))

/** The signature of the test's Ed25519 key as SSH has it, made by Node. */
function ed25519Signature(data: Uint8Array): Uint8Array {
  const key = createPrivateKey({ key: pkcs8(), format: 'der', type: 'pkcs8' })
  return new WireWriter().string('ssh-ed25519').string(new Uint8Array(signWith(null, data, key))).finish()
}

/** Node reads no OpenSSH keys: the seed of this one in a PKCS#8 envelope. */
function pkcs8(): Buffer {
  const body = Buffer.from(readFileSync(server.keys.ed25519.path, 'utf8').split('\n').filter((line) => !line.startsWith('-')).join(''), 'base64')
  const publicKey = Buffer.from(blob(server.keys.ed25519.publicKey)).subarray(-32)
  const secret = body.subarray(0, body.lastIndexOf(publicKey)).subarray(-32)
  return Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), secret])
}

async function works(session: Session): Promise<void> {
  expect(session.userauthAuthenticated()).toBe(true)
  expect(text(await readAll(await execute(session, 'echo in')))).toBe('in\n')
}

describe('userauthList', () => {
  test('names the methods that the server offers', async () => {
    await using session = await shakenSession(server)
    expect(await session.complete(() => session.userauthList(server.user))).toEqual(['publickey'])
    expect(session.userauthAuthenticated()).toBe(false)
  })

  test('brings the banner for people', async () => {
    await using session = await shakenSession(server)
    expect(session.userauthBanner()).toBeNull()
    await session.complete(() => session.userauthList(server.user))
    expect(session.userauthBanner()).toBe(readFileSync('/etc/hostname', 'utf8'))
  })
})

describe('userauthPublickey', () => {
  const authenticate = (session: Session, sign: (data: Uint8Array, algorithm: string) => Uint8Array | Promise<Uint8Array>) =>
    session.complete(() => session.userauthPublickey(server.user, blob(server.keys.ed25519.publicKey), sign))

  test('asks a function that signs at once', async () => {
    await using session = await shakenSession(server)
    expect(await authenticate(session, (data, algorithm) => {
      expect(algorithm).toBe('ssh-ed25519')
      return ed25519Signature(data)
    })).toBe(0)
    await works(session)
  })

  test('waits for a function that takes its time, and other sessions go on meanwhile', async () => {
    await using session = await shakenSession(server)
    await using other = await shakenSession(server, { instance: session.instance })
    let answer: () => void = () => {}
    let asked: () => void = () => {}
    const asking = new Promise<void>((resolve) => { asked = resolve })
    const authenticated = authenticate(session, async (data) => {
      asked()
      await new Promise<void>((resolve) => { answer = resolve })
      return ed25519Signature(data)
    })
    await asking
    expect(await other.complete(() => other.userauthList(server.user))).toEqual(['publickey'])
    expect(session.userauthAuthenticated()).toBe(false)
    answer()
    expect(await within(5000, 'authentication', authenticated)).toBe(0)
    await works(session)
  })

  test.each([['throws', () => { throw new Error('no key today') }], ['rejects', () => Promise.reject(new Error('no key today'))]])('a function that %s ends the attempt with its error, and another may follow', async (_, sign) => {
    await using session = await shakenSession(server)
    expect(await rejection(authenticate(session, sign))).toEqual(new Error('no key today'))
    await authenticate(session, ed25519Signature)
    await works(session)
  })

  test('with a wrong signature is refused', async () => {
    await using session = await shakenSession(server)
    const error = await rejection(authenticate(session, (data) => ed25519Signature(data.map((byte) => byte ^ 1))))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(session.userauthAuthenticated()).toBe(false)
  })

  test('with a signature that is no blob is an error, not a trap', async () => {
    await using session = await shakenSession(server)
    expect(await rejection(authenticate(session, () => Uint8Array.of(1, 2, 3)))).toBeInstanceOf(Error)
    expect(session.instance.failure).toBeUndefined()
  })

  test('by a function that frees the session meanwhile rejects, without a trap', async () => {
    const session = await shakenSession(server)
    const { instance } = session
    const error = await rejection(authenticate(session, (data) => {
      session.free()
      return ed25519Signature(data)
    }))
    expect(error).toMatchObject({ code: 'ERR_HANDLE_FREED' })
    expect(instance.failure).toBeUndefined()
  })

  test('works by hand', async () => {
    await using session = await shakenSession(server)
    const key = blob(server.keys.ed25519.publicKey)
    expect(await untilDone(session, () => session.userauthPublickey(server.user, key, ed25519Signature))).toBe(0)
    await works(session)
  })

  test.each([['a key that is no bytes', 'ssh-ed25519', () => new Uint8Array(0)], ['something to sign with that is no function', new Uint8Array(10), 'sign']])('refuses %s', async (_, key, sign) => {
    await using session = await shakenSession(server)
    expect(() => session.userauthPublickey(server.user, key as never, sign as never)).toThrow(TypeError)
  })
})

describe('userauthPublickeyFromMemory', () => {
  test.each(['ed25519', 'ecdsa', 'rsa'] as const)('takes the text of an %s key', async (type) => {
    await using session = await shakenSession(server)
    const key = readFileSync(server.keys[type].path, 'utf8')
    expect(await session.complete(() => session.userauthPublickeyFromMemory(server.user, key))).toBe(0)
    await works(session)
  })

  test('throws a KeyError for what is no key', async () => {
    await using session = await shakenSession(server)
    expect(await rejection(session.complete(() => session.userauthPublickeyFromMemory(server.user, 'not a key')))).toBeInstanceOf(KeyError)
  })

  test('throws an AuthenticationError for a key that the server does not know', async () => {
    await using session = await shakenSession(server)
    const stranger = await parsePrivateKey(readFileSync(server.keys.ed25519.path, 'utf8'))
    const unknown = Uint8Array.from(stranger.publicKey, (byte, index) => index < 30 ? byte : byte ^ 0x55)
    expect(await rejection(session.complete(() => session.userauthPublickey(server.user, unknown, ed25519Signature)))).toBeInstanceOf(AuthenticationError)
    expect(session.userauthMethodsLeft()).toEqual({ methods: ['publickey'], partialSuccess: false })
  })
})
