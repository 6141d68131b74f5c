// Encrypted PKCS#8 (RFC 8018 section 6.2, RFC 7914 section 7), element by element: every hash and cipher, and parameters that no tool writes.
import { createCipheriv, pbkdf2Sync, scryptSync } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { decryptPkcs8 } from '../../../src/keys/files/der/pbes2.ts'
import { later } from '../../../src/keys/steps.ts'

afterEach(() => vi.restoreAllMocks())

const der = (tag: number, ...parts: readonly Uint8Array[]) => { const content = Buffer.concat(parts); return Buffer.concat([Buffer.of(tag, ...content.length < 0x80 ? [content.length] : [0x81, content.length]), content]) }
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts), octets = (content: Uint8Array) => der(4, content), oid = (hex: string) => der(6, Buffer.from(hex, 'hex'))
const integer = (value: number) => { const digits = value.toString(16), bytes = Buffer.from(digits.padStart(digits.length + digits.length % 2, '0'), 'hex'); return der(2, bytes[0]! >= 0x80 ? Buffer.of(0) : Buffer.alloc(0), bytes) }

const PBES2 = '2a864886f70d01050d', PBKDF2 = '2a864886f70d01050c', SCRYPT = '2b06010401da47040b'
const HASHES = { sha1: '2a864886f70d0207', sha256: '2a864886f70d0209', sha384: '2a864886f70d020a', sha512: '2a864886f70d020b' } as const
const CIPHERS = { 'aes-128-cbc': ['608648016503040102', 16, 16], 'aes-192-cbc': ['608648016503040116', 24, 16], 'aes-256-cbc': ['60864801650304012a', 32, 16], 'des-ede3-cbc': ['2a864886f70d0307', 24, 8] } as const
const SALT = Buffer.from('a salt of a test'), PLAIN = Buffer.from('what is inside'), PASS = new Uint8Array(Buffer.from('a passphrase'))

interface Parts {
  cipher?: keyof typeof CIPHERS, hash?: keyof typeof HASHES, named?: Uint8Array, length?: readonly Uint8Array[], scrypt?: boolean
  scheme?: string, derivation?: string, encryption?: string, iv?: Buffer, after?: Uint8Array, data?: Buffer
}
function file({ cipher = 'aes-128-cbc', hash = 'sha256', named = sequence(oid(HASHES[hash]), der(5)), length = [], scrypt = false, scheme = PBES2, derivation, encryption, iv, after = Buffer.alloc(0), data }: Parts = {}): Uint8Array {
  const [id, size, block] = CIPHERS[cipher], vector = iv ?? Buffer.alloc(block, 7)
  const key = scrypt ? scryptSync(PASS, SALT, size, { N: 4, r: 1, p: 2 }) : pbkdf2Sync(PASS, SALT, 3, size, hash)
  const encrypting = createCipheriv(cipher, key, Buffer.alloc(block, 7))
  const encrypted = data ?? Buffer.concat([encrypting.update(PLAIN), encrypting.final()])
  const parameters = scrypt ? sequence(octets(SALT), integer(4), integer(1), integer(2), ...length) : sequence(octets(SALT), integer(3), ...length, named)
  return sequence(sequence(oid(scheme), sequence(sequence(oid(derivation ?? (scrypt ? SCRYPT : PBKDF2)), parameters), sequence(oid(encryption ?? id), octets(vector)))), octets(encrypted), after)
}
const open = async (bytes: Uint8Array, passphrase: Uint8Array<ArrayBuffer> | undefined = PASS) => Buffer.from(await later(decryptPkcs8(bytes, passphrase)))

