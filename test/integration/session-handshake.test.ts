import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { LIBSSH2_ERROR_EAGAIN, LIBSSH2_HOSTKEY_HASH_MD5, LIBSSH2_HOSTKEY_HASH_SHA1, LIBSSH2_HOSTKEY_HASH_SHA256, LIBSSH2_HOSTKEY_TYPE_ECDSA_256, LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_HOSTKEY, LIBSSH2_METHOD_KEX, LIBSSH2_METHOD_MAC_CS, LIBSSH2_SESSION_BLOCK_INBOUND, Session } from '../../src/bindings/index.ts'
import { Wire } from '../../src/core/wire.ts'
import { connectTcp } from '../../src/node/index.ts'
import { shakenSession, untilDone } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'
import { rejection } from '../support/within.ts'

let server: SshServer

beforeAll(async () => { server = await startSshd() })
afterAll(async () => { await server.stop() })

const unshaken = async () => Session.create(await connectTcp({ host: server.host, port: server.port }))

/** A session with preferences, that has shaken hands. */
async function preferring(preferences: readonly (readonly [type: number, names: string | readonly string[]])[]): Promise<Session> {
  const session = await unshaken()
  for (const [type, names] of preferences) expect(session.methodPref(type, names)).toBe(0)
  await session.complete(() => session.handshake())
  return session
}

describe('handshake', () => {
  test('by hand: repeated while it would block, after waiting', async () => {
    await using session = await unshaken()
    expect(session.handshake()).toBe(LIBSSH2_ERROR_EAGAIN)
    expect(session.blockDirections() & LIBSSH2_SESSION_BLOCK_INBOUND).not.toBe(0)
    expect(await untilDone(session, () => session.handshake())).toBe(0)
  })

  test('is made once', async () => {
    await using session = await shakenSession(server)
    expect(() => session.handshake()).toThrow(expect.objectContaining({ code: 'ERR_LIBSSH2_BAD_USE' }))
  })

  test('without a common algorithm fails, and the session is over', async () => {
    await using session = await unshaken()
    session.methodPref(LIBSSH2_METHOD_KEX, 'diffie-hellman-group14-sha1')
    const error = await rejection(session.complete(() => session.handshake()))
    expect(error).toMatchObject({ errno: expect.any(Number), code: expect.stringMatching(/^ERR_LIBSSH2_(KEX_FAILURE|SOCKET_DISCONNECT|METHOD_NONE|KEY_EXCHANGE_FAILURE)$/) })
    expect(session.failure).toBeDefined()
    expect(() => session.openSession()).toThrow(session.failure)
  })

  test('is needed before anything that follows it', async () => {
    await using session = await unshaken()
    for (const call of [() => session.openSession(), () => session.userauthList('me'), () => session.userauthPassword('me', 'x')]) {
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_LIBSSH2_BAD_USE', message: 'the handshake has not been completed' }))
    }
  })
})

describe('what was agreed upon', () => {
  test('has names, and follows the preferences', async () => {
    await using session = await preferring([[LIBSSH2_METHOD_CRYPT_CS, ['aes256-ctr', 'aes128-ctr']], [LIBSSH2_METHOD_MAC_CS, 'hmac-sha2-512,hmac-sha2-256']])
    expect(session.methods(LIBSSH2_METHOD_CRYPT_CS)).toBe('aes256-ctr')
    expect(session.methods(LIBSSH2_METHOD_MAC_CS)).toBe('hmac-sha2-512')
    expect(session.methods(LIBSSH2_METHOD_KEX)).toMatch(/\w/)
  })

  test('is not known before', async () => {
    await using session = await unshaken()
    expect(session.methods(LIBSSH2_METHOD_KEX)).toBeNull()
    expect(session.hostkey()).toBeNull()
    expect(session.hostkeyHash(LIBSSH2_HOSTKEY_HASH_SHA256)).toBeNull()
    expect(session.bannerGet()).toBeNull()
  })

  test('a preference for what nobody has is refused', async () => {
    await using session = await unshaken()
    expect(() => session.methodPref(LIBSSH2_METHOD_KEX, 'rot13')).toThrow(expect.objectContaining({ errno: -33 }))
  })

  test('supportedAlgs lists what there is to choose from', async () => {
    await using session = await unshaken()
    expect(session.supportedAlgs(LIBSSH2_METHOD_CRYPT_CS)).toContain('aes256-ctr')
    expect(session.supportedAlgs(LIBSSH2_METHOD_HOSTKEY)).toContain('ssh-ed25519')
  })
})

