// Numbers as bytes and back, at every length about the eight bytes of a word, against BigInt's own reading of hexadecimal digits.
import { expect, test } from 'vitest'
import { bytesToNumber, fixedLength, numberToBytes } from '../../../src/keys/big-number.ts'

const LENGTHS = [0, 1, 2, 7, 8, 9, 15, 16, 17, 24, 33]
/** Bytes that are all different, the first one with its highest bit. */
const bytesOf = (length: number) => Uint8Array.from({ length }, (_, index) => 0xf1 - 5 * index)
const asBigInt = (bytes: Uint8Array) => bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`)

test.each(LENGTHS)('%d bytes are one number', (length) => {
  const bytes = bytesOf(length)
  expect(bytesToNumber(bytes)).toBe(asBigInt(bytes))
  // A view, not the beginning of its buffer.
  const wide = new Uint8Array(length + 6).fill(0xee)
  wide.set(bytes, 3)
  expect(bytesToNumber(wide.subarray(3, 3 + length))).toBe(asBigInt(bytes))
})

test.each(LENGTHS)('a number has %d bytes', (length) => {
  const bytes = bytesOf(length)
  expect(numberToBytes(asBigInt(bytes), length)).toEqual(bytes)
  expect(numberToBytes(asBigInt(bytes), length + 3)).toEqual(Uint8Array.of(0, 0, 0, ...bytes))
  expect(numberToBytes(0n, length)).toEqual(new Uint8Array(length))
})

test('zeros come and go at the beginning, nothing else does', () => {
  expect(fixedLength(Uint8Array.of(1, 2), 4)).toEqual(Uint8Array.of(0, 0, 1, 2))
  expect(fixedLength(Uint8Array.of(1, 2), 2)).toEqual(Uint8Array.of(1, 2))
  expect(fixedLength(Uint8Array.of(0, 0, 1, 2), 2)).toEqual(Uint8Array.of(1, 2))
  expect(fixedLength(Uint8Array.of(0, 1, 2), 1)).toBeUndefined()
  expect(fixedLength(Uint8Array.of(1, 2), 1)).toBeUndefined()
  expect(fixedLength(new Uint8Array(), 1)).toEqual(Uint8Array.of(0))
})

test('the result of fixedLength is a copy', () => {
  const bytes = Uint8Array.of(1, 2)
  fixedLength(bytes, 2)!.fill(9)
  expect(bytes).toEqual(Uint8Array.of(1, 2))
})
