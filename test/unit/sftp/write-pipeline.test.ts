import { describe, expect, test } from 'vitest'
import type { RemoteHandle, SftpRequests } from '../../../src/sftp/protocol/requests.ts'
import { TransferBudget, TransferWindow } from '../../../src/sftp/transfer/window.ts'
import { WritePipeline } from '../../../src/sftp/transfer/write-pipeline.ts'

const handle: RemoteHandle = { id: new Uint8Array([1]), path: 'file' }

/** A pipeline to a server that answers each write as `answer` says, in as few turns as an answer can take. */
function pipelineTo(answer: () => Promise<void>, onWritten?: (bytes: number) => void) {
  const server = { write: answer } as Pick<SftpRequests, 'write'> as SftpRequests
  return new WritePipeline(server, handle, 100, new TransferWindow(new TransferBudget()), { start: 0, signal: undefined, ...onWritten && { onWritten } })
}

/** Lets a few microtasks pass: the answer may come at any of them. */
async function ticks(count: number) {
  for (let tick = 0; tick < count; tick++) await Promise.resolve()
}

describe('finish(), however soon the answer comes', () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('rejects with the error of a write, called %d microtasks after it', async (count) => {
    const pipeline = pipelineTo(() => Promise.reject(new Error('no space')))
    await expect((async () => {
      await pipeline.write(new Uint8Array(5))
      await ticks(count)
      await pipeline.finish()
    })()).rejects.toThrow('no space')
  })

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])('has told of all bytes, called %d microtasks after the write', async (count) => {
    let written = 0, released = 0
    const pipeline = pipelineTo(() => Promise.resolve(), (bytes) => { written += bytes })
    await pipeline.write(new Uint8Array(5), () => { released += 1 })
    await ticks(count)
    await pipeline.finish()
    expect([written, released]).toEqual([5, 1])
  })
})

test('what is called for written bytes may throw: finish() rejects with that', async () => {
  const pipeline = pipelineTo(() => Promise.resolve(), () => { throw new Error('of the caller') })
  await expect((async () => {
    await pipeline.write(new Uint8Array(5))
    await pipeline.finish()
  })()).rejects.toThrow('of the caller')
})

test('finish() rejects with the first of several failures, and nothing is sent after one', async () => {
  const answers: ((error: Error) => void)[] = []
  const pipeline = pipelineTo(() => new Promise((_, reject) => { answers.push(reject) }))
  for (let count = 0; count < 4; count++) await pipeline.write(new Uint8Array(100))
  expect(answers.length).toBe(4)
  answers[2]!(new Error('the third'))
  await ticks(3)
  answers[0]!(new Error('the first'))
  await expect(pipeline.write(new Uint8Array(100))).rejects.toThrow('the third')
  await expect(pipeline.finish()).rejects.toThrow('the third')
  expect(answers.length).toBe(4)
})

test('memory of one call is released when the last of its requests is answered, in whatever order', async () => {
  const answers: (() => void)[] = []
  const pipeline = pipelineTo(() => new Promise((resolve) => { answers.push(resolve) }))
  let released = 0
  await pipeline.write(new Uint8Array(250), () => { released += 1 })
  const finished = pipeline.finish()
  expect(answers.length).toBe(3)
  for (const at of [2, 0]) answers[at]!()
  await ticks(3)
  expect(released).toBe(0)
  answers[1]!()
  await finished
  expect(released).toBe(1)
})
