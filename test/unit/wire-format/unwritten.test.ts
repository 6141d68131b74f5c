import { describe, expect, test } from 'vitest'
import { Unwritten } from '../../../src/wire-format/unwritten.ts'

const filled = (length: number, from = 0) => Uint8Array.from({ length }, (_, at) => (at + from) % 251)

/** All that is left, in pieces of this size. */
function rest(text: Unwritten, piece = text.left || 1): number[] {
  const target = new Uint8Array(text.left)
  for (let at = 0; at < text.left; at += piece) text.copy(at, Math.min(piece, text.left - at), target, at)
  return [...target]
}

const PARTS = [0, 5, 0, 0, 7, 1, 0]
const all = [...filled(13)]
/** Parts of these lengths, some of them empty, that follow each other. */
const parts = () => PARTS.map((length, at) => filled(length, PARTS.slice(0, at).reduce((sum, one) => sum + one, 0)))

describe('parts, some of them empty, are one text', () => {
  test.each([1, 2, 3, 5, 6, 12, 13])('copied in pieces of %i', (piece) => {
    expect(rest(new Unwritten(parts()), piece)).toEqual(all)
  })

  test.each(Array.from({ length: 14 }, (_, count) => count))('after %i bytes have been written, at once or one by one', (count) => {
    const [atOnce, oneByOne] = [new Unwritten(parts()), new Unwritten(parts())]
    atOnce.advance(count)
    for (let at = 0; at < count; at++) oneByOne.advance(1)
    for (const text of [atOnce, oneByOne]) {
      expect([text.left, text.whole]).toEqual([13 - count, true])
      expect(rest(text)).toEqual(all.slice(count))
    }
  })
})

test('more than there is, is refused', () => {
  expect(() => new Unwritten(parts()).copy(1, 13, new Uint8Array(13))).toThrow(RangeError)
  expect(() => new Unwritten([]).copy(0, 1, new Uint8Array(1))).toThrow(RangeError)
})

test('memory that has been transferred is noticed, also where it has been written in part', () => {
  for (const written of [0, 2, 6]) {
    const memory = parts()
    const text = new Unwritten(memory)
    text.advance(written)
    structuredClone(memory[4], { transfer: [memory[4]!.buffer] })
    expect(text.whole).toBe(false)
    text.keep()
    expect(text.whole).toBe(false)
  }
})

test('memory that has been written may be transferred', () => {
  const memory = parts()
  const text = new Unwritten(memory)
  text.advance(12)
  structuredClone(memory[4], { transfer: [memory[4]!.buffer] })
  expect([text.whole, rest(text)]).toEqual([true, [12]])
})

test('what is kept no longer depends on the parts', () => {
  const memory = parts()
  const text = new Unwritten(memory)
  text.advance(3)
  text.keep()
  for (const part of memory) part.fill(0xee)
  expect([text.left, rest(text)]).toEqual([10, all.slice(3)])
})
