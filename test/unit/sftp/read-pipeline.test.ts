import { expect, test } from 'vitest'
import { ReadPipeline } from '../../../src/sftp/transfer/read-pipeline.ts'
import type { SftpRequests } from '../../../src/sftp/protocol/requests.ts'
import { TransferBudget, TransferWindow } from '../../../src/sftp/transfer/window.ts'

/** A file that has grown since it was looked at: no server does that at a moment of our choice. */
function pipelineOf(file: Uint8Array, largest: number) {
  const asked: [number, number][] = []
  const server = {
    async read(_: unknown, offset: number, length: number) {
      asked.push([offset, length])
      const data = file.subarray(offset, offset + length)
      return data.length > 0 ? [data.subarray(0, 3), data.subarray(3)] : null
    },
  } as unknown as SftpRequests
  const pipeline = new ReadPipeline(server, { id: new Uint8Array(1), path: 'a' }, largest, new TransferWindow(new TransferBudget()), {})
  return { asked, pipeline }
}

async function all(pipeline: ReadPipeline): Promise<number[]> {
  const bytes: number[] = []
  for (let data = await pipeline.next(); data; data = await pipeline.next()) for (const part of data) bytes.push(...part)
  return bytes
}

const FILE = Uint8Array.from({ length: 40 }, (_, i) => i)

test('what is asked for before the size is known is cut to it', async () => {
  for (const end of [0, 2, 5, 10, 16, 17, 33, 40]) {
    const { pipeline, asked } = pipelineOf(FILE, 16)
    pipeline.begin().endAt(end)
    expect(await all(pipeline), String(end)).toEqual([...FILE.subarray(0, end)])
    expect(asked).toHaveLength(Math.max(1, Math.ceil(end / 16)))
  }
})

test('a size that is not known, or too large: up to the end of the file', async () => {
  const unknown = pipelineOf(FILE, 16)
  expect(await all(unknown.pipeline.begin())).toEqual([...FILE])
  const { pipeline } = pipelineOf(FILE, 16)
  pipeline.begin().endAt(1000)
  expect(await all(pipeline)).toEqual([...FILE])
})

test('what nobody takes stops the asking, and all of it comes in the end', async () => {
  const file = new Uint8Array(40 << 20)
  file.forEach((_, i) => { if (i % 65537 === 0) file[i] = i / 65537 })
  const { pipeline, asked } = pipelineOf(file, 255 << 10)
  pipeline.endAt(file.length)
  let at = 0
  for (let data = await pipeline.next(); data; data = await pipeline.next()) {
    for (const part of data) {
      expect(Buffer.compare(part, file.subarray(at, at + part.length))).toBe(0)
      at += part.length
    }
    // All answers are there before the next is taken.
    await new Promise((resolve) => setImmediate(resolve))
    const untaken = asked.reduce((sum, [, length]) => sum + length, 0) - at
    expect(untaken).toBeLessThan(8 << 20)
  }
  expect(at).toBe(file.length)
})
