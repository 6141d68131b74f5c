// What modules compute or list while they load (tables of ciphers, object identifiers, numbers of messages), each against an independent source.
// Every test loads its module anew, so that what an earlier one computed is not used again.
import { createCipheriv, createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { createRequire } from 'node:module'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { PrivateFields } from '../../../src/keys/private-numbers.ts'
import { watchWiping } from './wiped.ts'

beforeEach(() => { vi.resetModules() })

/** Bytes that are the same in each run, and look random. */
function someBytes(length: number, name: string): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) => createHash('sha256').update(`${name} ${index}`).digest())
  return Buffer.concat(blocks).subarray(0, length)
}

test.each([8, 16, 24, 32, 256])('3DES as OpenSSL has it, %d bytes', async (length) => {
  const { decryptTripleDesCbc } = await import('../../../src/keys/files/ciphers/triple-des.ts')
  const [key, iv, data] = [someBytes(24, `key ${length}`), someBytes(8, 'iv'), someBytes(length, 'data')]
  const cipher = createCipheriv('des-ede3-cbc', key, iv).setAutoPadding(false)
  expect(Buffer.from(decryptTripleDesCbc(key, iv, Buffer.concat([cipher.update(data), cipher.final()])))).toEqual(data)
})

test('3DES: the keys of all rounds are zeroed', async () => {
  const { decryptTripleDesCbc } = await import('../../../src/keys/files/ciphers/triple-des.ts')
  const { contents } = await watchWiping(() => decryptTripleDesCbc(someBytes(24, 'key'), new Uint8Array(8), new Uint8Array(8)))
  expect(contents.filter((content) => content.length === 2 * 48 && content.includes('01'))).toHaveLength(3 * 16)
})

describe('bcrypt_pbkdf', () => {
  // npm ssh2 depends on it; it lists the digits of π.
  const other = createRequire(import.meta.url)('bcrypt-pbkdf') as { pbkdf(pass: Uint8Array, passLength: number, salt: Uint8Array, saltLength: number, key: Uint8Array, keyLength: number, rounds: number): number }
  test.each([[1, 1], [32, 1], [33, 1], [48, 2], [100, 1]])('%d bytes after %d rounds', async (length, rounds) => {
    const [{ bcryptPbkdf }, { later }] = await Promise.all([import('../../../src/keys/files/ciphers/bcrypt-pbkdf.ts'), import('../../../src/keys/steps.ts')])
    const [pass, salt, key] = [Buffer.from('a passphrase'), someBytes(16, 'salt'), new Uint8Array(length)]
    other.pbkdf(pass, pass.length, salt, salt.length, key, length, rounds)
    expect(await later(bcryptPbkdf(pass, salt, length, rounds))).toEqual(key)
  })
})

describe('PKCS#8', () => {
  const part = (jwk: JsonWebKey, name: keyof JsonWebKey) => new Uint8Array(Buffer.from(jwk[name] as string, 'base64url'))
  const pkcs8 = async (key: Exclude<PrivateFields, { kind: 'mldsa44-ed25519' }>) => Buffer.from((await import('../../../src/keys/pkcs8.ts')).privatePkcs8(key))

  test.each([['P-256', 'nistp256'], ['P-384', 'nistp384'], ['P-521', 'nistp521']] as const)('%s as OpenSSL writes it', async (namedCurve, curve) => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve }), jwk = privateKey.export({ format: 'jwk' })
    const point = Uint8Array.of(4, ...part(jwk, 'x'), ...part(jwk, 'y'))
    expect(await pkcs8({ kind: 'ecdsa', public: { kind: 'ecdsa', curve, point }, scalar: part(jwk, 'd') })).toEqual(privateKey.export({ format: 'der', type: 'pkcs8' }))
  })
  test('Ed25519 as OpenSSL writes it', async () => {
    const { privateKey } = generateKeyPairSync('ed25519'), jwk = privateKey.export({ format: 'jwk' })
    expect(await pkcs8({ kind: 'ed25519', public: { kind: 'ed25519', key: part(jwk, 'x') }, seed: part(jwk, 'd') })).toEqual(privateKey.export({ format: 'der', type: 'pkcs8' }))
  })

  /** A length of DER, and its content. */
  const der = (tag: number, content: Buffer) => Buffer.concat([Buffer.of(tag, ...content.length < 0x80 ? [content.length] : content.length < 0x100 ? [0x81, content.length] : [0x82, content.length >> 8, content.length & 0xff]), content])
  const integer = (value: bigint) => {
    const digits = value.toString(16), bytes = Buffer.from(digits.padStart(digits.length + digits.length % 2, '0'), 'hex')
    return der(2, bytes[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes)
  }
  /** Lengths of DER change at 128 and 256 bytes; the first byte decides whether a zero precedes it. */
  test.each([
    [0x7f, 127], [0x80, 127], [0x7f, 128], [0x80, 128], [0x7f, 255], [0x80, 255], [0x7f, 256], [0xff, 300],
  ])('numbers that begin with %d and have %d bytes', async (first, length) => {
    const n = Uint8Array.of(first, ...someBytes(length - 1, 'n')), [e, d, p, q] = [[1, 0, 1], [0, 0, 9, 7], [0xfb], [1, 1]].map((bytes) => Uint8Array.from(bytes)) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>]
    const iqmp = new Uint8Array(2)
    const key = [0n, BigInt(`0x${Buffer.from(n).toString('hex')}`), 65537n, 0x907n, 0xfbn, 0x101n, 0x907n % 0xfan, 0x907n % 0x100n, 0n]
    const info = der(0x30, Buffer.concat([integer(0n), Buffer.from('300d06092a864886f70d0101010500', 'hex'), der(4, der(0x30, Buffer.concat(key.map(integer))))]))
    expect(await pkcs8({ kind: 'rsa', public: { kind: 'rsa', n, e }, d, p, q, iqmp })).toEqual(info)
    expect(p).toEqual(Uint8Array.of(0xfb))
  })
  test('RSA as OpenSSL writes it', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 }), jwk = privateKey.export({ format: 'jwk' })
    const [n, e, d, p, q, iqmp] = (['n', 'e', 'd', 'p', 'q', 'qi'] as const).map((name) => part(jwk, name)) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>]
    const written = await pkcs8({ kind: 'rsa', public: { kind: 'rsa', n, e }, d, p, q, iqmp })
    expect(written).toEqual(privateKey.export({ format: 'der', type: 'pkcs8' }))
    expect(createPrivateKey({ key: written, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' })).toEqual(jwk)
  })
})

test('messages of agents have the numbers of draft-ietf-sshm-ssh-agent section 6.1', async () => {
  expect({ ...await import('../../../src/keys/agent/messages.ts') }).toEqual({
    FAILURE: 5, SUCCESS: 6, REQUEST_IDENTITIES: 11, IDENTITIES_ANSWER: 12, SIGN_REQUEST: 13, SIGN_RESPONSE: 14, ADD_IDENTITY: 17, REMOVE_IDENTITY: 18, REMOVE_ALL_IDENTITIES: 19,
    LOCK: 22, UNLOCK: 23, ADD_ID_CONSTRAINED: 25, EXTENSION: 27, EXTENSION_FAILURE: 28, EXTENSION_RESPONSE: 29, SIGN_FLAGS: { 'rsa-sha2-256': 2, 'rsa-sha2-512': 4 }, MAXIMUM_LENGTH: 262144,
  })
})
