import { expect, test } from 'vitest'
import { Negotiation } from '../../../src/bindings/session/negotiation.ts'

const MOST = 64 << 10

test.each([1, 7, 1000, 3 * MOST])('the first 64 KiB of a direction are kept, no more, in parts of %i bytes', (length) => {
  const { received } = new Negotiation()
  const all = Uint8Array.from({ length: 2 * MOST }, (_, at) => at % 251)
  for (let at = 0; at < all.length; at += length) received.add(all.subarray(at, at + length))
  expect(Buffer.compare(received.bytes, all.subarray(0, MOST))).toBe(0)
})

test('what is kept does not change with the memory that it came in', () => {
  const { sent } = new Negotiation()
  const memory = Uint8Array.of(1, 2, 3)
  sent.add(memory)
  memory.fill(9)
  expect([...sent.bytes]).toEqual([1, 2, 3])
})
