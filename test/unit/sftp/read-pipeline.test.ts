import { expect, test } from 'vitest'
import { seededRandom } from '../../support/random.ts'
import type { SftpRequests } from '../../../src/sftp/protocol/requests.ts'
import { ReadPipeline } from '../../../src/sftp/transfer/read-pipeline.ts'
import { TransferBudget, TransferWindow } from '../../../src/sftp/transfer/window.ts'

/** A server whose file and answers are as the test likes: no real one has them at a moment of our choice. */
function pipelineOf(file: Uint8Array, largest: number, { most = Infinity, answers = largest, inParts = Infinity }: { most?: number, answers?: number, inParts?: number } = {}) {
  const asked: [number, number][] = []
  const requests = { running: 0, most: 0 }
  const server = {
    async read(_: unknown, offset: number, length: number) {
      asked.push([offset, length])
      requests.most = Math.max(requests.most, ++requests.running)
      await Promise.resolve()
      requests.running -= 1
      const data = file.subarray(offset, offset + Math.min(length, answers))
      if (data.length === 0) return null
      const size = Math.min(inParts, data.length)
      return { parts: inParts === Infinity ? [data.subarray(0, 3), data.subarray(3)] : Array.from({ length: data.length / size }, (_, i) => data.subarray(i * size, (i + 1) * size)), size: data.length }
    },
  } as unknown as SftpRequests
  const pipeline = new ReadPipeline(server, { id: new Uint8Array(1), path: 'a' }, largest, new TransferWindow(new TransferBudget(), most), {})
  return { asked, requests, pipeline }
}

async function all(pipeline: ReadPipeline): Promise<number[]> {
  const bytes: number[] = []
  for (let data = await pipeline.next(); data; data = await pipeline.next()) {
    for (const part of data.parts) bytes.push(...part)
  }
  return bytes
}

const FILE = Uint8Array.from({ length: 40 }, (_, i) => i)

test('a file is read to its end, whatever size was said', async () => {
  for (const said of [undefined, 0, 1, 2, 15, 16, 17, 32, 33, 39, 40, 41, 1000]) {
    for (const answers of [16, 15, 7, 1]) {
      // Two remarks that agree in the first answer are believed: that would cost each small file another round trip.
      if (said === answers && answers < 16) continue
      const { pipeline } = pipelineOf(FILE, 16, { answers })
      expect(await all(pipeline.begin().expect(said)), `${said} said, answers of ${answers}`).toEqual([...FILE])
    }
  }
})

test('where the size and a short answer agree, the end is not asked for', async () => {
  const { pipeline, asked } = pipelineOf(FILE, 16)
  expect(await all(pipeline.begin().expect(40))).toEqual([...FILE])
  expect(asked).toEqual([[0, 16], [16, 16], [32, 16]])
})

test('nothing comes after somebody has stopped, and nothing more is asked for', async () => {
  const { pipeline, asked } = pipelineOf(FILE, 4)
  await pipeline.next()
  pipeline[Symbol.dispose]()
  expect(await pipeline.next()).toBeNull()
  const before = asked.length
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked.length).toBe(before)
})

test('who stops while bytes are awaited gets them, and a short answer is not completed any more', async () => {
  const { pipeline, asked } = pipelineOf(FILE, 4, { answers: 3 })
  const awaited = pipeline.next()
  pipeline[Symbol.dispose]()
  const before = asked.length
  expect((await awaited)?.size).toBe(3)
  expect(await pipeline.next()).toBeNull()
  expect(asked.length).toBe(before)
})

test('the rest may have more parts than a call may have arguments', async () => {
  const file = seededRandom(3).bytes(900_000)
  const { pipeline } = pipelineOf(file, 900_000, { inParts: 3 })
  expect(Buffer.compare(Buffer.concat(await pipeline.expect(file.length).rest()), file)).toBe(0)
})

test('one request at a time', async () => {
  const { pipeline, requests } = pipelineOf(FILE, 4, { most: 1, answers: 3 })
  expect(await all(pipeline.begin().expect(40))).toEqual([...FILE])
  expect(requests.most).toBe(1)
})

test('what nobody takes stops the asking, and all of it comes in the end', async () => {
  const file = new Uint8Array(40 << 20)
  file.forEach((_, i) => { if (i % 65537 === 0) file[i] = i / 65537 })
  const { pipeline, asked } = pipelineOf(file, 255 << 10)
  pipeline.expect(file.length)
  let at = 0
  for (let data = await pipeline.next(); data; data = await pipeline.next()) {
    for (const part of data.parts) {
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
