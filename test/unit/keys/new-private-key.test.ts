// New keys: which random numbers become a key and which are drawn again, and what WebCrypto is asked for.
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { newPrivateKey } from '../../../src/keys/new-private-key.ts'
import { PrivateKey } from '../../../src/keys/private-key.ts'
import { holding, times, watchWiping } from './wiped.ts'

afterEach(() => { vi.restoreAllMocks() })

/** Random numbers of `length` bytes are these, and no others. What loads the modules draws some of other lengths. */
function drawing(length: number, ...draws: readonly Uint8Array[]): void {
  const left = [...draws], real = crypto.getRandomValues.bind(crypto) as (array: Uint8Array) => Uint8Array
  vi.spyOn(crypto, 'getRandomValues').mockImplementation(((array: Uint8Array) => {
    if (array.length !== length) return real(array)
    const next = left.shift()
    if (next === undefined) throw new Error('more is drawn than a test expects')
    array.set(next)
    return array
  }) as typeof crypto.getRandomValues)
}
const fieldsOf = <F>(key: PrivateKey) => PrivateKey.fieldsOf(key) as F
const bytes = (first: readonly number[], length: number, rest: number) => Uint8Array.of(...first, ...Array<number>(length - first.length).fill(rest))

describe('ECDSA', () => {
  // The order of P-521 has 521 bits: seven bits of the first byte are not used.
  test.each<[bits: number | undefined, size: number, drawn: readonly number[], scalar: readonly number[]]>([
    [undefined, 32, [0x81, 2], [0x81, 2]], [256, 32, [0x83, 4], [0x83, 4]], [384, 48, [0x85, 6], [0x85, 6]], [521, 66, [0xff, 0x7e], [1, 0x7e]], [521, 66, [0xfe, 0xff], [0, 0xff]],
  ])('of %s bits: what is too large or zero is drawn again', async (bits, size, drawn, scalar) => {
    drawing(size, bytes([], size, 0xff), new Uint8Array(size), bytes(drawn, size, 9))
    const { result, contents } = await watchWiping(() => newPrivateKey('ecdsa', bits === undefined ? {} : { bits }))
    expect(result!.type).toBe(`ecdsa-sha2-nistp${bits ?? 256}`)
    expect(fieldsOf<{ scalar: Uint8Array }>(result!).scalar).toEqual(bytes(scalar, size, 9))
    expect(contents).toContain(Buffer.from(bytes(scalar, size, 9)).toString('hex'))
  })
  test.each([0, 224, 257, 512, 520])('%d bits are none of a curve', async (bits) => {
    await expect(newPrivateKey('ecdsa', { bits })).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED', message: 'ECDSA keys have 256, 384 or 521 bits' })
  })
})

test.each([['ed25519', 32, 'ssh-ed25519'], ['mldsa44-ed25519', 64, 'ssh-mldsa44-ed25519']])('%s: %d random bytes', async (type, length, name) => {
  drawing(length, bytes([5, 6], length, 7))
  const wiped = await watchWiping(() => newPrivateKey(type, { comment: 'mine' }))
  expect(wiped.result).toMatchObject({ type: name, comment: 'mine' })
  const { seed } = fieldsOf<{ seed: Uint8Array }>(wiped.result!)
  expect(seed).toEqual(bytes([5, 6], length, 7))
  expect(times(wiped, seed)).toBe(1)
})

describe('RSA', () => {
  let pair: CryptoKeyPair
  beforeAll(async () => { pair = await crypto.subtle.generateKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }, true, ['sign', 'verify']) })
  const generating = () => vi.spyOn(crypto.subtle, 'generateKey').mockResolvedValue(pair as never)

  test.each([[undefined, 3072], [2048, 2048], [4096, 4096], [16384, 16384]])('of %s bits, with the exponent 65537', async (bits, modulusLength) => {
    const generate = generating()
    const wiped = await watchWiping(() => newPrivateKey('rsa', bits === undefined ? {} : { bits }))
    expect(wiped.result).toMatchObject({ type: 'ssh-rsa', comment: '' })
    expect(generate.mock.calls).toEqual([[{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512', modulusLength, publicExponent: Uint8Array.of(1, 0, 1) }, true, ['sign', 'verify']]])
    const { d } = fieldsOf<{ d: Uint8Array }>(wiped.result!)
    expect(d.length).toBeGreaterThan(240)
    expect(holding(wiped, d)).toBe(1)
  })
  test.each([0, 1024, 2047, 2048.5, 16385, 20000, NaN, Infinity])('%d bits are refused, and none are generated', async (bits) => {
    const generate = generating()
    await expect(newPrivateKey('rsa', { bits })).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED', message: 'RSA keys have 2048 to 16384 bits' })
    expect(generate).not.toHaveBeenCalled()
  })
})

test.each(['dsa', 'ssh-ed25519', 'ed448', ''])('%j is no type', async (type) => {
  await expect(newPrivateKey(type, {})).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED', message: 'keys of this type cannot be generated' })
})
