// Private keys in DER that no tool writes: versions, curves and bytes that should not be there, each from a right key (RFC 5208, 5915, 5958, 8017).
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import { publicBlobOf } from './independent-verifier.ts'

/** An element of DER. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const length = content.length < 0x80 ? [content.length] : content.length < 0x100 ? [0x81, content.length] : [0x82, content.length >> 8, content.length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...length), content])
}
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts), octets = (...parts: readonly Uint8Array[]) => der(0x04, ...parts)
const integer = (value: Uint8Array | number) => der(0x02, typeof value === 'number' ? Buffer.of(value) : value[0]! >= 0x80 ? Buffer.of(0) : Buffer.alloc(0), typeof value === 'number' ? Buffer.alloc(0) : value)
const bits = (content: Uint8Array, tag = 0x03) => der(tag, Buffer.of(0), content)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const pem = (label: string, content: Uint8Array) => `-----BEGIN ${label}-----\n${Buffer.from(content).toString('base64')}\n-----END ${label}-----\n`

const JUNK = integer(5)
const ED25519 = oid('2b6570'), EC = oid('2a8648ce3d0201'), P256 = oid('2a8648ce3d030107'), P384 = oid('2b81040022'), RSA = oid('2a864886f70d010101')
const ed25519 = generateKeyPairSync('ed25519'), ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }), rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const part = (key: { export(options: { format: 'jwk' }): JsonWebKey }, name: keyof JsonWebKey) => Buffer.from(key.export({ format: 'jwk' })[name] as string, 'base64url')
const seed = part(ed25519.privateKey, 'd'), scalar = part(ec.privateKey, 'd')
const point = Buffer.concat([Buffer.of(4), part(ec.privateKey, 'x'), part(ec.privateKey, 'y')])

const pkcs8 = (version: number, algorithm: Uint8Array, key: Uint8Array, ...more: readonly Uint8Array[]) => pem('PRIVATE KEY', sequence(integer(version), algorithm, octets(key), ...more))
const sec1 = (...parts: readonly Uint8Array[]) => pem('EC PRIVATE KEY', sequence(...parts))
const numbers = () => (['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const).map((name) => integer(part(rsa.privateKey, name)))
const opens = async (text: string, pair: { publicKey: Parameters<typeof publicBlobOf>[0] }) => expect(Buffer.from((await parsePrivateKey(text)).publicKey)).toEqual(publicBlobOf(pair.publicKey))

describe('right ones', () => {
  test('PKCS#8 of both versions, with attributes and a public key', async () => {
    await opens(pkcs8(0, sequence(ED25519), octets(seed)), ed25519)
    await opens(pkcs8(1, sequence(ED25519), octets(seed)), ed25519)
    await opens(pkcs8(1, sequence(ED25519), octets(seed), der(0xa0, JUNK)), ed25519)
    await opens(pkcs8(1, sequence(ED25519), octets(seed), der(0xa0, JUNK), bits(part(ed25519.privateKey, 'x'), 0x81)), ed25519)
  })
  test('SEC1, which names its curve inside or outside', async () => {
    await opens(sec1(integer(1), octets(scalar), der(0xa0, P256)), ec)
    await opens(sec1(integer(1), octets(scalar), der(0xa0, P256), der(0xa1, bits(point))), ec)
    // A compressed point (SEC1 2.3.3) is not compared, but computed.
    await opens(sec1(integer(1), octets(scalar), der(0xa0, P256), der(0xa1, bits(Buffer.concat([Buffer.of(2 + (point[64]! & 1)), point.subarray(1, 33)])))), ec)
    await opens(pkcs8(0, sequence(EC, P256), sequence(integer(1), octets(scalar))), ec)
    await opens(pkcs8(0, sequence(EC, P256), sequence(integer(1), octets(scalar), der(0xa0, P256))), ec)
  })
  test('PKCS#1, alone and in PKCS#8', async () => {
    await opens(pem('RSA PRIVATE KEY', sequence(integer(0), ...numbers())), rsa)
    await opens(pkcs8(0, sequence(RSA, der(0x05)), sequence(integer(0), ...numbers())), rsa)
  })
})

describe('wrong ones', () => {
  const otherPoint = Buffer.from(point)
  otherPoint[64]! ^= 1
  test.each<[name: string, text: string, code?: string]>([
    ['PKCS#8 of version 2', pkcs8(2, sequence(ED25519), octets(seed))],
    ['PKCS#8 with more at its end', pkcs8(0, sequence(ED25519), octets(seed), JUNK)],
    ['PKCS#8 with more behind it', pem('PRIVATE KEY', Buffer.concat([sequence(integer(0), sequence(ED25519), octets(octets(seed))), JUNK]))],
    ['PKCS#8 with more behind the seed', pkcs8(0, sequence(ED25519), Buffer.concat([octets(seed), JUNK]))],
    ['a seed that is too short', pkcs8(0, sequence(ED25519), octets(seed.subarray(1)))],
    ['PKCS#8 of Ed448', pkcs8(0, sequence(oid('2b6571')), octets(seed)), 'ERR_KEY_UNSUPPORTED'],
    ['PKCS#8 of DSA', pkcs8(0, sequence(oid('2a8648ce380401')), integer(1)), 'ERR_KEY_UNSUPPORTED'],
    ['SEC1 of version 0', sec1(integer(0), octets(scalar), der(0xa0, P256))],
    ['SEC1 of version 2', sec1(integer(2), octets(scalar), der(0xa0, P256))],
    ['SEC1 without a curve', sec1(integer(1), octets(scalar))],
    ['SEC1 that names another curve than PKCS#8', pkcs8(0, sequence(EC, P384), sequence(integer(1), octets(scalar), der(0xa0, P256)))],
    ['SEC1 with more at its end', sec1(integer(1), octets(scalar), der(0xa0, P256), der(0xa1, bits(point)), JUNK)],
    ['SEC1 with the point of another key', sec1(integer(1), octets(scalar), der(0xa0, P256), der(0xa1, bits(otherPoint)))],
    ['RSA of more than two primes', pem('RSA PRIVATE KEY', sequence(integer(1), ...numbers(), sequence())), 'ERR_KEY_UNSUPPORTED'],
    ['RSA with more at its end', pem('RSA PRIVATE KEY', sequence(integer(0), ...numbers(), JUNK))],
    ['RSA with more behind it', pem('RSA PRIVATE KEY', Buffer.concat([sequence(integer(0), ...numbers()), JUNK]))],
  ])('%s', async (_, text, code = 'ERR_KEY_FORMAT') => {
    await expect(parsePrivateKey(text)).rejects.toMatchObject({ name: 'KeyError', code })
  })
  test('of DSA it is said what to do', async () => {
    await expect(parsePrivateKey(pkcs8(0, sequence(oid('2a8648ce380401')), integer(1)))).rejects.toThrow('this is a DSA key (ssh-dss), which is too weak')
  })
})
