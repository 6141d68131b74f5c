import { expect, test } from 'vitest'
import { Lane } from '../../../src/bindings/lane.ts'

test('a free lane admits everybody', () => {
  expect(new Lane().admits('open')).toBe(true)
})

test('a held lane admits only the same call', () => {
  const lane = new Lane()
  lane.hold('open')
  expect([lane.admits('open'), lane.admits('exec'), lane.heldBy('open'), lane.heldBy('exec')]).toEqual([true, false, true, false])
})

test('only its holder frees it', () => {
  const lane = new Lane()
  lane.hold('open')
  expect([lane.release('exec'), lane.admits('exec')]).toEqual([false, false])
  expect([lane.release('open'), lane.admits('exec')]).toEqual([true, true])
  expect(lane.release('open')).toBe(false)
})
