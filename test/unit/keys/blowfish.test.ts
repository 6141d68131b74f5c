// Blowfish by the vectors of Eric Young (1998), which Schneier publishes: keys of eight bytes, here repeated to the 64 that bcrypt uses.
import { expect, test, vi } from 'vitest'
import { Blowfish } from '../../../src/keys/files/ciphers/blowfish.ts'
import { watchWiping } from './wiped.ts'

const words = (hex: string) => Int32Array.from(hex.match(/.{8}/g) ?? [], (word) => Number.parseInt(word, 16))
const hexOf = (numbers: Int32Array) => Array.from(numbers, (word) => (word >>> 0).toString(16).padStart(8, '0')).join('')

test.each([
  ['0000000000000000', '0000000000000000', '4ef997456198dd78'], ['ffffffffffffffff', 'ffffffffffffffff', '51866fd5b85ecb8a'], ['0123456789abcdef', '1111111111111111', '61f9c3802281b096'],
  ['7ca110454a1a6e57', '01a1d6d039776742', '59c68245eb05282b'],
])('with key %s, %s becomes %s', (key, plain, sealed) => {
  const cipher = new Blowfish(), two = words(plain + plain)
  cipher.expand(words(key.repeat(8)))
  cipher.encrypt(two)
  expect(hexOf(two)).toBe(sealed + sealed)
})

test('data for the schedule is one more key, of which each half goes into a half of the block', () => {
  const [plain, salted, zero] = [new Blowfish(), new Blowfish(), new Blowfish()], key = words('0123456789abcdef'.repeat(8))
  plain.expand(key)
  zero.expand(key, new Int32Array(16))
  salted.expand(key, Int32Array.from({ length: 16 }, (_, index) => index + 1))
  const [first, second, third] = [plain, zero, salted].map((cipher) => { const text = new Int32Array(2); cipher.encrypt(text); return hexOf(text) })
  expect(second).toBe(first)
  expect(third).not.toBe(first)
})

test('its state is zeroed at the end', async () => {
  const cipher = new Blowfish()
  cipher.expand(words('0123456789abcdef'.repeat(8)))
  const { contents } = await watchWiping(() => cipher.wipe())
  expect(contents.map((content) => content.length)).toEqual([2 * 4 * (18 + 4 * 256)])
  // A cipher of zeros gives zeros.
  const text = new Int32Array(2)
  cipher.encrypt(text)
  expect(hexOf(text)).toBe('0'.repeat(16))
})

test('the digits of π, computed anew', async () => {
  vi.resetModules()
  const { Blowfish: Fresh } = await import('../../../src/keys/files/ciphers/blowfish.ts')
  const cipher = new Fresh(), text = words('1111111111111111')
  cipher.expand(words('0123456789abcdef'.repeat(8)))
  cipher.encrypt(text)
  expect(hexOf(text)).toBe('61f9c3802281b096')
})
