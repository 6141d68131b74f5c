// Public key blobs at the edges of what is allowed (RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4, PROTOCOL.u2f).
import { describe, expect, test } from 'vitest'
import { bitLength, keyBits, readPublicKey, writePublicKey } from '../../../src/keys/public-key-blob.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'

/** An odd number of exactly so many bits. */
function odd(bits: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(bits / 8))
  bytes[0]! |= 1 << (bits - 1) % 8
  bytes[bytes.length - 1]! |= 1
  return bytes
}
const even = (bits: number) => odd(bits).map((byte, index, all) => index === all.length - 1 ? byte & 0xfe : byte)
const rsa = (e: Uint8Array, n: Uint8Array) => new WireWriter().string('ssh-rsa').mpint(e).mpint(n).finish()
const refused = (code: string) => expect.objectContaining({ name: 'KeyError', code }) as Error

test.each([[0, []], [1, [1]], [2, [3]], [8, [0x80]], [9, [1, 0]], [16, [0xff, 0]]])('%d bits', (bits, bytes) => {
  expect(bitLength(Uint8Array.from(bytes))).toBe(bits)
})

describe('RSA', () => {
  test.each<[what: string, e: Uint8Array, n: Uint8Array]>([
    ['the shortest modulus', odd(17), odd(512)], ['the longest modulus', odd(17), odd(16384)], ['the smallest exponent', odd(2), odd(2048)], ['the largest exponent', odd(64), odd(2048)],
  ])('%s is read, and written as it was', (_, e, n) => {
    const blob = rsa(e, n), fields = readPublicKey(blob)
    expect(fields).toEqual({ kind: 'rsa', e, n })
    expect(keyBits(fields)).toBe(bitLength(n))
    expect(writePublicKey(fields)).toEqual(blob)
  })
  test.each<[what: string, e: Uint8Array, n: Uint8Array, code: string]>([
    ['a modulus that is too short', odd(17), odd(511), 'ERR_KEY_FORMAT'], ['a modulus that is too long', odd(17), odd(16385), 'ERR_KEY_LIMIT'], ['an even modulus', odd(17), even(2048), 'ERR_KEY_FORMAT'],
    ['an exponent of one', odd(1), odd(2048), 'ERR_KEY_FORMAT'], ['an exponent of zero', new Uint8Array(), odd(2048), 'ERR_KEY_FORMAT'], ['an exponent that is too large', odd(65), odd(2048), 'ERR_KEY_FORMAT'],
    ['an even exponent', even(17), odd(2048), 'ERR_KEY_FORMAT'], ['no modulus', odd(17), new Uint8Array(), 'ERR_KEY_FORMAT'],
  ])('%s is refused', (_, e, n, code) => {
    expect(() => readPublicKey(rsa(e, n))).toThrow(refused(code))
  })
})

test('a type that nobody knows', () => {
  expect(() => readPublicKey(new WireWriter().string('ssh-dss').string(new Uint8Array(1344)).finish())).toThrow(refused('ERR_KEY_UNSUPPORTED'))
})

describe('ECDSA', () => {
  const ecdsa = (curve: string, point: Uint8Array, named = curve) => new WireWriter().string(`ecdsa-sha2-${curve}`).string(named).string(point).finish()
  const point = (size: number, form = 4) => Uint8Array.of(form, ...new Uint8Array(2 * size).fill(7))
  test.each([['nistp256', 32, 256], ['nistp384', 48, 384], ['nistp521', 66, 521]] as const)('%s', (curve, size, bits) => {
    const blob = ecdsa(curve, point(size)), fields = readPublicKey(blob)
    expect(fields).toEqual({ kind: 'ecdsa', curve, point: point(size) })
    expect(keyBits(fields)).toBe(bits)
    expect(writePublicKey(fields)).toEqual(blob)
    for (const wrong of [point(size).subarray(1), Uint8Array.of(...point(size), 7), point(size, 2), point(size, 6), new Uint8Array()]) expect(() => readPublicKey(ecdsa(curve, wrong))).toThrow(refused('ERR_KEY_FORMAT'))
    expect(() => readPublicKey(ecdsa(curve, point(size), 'nistp224'))).toThrow(refused('ERR_KEY_FORMAT'))
  })
})

describe('keys of one fixed length', () => {
  test.each<[type: string, length: number, bits: number, application?: string]>([
    ['ssh-ed25519', 32, 256], ['sk-ssh-ed25519@openssh.com', 32, 256, 'ssh:'], ['ssh-mldsa44-ed25519', 1344, 512], ['ssh-mldsa44-ed25519@openssh.com', 1344, 512],
  ])('%s', (type, length, bits, application) => {
    const blobOf = (size: number) => {
      const writer = new WireWriter(2048).string(type).string(new Uint8Array(size).fill(5))
      return (application === undefined ? writer : writer.string(application)).finish()
    }
    const fields = readPublicKey(blobOf(length))
    expect(keyBits(fields)).toBe(bits)
    expect(writePublicKey(fields)).toEqual(blobOf(length))
    for (const size of [0, length - 1, length + 1]) expect(() => readPublicKey(blobOf(size))).toThrow(refused('ERR_KEY_FORMAT'))
    expect(() => readPublicKey(Uint8Array.of(...blobOf(length), 0))).toThrow(refused('ERR_KEY_FORMAT'))
  })
})
