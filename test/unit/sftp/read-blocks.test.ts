import { expect, test } from 'vitest'
import { ReadBlocks } from '../../../src/sftp/protocol/read-blocks.ts'

/** As the connection does it: so many bytes arrive and belong to one part. */
function arrive(blocks: ReadBlocks, count: number, value = 0): Uint8Array {
  blocks.space().fill(value, 0, count)
  const part = blocks.fill(count)
  blocks.lend(part)
  return part
}

test('a block is used again when all of its parts have been given back, and not before', () => {
  const blocks = new ReadBlocks()
  const first = arrive(blocks, 600_000, 1)
  const second = arrive(blocks, 400_000, 2)
  expect(second.buffer).toBe(first.buffer)
  const third = arrive(blocks, 100, 3)
  expect(third.buffer).not.toBe(first.buffer)
  blocks.release([first])
  const fourth = arrive(blocks, 1_000_000, 4)
  expect(fourth.buffer).toBe(third.buffer)
  expect(second.every((byte) => byte === 2)).toBe(true)
  blocks.release([second])
  expect(arrive(blocks, 500_000, 5).buffer).toBe(first.buffer)
  expect(third.every((byte) => byte === 3)).toBe(true)
})

test('what is given back at once leaves the memory at one block', () => {
  const blocks = new ReadBlocks()
  const memory = new Set<ArrayBufferLike>()
  for (let i = 0; i < 100; i++) {
    const part = arrive(blocks, 300_000)
    memory.add(part.buffer)
    blocks.release([part])
  }
  expect(memory.size).toBe(1)
})
