import { expect, it } from 'vitest'
import { seededRandom } from '../../support/random.ts'

it('repeats itself with the same seed, and not with another', () => {
  const draw = (seed: number) => [...seededRandom(seed).bytes(32)]
  expect(draw(7)).toEqual(draw(7))
  expect(draw(7)).not.toEqual(draw(8))
})

it('draws whole numbers with both ends included', () => {
  const random = seededRandom(1)
  const drawn = new Set(Array.from({ length: 200 }, () => random.integer(-1, 2)))
  expect([...drawn].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2])
})

it('spreads bytes evenly', () => {
  const counts = new Array<number>(256).fill(0)
  for (const byte of seededRandom(3).bytes(256 * 400)) counts[byte] = (counts[byte] as number) + 1
  expect(Math.min(...counts)).toBeGreaterThan(300)
  expect(Math.max(...counts)).toBeLessThan(500)
})

it('shuffles a copy', () => {
  const values = Object.freeze([1, 2, 3, 4, 5, 6, 7, 8])
  const shuffled = seededRandom(5).shuffle(values)
  expect(shuffled).not.toEqual(values)
  expect([...shuffled].sort()).toEqual(values)
  expect(() => seededRandom(5).pick([])).toThrow(RangeError)
})