describe('opens', () => {
  test.each(Object.keys(CIPHERS) as (keyof typeof CIPHERS)[])('%s', async (cipher) => {
    expect(await open(file({ cipher }))).toEqual(PLAIN)
    expect(await open(file({ cipher, length: [integer(CIPHERS[cipher][1])] }))).toEqual(PLAIN)
    expect(await open(file({ cipher, scrypt: true }))).toEqual(PLAIN)
    expect(await open(file({ cipher, scrypt: true, length: [integer(CIPHERS[cipher][1])] }))).toEqual(PLAIN)
  })
  test.each(Object.keys(HASHES) as (keyof typeof HASHES)[])('%s, also where WebCrypto refuses', async (hash) => {
    expect(await open(file({ hash }))).toEqual(PLAIN)
    const derive = vi.spyOn(crypto.subtle, 'deriveBits').mockRejectedValue(new DOMException('too many', 'NotSupportedError'))
    expect(await open(file({ hash }))).toEqual(PLAIN)
    expect(derive).toHaveBeenCalledTimes(1)
  })
  test('SHA-1 where no hash is named', async () => {
    expect(await open(file({ hash: 'sha1', named: Buffer.alloc(0) }))).toEqual(PLAIN)
  })
  test('WebCrypto derives, with a key that nobody can export', async () => {
    const imports = vi.spyOn(crypto.subtle, 'importKey'), derives = vi.spyOn(crypto.subtle, 'deriveBits')
    await open(file())
    expect(imports.mock.calls.map((call) => call.slice(2))).toEqual([['PBKDF2', false, ['deriveBits']]])
    expect(derives.mock.calls.map((call) => call[2])).toEqual([128])
  })
})

describe('what is refused, before a passphrase is asked for', () => {
  test.each<[name: string, parts: Parts, code: string]>([
    ['another scheme', { scheme: '2a864886f70d010503' }, 'ERR_KEY_UNSUPPORTED'], ['another derivation', { derivation: '2a864886f70d01050b' }, 'ERR_KEY_UNSUPPORTED'], ['another cipher', { encryption: '2a864886f70d0302' }, 'ERR_KEY_UNSUPPORTED'],
    ['another hash', { named: sequence(oid('2a864886f70d0208'), der(5)) }, 'ERR_KEY_UNSUPPORTED'], ['a key of another length', { length: [integer(17)] }, 'ERR_KEY_FORMAT'], ['a key of another length, scrypt', { scrypt: true, length: [integer(15)] }, 'ERR_KEY_FORMAT'],
    ['bytes behind', { after: integer(1) }, 'ERR_WIRE_FORMAT'],
  ])('%s', async (_, parts, code) => {
    for (const passphrase of [PASS, undefined]) await expect(later(decryptPkcs8(file(parts), passphrase))).rejects.toMatchObject({ code })
  })
  test('more work than is allowed', async () => {
    const [limit, cost] = [Buffer.concat([octets(SALT), integer(5_000_001)]), Buffer.concat([octets(SALT), integer(2 ** 24), integer(8), integer(1)])]
    for (const [derivation, parameters] of [[PBKDF2, limit], [SCRYPT, cost]] as const) {
      const bytes = sequence(sequence(oid(PBES2), sequence(sequence(oid(derivation), sequence(parameters)), sequence(oid(CIPHERS['aes-128-cbc'][0]), octets(Buffer.alloc(16))))), octets(Buffer.alloc(16)))
      await expect(later(decryptPkcs8(bytes, undefined))).rejects.toMatchObject({ code: 'ERR_KEY_LIMIT' })
    }
  })
  test('no passphrase', async () => {
    await expect(later(decryptPkcs8(file(), undefined))).rejects.toMatchObject({ code: 'ERR_KEY_PASSPHRASE_REQUIRED' })
    await expect(open(file(), new Uint8Array(2))).rejects.toMatchObject({ code: 'ERR_KEY_PASSPHRASE_WRONG' })
  })
  test.each<[name: string, parts: Parts, code: string]>([
    ['a short IV', { iv: Buffer.alloc(15) }, 'ERR_KEY_FORMAT'], ['a long IV', { iv: Buffer.alloc(17) }, 'ERR_KEY_FORMAT'], ['no blocks', { data: Buffer.alloc(0) }, 'ERR_KEY_FORMAT'], ['half a block', { data: Buffer.alloc(24) }, 'ERR_KEY_FORMAT'],
    ['an IV of AES for 3DES', { cipher: 'des-ede3-cbc', iv: Buffer.alloc(16) }, 'ERR_KEY_FORMAT'],
  ])('%s', async (_, parts, code) => {
    await expect(open(file(parts))).rejects.toMatchObject({ code })
  })
})
