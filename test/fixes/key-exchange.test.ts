// What the key exchange (wasm/crypto-kex*.c, in place of the first half of kex.c) does with replies that are wrong.
import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { WireReader } from '../../src/wire-format/reader.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { HostKey } from '../support/scripted-server.ts'
import { attack, codeOf } from './attack.ts'

interface Reply {
  key: Uint8Array
  value: Uint8Array
  signature: Uint8Array
  after: Uint8Array
}

/** Handshake with a server whose KEX_ECDH_REPLY is changed: the code of the failure. The key must not be shown as the host's. */
async function handshake(change: (reply: Reply) => Partial<Reply>, cut?: number): Promise<string> {
  return attack(async (connection) => {
    await connection.handshake({
      reply(right) {
        const reader = new WireReader(right.subarray(1))
        const reply: Reply = { key: reader.string(), value: reader.string(), signature: reader.string(), after: new Uint8Array() }
        const { key, value, signature, after } = { ...reply, ...change(reply) }
        const changed = new WireWriter().byte(right[0] as number).string(key).string(value).string(signature).bytes(after).finish()
        return cut === undefined ? changed : changed.subarray(0, cut)
      },
    })
    await connection.receiveAll()
  }, async (session) => {
    const code = await codeOf(() => session.complete(() => session.handshake()))
    expect(session.hostkey()).toBeNull()
    return code
  })
}

const string = (...parts: (Uint8Array | string)[]) => parts.reduce((writer, part) => writer.string(part), new WireWriter()).finish()

describe('a reply that is cut off', () => {
  test.each([1, 2, 4, 5, 100, 108, 109, 112, 113, 150, 173, 177, 178, 200, 260])('after %i bytes', async (length) => {
    expect(await handshake(() => ({}), length)).toBe('ERR_LIBSSH2_PROTO')
  })
})

test('bytes behind the reply', async () => {
  expect(await handshake(() => ({ after: new Uint8Array(1) }))).toBe('ERR_LIBSSH2_PROTO')
})

describe('a public value that is none', () => {
  test.each<[string, (value: Uint8Array) => Uint8Array]>([
    ['empty', () => new Uint8Array()],
    ['the point at infinity', () => new Uint8Array(1)],
    ['too short', (value) => value.subarray(0, -1)],
    ['too long', (value) => Buffer.concat([value, Buffer.of(0)])],
    ['off the curve', (value) => value.with(40, value[40] as number ^ 1)],
    ['zeros', (value) => new Uint8Array(value.length).with(0, 4)],
    ['larger than the field', (value) => new Uint8Array(value.length).fill(0xff).with(0, 4)],
    ['30,000 bytes', () => randomBytes(30_000)],
  ])('%s', async (_, change) => {
    expect(await handshake(({ value }) => ({ value: change(value) }))).toBe('ERR_LIBSSH2_KEX_FAILURE')
  })
})

describe('a host key or signature that is wrong', () => {
  test.each<[string, (reply: Reply) => Partial<Reply>, string]>([
    ['no key', () => ({ key: new Uint8Array() }), 'ERR_LIBSSH2_HOSTKEY_INIT'],
    ['another key', () => ({ key: new HostKey().blob }), 'ERR_LIBSSH2_HOSTKEY_SIGN'],
    ['a key of another type', () => ({ key: string('ssh-ed25519', randomBytes(32)) }), 'ERR_LIBSSH2_HOSTKEY_SIGN'],
    ['a key on another curve than its type says', ({ key }) => {
      const reader = new WireReader(key)
      return { key: string(reader.string(), 'nistp384', (reader.string(), reader.string())) }
    }, 'ERR_LIBSSH2_HOSTKEY_SIGN'],
    ['bytes behind the key', ({ key }) => ({ key: Buffer.concat([key, Buffer.of(0)]) }), 'ERR_LIBSSH2_HOSTKEY_SIGN'],
    ['no signature', () => ({ signature: new Uint8Array() }), 'ERR_LIBSSH2_HOSTKEY_SIGN'],
    ['a signature of another type', ({ signature }) => ({ signature: string('ssh-rsa', (new WireReader(signature).string(), randomBytes(256))) }), 'ERR_LIBSSH2_HOSTKEY_SIGN'],
    ['a changed signature', ({ signature }) => ({ signature: signature.with(-5 + signature.length, signature.at(-5) as number ^ 4) }), 'ERR_LIBSSH2_HOSTKEY_SIGN'],
    ['a signature of zeros', () => ({ signature: string('ecdsa-sha2-nistp256', string(new Uint8Array(1), new Uint8Array(1))) }), 'ERR_LIBSSH2_HOSTKEY_SIGN'],
    ['an inner signature of no bytes', () => ({ signature: string('ecdsa-sha2-nistp256', '') }), 'ERR_LIBSSH2_HOSTKEY_SIGN'],
    ['bytes behind the signature', ({ signature }) => ({ signature: Buffer.concat([signature, Buffer.of(0)]) }), 'ERR_LIBSSH2_HOSTKEY_SIGN'],
  ])('%s', async (_, change, code) => {
    expect(await handshake(change)).toBe(code)
  })
})