describe('the host key', () => {
  test('is the one of the server', async () => {
    await using session = await preferring([[LIBSSH2_METHOD_HOSTKEY, 'ecdsa-sha2-nistp256']])
    const key = session.hostkey()
    expect(key?.type).toBe(LIBSSH2_HOSTKEY_TYPE_ECDSA_256)
    expect(Buffer.from(key?.key ?? []).toString('base64')).toBe(server.hostKeys.find(({ publicKey }) => publicKey.startsWith('ecdsa'))?.publicKey.split(' ')[1])
  })

  test('has hashes of their full length, NUL bytes and all', async () => {
    await using session = await shakenSession(server)
    const { key } = session.hostkey() ?? { key: new Uint8Array(0) }
    for (const [type, name] of [[LIBSSH2_HOSTKEY_HASH_SHA1, 'sha1'], [LIBSSH2_HOSTKEY_HASH_SHA256, 'sha256']] as const) {
      const hash = session.hostkeyHash(type)
      if (hash) expect(Buffer.from(hash).equals(createHash(name).update(key).digest())).toBe(true)
      else expect(name, 'only SHA-256 is always built in').toBe('sha1')
    }
    expect(session.hostkeyHash(LIBSSH2_HOSTKEY_HASH_SHA256)?.length).toBe(32)
    expect(session.hostkeyHash(LIBSSH2_HOSTKEY_HASH_MD5)).toBeNull()
    expect(() => session.hostkeyHash(9)).toThrow(RangeError)
  })
})

describe('identification', () => {
  test('of the server is readable after the handshake', async () => {
    await using session = await shakenSession(server)
    expect(session.bannerGet()).toMatch(/^SSH-2\.0-OpenSSH_/)
  })

  // The C of the glue takes it in parts of 64 bytes: whatever follows in the same part belongs to the packets.
  test.each([1, 20, 63, 64, 65, 100, 4096])('of the server and its first packet, in parts of %i bytes', async (size) => {
    const { readable, writable } = await connectTcp({ host: server.host, port: server.port })
    let held = Buffer.alloc(0)
    let begun = false
    const parts = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        held = Buffer.concat([held, chunk])
        begun ||= held.length > 200
        if (!begun) return
        for (let at = 0; at < held.length; at += size) controller.enqueue(Uint8Array.from(held.subarray(at, at + size)))
        held = Buffer.alloc(0)
      },
    })
    const recv = vi.spyOn(Wire.prototype, 'recv')
    try {
      await using session = await shakenSession(server, { transport: { readable: readable.pipeThrough(parts), writable } })
      expect(session.bannerGet()).toMatch(/^SSH-2\.0-OpenSSH_/)
      expect(recv.mock.calls.map(([target]) => target.length)).not.toContain(1)
    } finally {
      recv.mockRestore()
    }
  })

  test('of this side can be chosen', async () => {
    await using session = await unshaken()
    expect(session.bannerSet('SSH-2.0-Chosen_1.0')).toBe(0)
    await session.complete(() => session.handshake())
  })

  test.each(['SSH-2.0-x\r\nSSH-2.0-y', 'SSH-2.0-ü', 'a\0b'])('%j is none', async (banner) => {
    await using session = await unshaken()
    expect(() => session.bannerSet(banner)).toThrow(TypeError)
  })
})
