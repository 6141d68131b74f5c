// Signatures of the wrong length or with more at their end, and keys that are none: false or an error, never true (RFC 4253 6.6, RFC 5656 3.1.2, RFC 8709 6).
import { generateKeyPairSync, sign } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { verifySignature } from '../../../src/host-key/verify-signature.ts'
import { WireFormatError } from '../../../src/wire-format/wire-format-error.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'
import { publicBlobOf } from '../keys/independent-verifier.ts'

const DATA = new TextEncoder().encode('what is signed')
const ed25519 = generateKeyPairSync('ed25519'), ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }), rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const blob = (algorithm: string, signature: Uint8Array, ...more: readonly number[]) => new WireWriter(1024).string(algorithm).string(signature).bytes(Uint8Array.from(more)).finish()
const numbers = (r: Uint8Array, s: Uint8Array, ...more: readonly number[]) => new WireWriter().mpint(r).mpint(s).bytes(Uint8Array.from(more)).finish()
const p1363 = sign('sha256', DATA, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }), r = p1363.subarray(0, 32), s = p1363.subarray(32)
const edSignature = sign(null, DATA, ed25519.privateKey), rsaSignature = sign('sha512', DATA, rsa.privateKey)
const withoutWebCrypto = () => vi.spyOn(crypto.subtle, 'importKey').mockRejectedValue(new DOMException('', 'NotSupportedError'))
afterEach(() => { vi.restoreAllMocks() })

const RIGHT = [
  ['ssh-ed25519', publicBlobOf(ed25519.publicKey), edSignature], ['ecdsa-sha2-nistp256', publicBlobOf(ec.publicKey), numbers(r, s)], ['rsa-sha2-512', publicBlobOf(rsa.publicKey), rsaSignature],
] as const

test.each(RIGHT)('%s: right, by WebCrypto, and with nothing behind it', async (algorithm, key, signature) => {
  const verify = vi.spyOn(crypto.subtle, 'verify')
  expect(await verifySignature(key, blob(algorithm, signature), DATA)).toBe(true)
  expect(verify).toHaveBeenCalledTimes(1)
  await expect(verifySignature(key, blob(algorithm, signature, 0), DATA)).rejects.toThrow(WireFormatError)
})

describe('ECDSA', () => {
  const key = publicBlobOf(ec.publicKey), verify = (signature: Uint8Array) => verifySignature(key, blob('ecdsa-sha2-nistp256', signature), DATA)
  test('one number is too long', async () => {
    const long = new Uint8Array(33).fill(1)
    expect(await verify(numbers(long, s))).toBe(false)
    expect(await verify(numbers(r, long))).toBe(false)
    expect(await verify(numbers(long, long))).toBe(false)
  })
  test('a signature with s in either half of the order, where the library decides', async () => {
    withoutWebCrypto()
    // The order of P-256 (SEC 2 section 2.4.2). One of s and n - s is in its upper half, which SSH allows.
    const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
    const other = Buffer.from((n - BigInt(`0x${Buffer.from(s).toString('hex')}`)).toString(16).padStart(64, '0'), 'hex')
    expect([await verify(numbers(r, s)), await verify(numbers(r, other)), await verify(numbers(s, r))]).toEqual([true, true, false])
  })
  test('more behind the numbers', async () => {
    await expect(verify(numbers(r, s, 0))).rejects.toThrow(WireFormatError)
  })
  test('a key that is not on its curve, where the library decides', async () => {
    withoutWebCrypto()
    const off = new WireWriter().string('ecdsa-sha2-nistp256').string('nistp256').string(Uint8Array.of(4, ...new Uint8Array(64).fill(7))).finish()
    expect(await verifySignature(off, blob('ecdsa-sha2-nistp256', numbers(r, s)), DATA)).toBe(false)
  })
})

describe('Ed25519', () => {
  test.each([0, 63, 65])('a signature of %d bytes', async (length) => {
    expect(await verifySignature(publicBlobOf(ed25519.publicKey), blob('ssh-ed25519', new Uint8Array(length).fill(1)), DATA)).toBe(false)
    withoutWebCrypto()
    expect(await verifySignature(publicBlobOf(ed25519.publicKey), blob('ssh-ed25519', new Uint8Array(length).fill(1)), DATA)).toBe(false)
  })
  test('a key of small order signs nothing, where the library decides', async () => {
    withoutWebCrypto()
    const neutral = Uint8Array.of(1, ...new Uint8Array(31))
    // ZIP 215 would accept it, for every text.
    expect(await verifySignature(new WireWriter().string('ssh-ed25519').string(neutral).finish(), blob('ssh-ed25519', Uint8Array.of(...neutral, ...new Uint8Array(32))), DATA)).toBe(false)
  })
})

describe('RSA', () => {
  const verify = (signature: Uint8Array) => verifySignature(publicBlobOf(rsa.publicKey), blob('rsa-sha2-512', signature), DATA)
  test('a signature that is longer than the modulus', async () => {
    expect(await verify(Uint8Array.of(0, ...rsaSignature))).toBe(false)
  })
  test('a runtime without RSA', async () => {
    withoutWebCrypto()
    expect(await verify(rsaSignature)).toBe(false)
  })
})
