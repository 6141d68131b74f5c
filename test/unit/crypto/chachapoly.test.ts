// Poly1305 and ChaCha20 in one loop (wasm/crypto-{poly1305,chachapoly-packet}.c): published values, and all lengths and places beside Node's ChaCha20
// and another Poly1305.
import { poly1305 } from '@noble/ciphers/_poly1305.js'
import { createCipheriv, randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../../support/random.ts'
import { CRYPTO_BUILD_MS, type CryptoModule, cryptoModule, hex, requireCrypto, toHex } from './module.ts'

/** Twice the most of a batch and all that can follow it, in steps of a byte. */
const LONGEST = 1100

describe.runIf(requireCrypto())('chacha20-poly1305 in one pass', () => {
  let module: CryptoModule
  beforeAll(async () => {
    module = await cryptoModule()
  }, CRYPTO_BUILD_MS)

  const tagOf = (key: Uint8Array, data: Uint8Array) => {
    const tag = module.room(16)
    module.call('test_poly1305', key, data, data.length, tag)
    return toHex(module.get(tag, 16))
  }

  it('Poly1305: RFC 8439 section 2.5.2', () => {
    const key = hex('85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b')
    expect(tagOf(key, Buffer.from('Cryptographic Forum Research Group'))).toBe('a8061dc1305136c6c22b8baf0c0127a9')
  })

  // RFC 8439 appendix A.3, 7 to 11: numbers that carry, and such around 2^130 - 5.
  const ff = 'ff'.repeat(16)
  it.each([
    ['7', `01${'00'.repeat(31)}`, `${ff}f0${'ff'.repeat(15)}11${'00'.repeat(15)}`, `05${'00'.repeat(15)}`],
    ['8', `01${'00'.repeat(31)}`, `${ff}fb${'fe'.repeat(15)}${'01'.repeat(16)}`, '00'.repeat(16)],
    ['9', `02${'00'.repeat(31)}`, `fd${'ff'.repeat(15)}`, `fa${'ff'.repeat(15)}`],
    ['10', `01000000000000000400000000000000${'00'.repeat(16)}`, 'e33594d7505e43b900000000000000003394d7505e4379cd01000000000000000000000000000000000000000000000001000000000000000000000000000000', '14000000000000005500000000000000'],
    ['11', `01000000000000000400000000000000${'00'.repeat(16)}`, 'e33594d7505e43b900000000000000003394d7505e4379cd010000000000000000000000000000000000000000000000', '13000000000000000000000000000000'],
    ['6, r = 2, and 2^128 - 1 in the pad', `02${'00'.repeat(15)}${ff}`, `02${'00'.repeat(15)}`, `03${'00'.repeat(15)}`],
    ['1, all zeros', '00'.repeat(32), '00'.repeat(64), '00'.repeat(16)],
  ])('Poly1305: RFC 8439 appendix A.3, number %s', (_, key, data, tag) => {
    expect(tagOf(hex(key), hex(data))).toBe(tag)
  })

  it('Poly1305: every length beside another implementation, also with keys and text of ones', () => {
    for (let length = 0; length <= 300; length++) {
      const keys = [randomBytes(32), Buffer.concat([Buffer.alloc(16, 0xff), randomBytes(16)]), Buffer.alloc(32, 0xff)]
      for (const [key, data] of keys.map((key, at) => [key, at === 0 ? randomBytes(length) : Buffer.alloc(length, 0xff)] as const)) {
        expect(tagOf(key, data)).toBe(toHex(poly1305(new Uint8Array(data), new Uint8Array(key))))
      }
    }
  })

  const stream = (key: Uint8Array, nonce: Uint8Array, block: number) => {
    const counter = Buffer.alloc(8)
    counter.writeUInt32LE(block)
    return createCipheriv('chacha20', key, Buffer.concat([counter, nonce]))
  }
  /** Ciphertext, and the tag of it behind the four bytes of `length`. */
  function sealedByNode(key: Uint8Array, nonce: Uint8Array, length: Uint8Array, text: Uint8Array) {
    const sealed = stream(key, nonce, 1).update(text)
    const tag = poly1305(new Uint8Array(Buffer.concat([length, sealed])), new Uint8Array(stream(key, nonce, 0).update(Buffer.alloc(32))))
    return { sealed, tag: toHex(tag) }
  }

  it.each([0, 1, 2, 3, 5, 8, 11, 15])(`every length up to ${LONGEST}, both ways, %i bytes from where it would be aligned, and nothing beside it`, (offset) => {
    const random = seededRandom(offset)
    const [room, keyAt, nonceAt, tagAt] = [64 + LONGEST, 32, 8, 16].map((size) => module.room(size)) as [number, number, number, number]
    const free = module.function('free')
    for (let length = offset % 2; length <= LONGEST; length += offset === 0 ? 1 : 3) {
      const [key, nonce, lengthField, text] = [random.bytes(32), random.bytes(8), random.bytes(4), random.bytes(length)]
      module.write(keyAt, key)
      module.write(nonceAt, nonce)
      const before = Buffer.concat([Buffer.alloc(16 + offset, 0xa5), lengthField, text, Buffer.alloc(64 + LONGEST - 16 - offset - 4 - length, 0x5a)])
      module.write(room, before)
      const wanted = sealedByNode(key, nonce, lengthField, text)
      module.function('chachapoly_seal')(keyAt, nonceAt, room + 16 + offset, length, tagAt)
      const after = Buffer.from(before)
      after.set(wanted.sealed, 16 + offset + 4)
      if (Buffer.compare(module.get(room, before.length), after) !== 0) expect.unreachable(`another ciphertext of ${length} bytes`)
      if (toHex(module.get(tagAt, 16)) !== wanted.tag) expect.unreachable(`another tag of ${length} bytes`)
      module.write(tagAt, Buffer.alloc(16))
      module.function('chachapoly_open')(keyAt, nonceAt, room + 16 + offset, length, tagAt)
      if (Buffer.compare(module.get(room, before.length), before) !== 0) expect.unreachable(`another text of ${length} bytes`)
      if (toHex(module.get(tagAt, 16)) !== wanted.tag) expect.unreachable(`another tag of ${length} bytes when opened`)
    }
    for (const at of [room, keyAt, nonceAt, tagAt]) free(at)
  }, 60_000)

  it('the largest packets', () => {
    for (const length of [32_768, 35_000, 40_000, 262_144]) {
      const [key, nonce, lengthField, text] = [randomBytes(32), randomBytes(8), randomBytes(4), randomBytes(length)]
      const [at, tag] = [module.put(Buffer.concat([lengthField, text])), module.room(16)]
      module.call('chachapoly_seal', key, nonce, at, length, tag)
      const wanted = sealedByNode(key, nonce, lengthField, text)
      expect(Buffer.compare(module.get(at + 4, length), wanted.sealed)).toBe(0)
      expect(toHex(module.get(tag, 16))).toBe(wanted.tag)
    }
  })
})
