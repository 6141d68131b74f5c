// CBC with the padding of PKCS#7 (RFC 5652 section 6.3), each cipher against OpenSSL's: every length of padding, and what is none.
import { createCipheriv, createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { aesCbc, type CbcCipher, cbcDecrypt, TRIPLE_DES } from '../../../src/keys/files/ciphers/cbc-decrypt.ts'
import { later } from '../../../src/keys/steps.ts'
import { times, watchWiping } from './wiped.ts'

const some = (length: number, name: string) => new Uint8Array(createHash('sha512').update(name).digest().subarray(0, length))
const CIPHERS: [name: string, cipher: CbcCipher][] = [['aes-128-cbc', aesCbc(16)], ['aes-192-cbc', aesCbc(24)], ['aes-256-cbc', aesCbc(32)], ['des-ede3-cbc', TRIPLE_DES]]

describe.each(CIPHERS)('%s', (name, cipher) => {
  const { keyLength, ivLength: block } = cipher, key = some(keyLength, 'key'), iv = some(block, 'iv')
  /** @param plain whole blocks, with their padding */
  const open = (plain: Uint8Array) => {
    const sealing = createCipheriv(name, key, iv).setAutoPadding(false)
    return watchWiping(() => later(cbcDecrypt(cipher, key, iv, new Uint8Array(Buffer.concat([sealing.update(plain), sealing.final()])))))
  }

  test.each(Array.from({ length: block }, (_, index) => index + 1))('%d bytes of padding', async (padding) => {
    const text = some(2 * block - padding, 'text')
    expect((await open(Uint8Array.of(...text, ...Array<number>(padding).fill(padding)))).result).toEqual(text)
  })
  test('a whole block of padding, and nothing else', async () => {
    expect((await open(new Uint8Array(block).fill(block))).result).toEqual(new Uint8Array())
  })
  test.each<[name: string, end: readonly number[]]>([
    ['a last byte of zero', [1, 0]], ['zeros alone', Array<number>(2 * block).fill(0)], ['a padding of more than a block', Array<number>(block + 1).fill(block + 1)],
    ['a padding of other bytes', [2, 3, 3]], ['a padding that another byte begins', [9, 4, 4, 4]], ['a last byte that is far too large', [255]],
  ])('%s: the passphrase is wrong, and what came out is zeroed', async (_, end) => {
    const plain = Uint8Array.of(...some(2 * block - end.length, 'text'), ...end)
    const wiped = await open(plain)
    expect(wiped.error).toMatchObject({ name: 'KeyError', code: 'ERR_KEY_PASSPHRASE_WRONG' })
    expect(times(wiped, plain)).toBe(1)
  })
})
