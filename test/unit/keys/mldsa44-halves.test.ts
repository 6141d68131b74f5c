// ML-DSA-44 (FIPS 204) and Ed25519 in one, each half against an implementation of its own: @noble/post-quantum as such, and OpenSSL's Ed25519.
// Every test loads the module anew, so that its numbers are those of the test.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { ml_dsa44 as mlDsa } from '@noble/post-quantum/ml-dsa.js'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { times, watchWiping } from './wiped.ts'

beforeEach(() => { vi.resetModules() })
const load = () => import('../../../src/keys/mldsa44-ed25519.ts')

const seeds = new Uint8Array(createHash('sha512').update('two seeds').digest()), data = new Uint8Array(Buffer.from('what is signed'))
const first = mlDsa.keygen(seeds.slice(0, 32))
const second = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seeds.subarray(32)]), format: 'der', type: 'pkcs8' })
const secondPublic = createPublicKey(second).export({ format: 'der', type: 'spki' }).subarray(-32)
const publicKey = new Uint8Array(Buffer.concat([first.publicKey, secondPublic]))
/** What both halves sign (draft-ietf-lamps-pq-composite-sigs section 3.2), without a context of the application. */
const context = new Uint8Array(Buffer.from('COMPSIG-MLDSA44-Ed25519-SHA512'))
const text = new Uint8Array(Buffer.concat([Buffer.from('CompositeAlgorithmSignatures2025'), context, Buffer.of(0), createHash('sha512').update(data).digest()]))
const signature = new Uint8Array(Buffer.concat([mlDsa.sign(text, first.secretKey, { context }), sign(null, text, second)]))

test('both public keys, and what is wiped', async () => {
  const { mlDsaPublic } = await load()
  const wiped = await watchWiping(() => mlDsaPublic(seeds))
  expect(Buffer.from(wiped.result!)).toEqual(Buffer.from(publicKey))
  expect(times(wiped, first.secretKey)).toBe(1)
})
test('both signatures, and what is wiped', async () => {
  const { mlDsaSign } = await load()
  const wiped = await watchWiping(() => mlDsaSign(seeds, data))
  const made = wiped.result!
  expect(made).toHaveLength(2420 + 64)
  expect(mlDsa.verify(made.slice(0, 2420), text, first.publicKey, { context })).toBe(true)
  expect(verify(null, text, createPublicKey(second), made.slice(2420))).toBe(true)
  expect([times(wiped, first.secretKey), times(wiped, seeds.subarray(0, 32))]).toEqual([1, 1])
  expect(seeds[0]).toBe(createHash('sha512').update('two seeds').digest()[0])
})

describe('verifying', () => {
  test('a right signature', async () => {
    expect(await (await load()).mlDsaVerify(publicKey, signature, data)).toBe(true)
  })
  const changed = (at: number) => signature.map((byte, index) => index === at ? byte ^ 1 : byte)
  test.each<[name: string, signature: Uint8Array]>([
    ['the first half of another', changed(0)], ['the second half of another', changed(2420)], ['nothing', new Uint8Array()], ['the first half alone', signature.subarray(0, 2420)],
    ['a byte too few', signature.subarray(0, -1)], ['a byte too many', Uint8Array.of(...signature, 0)],
  ])('%s', async (_, wrong) => {
    expect(await (await load()).mlDsaVerify(publicKey, wrong, data)).toBe(false)
  })
  test.each<[name: string, key: Uint8Array]>([['of nothing', new Uint8Array()], ['of the first half', publicKey.subarray(0, 1312)], ['of a byte too few', publicKey.subarray(0, -1)], ['of a byte too many', Uint8Array.of(...publicKey, 0)]])('a key %s', async (_, wrong) => {
    expect(await (await load()).mlDsaVerify(wrong, signature, data)).toBe(false)
  })
  test('an Ed25519 key of small order, which would verify every text', async () => {
    // The neutral point as the key and as R, and zero as S (RFC 8032 section 5.1.7).
    const neutral = Buffer.concat([Buffer.of(1), Buffer.alloc(31)])
    const [key, forged] = [Buffer.concat([first.publicKey, neutral]), Buffer.concat([signature.subarray(0, 2420), neutral, Buffer.alloc(32)])]
    expect(await (await load()).mlDsaVerify(new Uint8Array(key), new Uint8Array(forged), data)).toBe(false)
  })
})
