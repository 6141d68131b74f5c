import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type TransferProgress } from '../../../../src/index.ts'
import { rejection } from '../../../support/within.ts'
import { pattern, useSftp } from './use-sftp.ts'

const used = useSftp()
const hash = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')
const LARGE = pattern(50_000_000, 50)

function chunks(data: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      const part = data.slice(at, at += size)
      if (part.length > 0) controller.enqueue(part)
      else controller.close()
    },
  })
}

async function collected(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

test('50 MB there and back have the same hash, and progress that only grows', async () => {
  const [local, remote, back] = ['local', 'remote', 'back'].map(used.file) as [string, string, string]
  writeFileSync(local, LARGE)
  const steps: TransferProgress[] = []
  const sent = await used.sftp.upload(local, remote, { onProgress: (progress) => steps.push(progress) })
  expect(sent).toEqual({ transferred: LARGE.length, total: LARGE.length })
  expect(hash(readFileSync(remote))).toBe(hash(LARGE))
  for (let i = 1; i < steps.length; i++) expect(steps[i]?.transferred).toBeGreaterThan(steps[i - 1]?.transferred ?? 0)
  expect(steps.at(-1)).toEqual(sent)
  steps.length = 0
  const received = await used.sftp.download(remote, pathToFileURL(back), { onProgress: (progress) => steps.push(progress) })
  expect(received).toEqual(sent)
  expect(hash(readFileSync(back))).toBe(hash(LARGE))
  expect(steps.at(-1)).toEqual(received)
})

describe('sources and destinations', () => {
  const data = pattern(3_456_789, 3)

  test.each([
    ['bytes', () => data],
    ['a Blob', () => new Blob([data as Uint8Array<ArrayBuffer>])],
    ['a stream of small chunks', () => chunks(data, 1000)],
    ['a stream of large chunks', () => chunks(data, 2_000_000)],
  ])('upload of %s', async (_, source) => {
    const path = used.file('uploaded')
    expect((await used.sftp.upload(source(), path, { mode: 0o600 })).transferred).toBe(data.length)
    expect(Buffer.compare(readFileSync(path), data)).toBe(0)
  })

  test('download into a stream closes it', async () => {
    writeFileSync(used.file('source'), data)
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const [received] = await Promise.all([collected(readable), used.sftp.download(used.file('source'), writable)])
    expect(Buffer.compare(received, data)).toBe(0)
  })

  test('chunks of a stream may be transferred away', async () => {
    writeFileSync(used.file('transferred'), data)
    await using file = await used.sftp.open(used.file('transferred'))
    const hashed = createHash('sha256')
    await file.readable().pipeTo(new WritableStream({
      write(chunk) {
        hashed.update(structuredClone(chunk, { transfer: [chunk.buffer] }))
      },
    }))
    expect(hashed.digest('hex')).toBe(hash(data))
  })

  test('readable and writable of a part of a file', async () => {
    const path = used.file('part')
    writeFileSync(path, data)
    await using file = await used.sftp.open(path, 'r+')
    expect(Buffer.compare(await collected(file.readable({ start: 1_000_001, end: 2_500_000 })), data.subarray(1_000_001, 2_500_000))).toBe(0)
    await new Response('hello').body?.pipeTo(file.writable({ start: 1_000_000 }))
    expect(Buffer.from(await file.read(7, 999_999)).subarray(1, 6).toString()).toBe('hello')
    expect((await file.stat()).filesize).toBe(data.length)
  })

  test('a chunk may be reused once its write has resolved', async () => {
    await using file = await used.sftp.open(used.file('reused'), 'w')
    const writer = file.writable().getWriter()
    const chunk = new Uint8Array(100_000)
    for (let i = 0; i < 40; i++) await writer.write(chunk.fill(i))
    await writer.close()
    expect(Buffer.compare(readFileSync(used.file('reused')), Buffer.concat(Array.from({ length: 40 }, (_, i) => Buffer.alloc(100_000, i))))).toBe(0)
  })

  test('an upload to a full device fails with the path', async () => {
    expect(await rejection(used.sftp.upload(data, '/dev/full'))).toMatchObject({ name: 'SftpError', code: 'ERR_SFTP_FAILURE', path: '/dev/full' })
  })
})

describe('resume', () => {
  const data = pattern(5_000_000, 9)

  test('a download goes on where the local file ends, or at an offset, and cuts what is too long', async () => {
    const [remote, local] = [used.file('resume-from'), used.file('resume-to')]
    writeFileSync(remote, data)
    writeFileSync(local, data.subarray(0, 1_234_567))
    const steps: number[] = []
    await used.sftp.download(remote, local, { resume: true, onProgress: ({ transferred }) => steps.push(transferred) })
    expect(Buffer.compare(readFileSync(local), data)).toBe(0)
    expect(steps[0]).toBeGreaterThan(1_234_567)
    writeFileSync(local, Buffer.concat([data, data]).fill(0, 1_000_000))
    await used.sftp.download(remote, local, { offset: 1_000_000 })
    expect(Buffer.compare(readFileSync(local), data)).toBe(0)
  })

  test('an upload goes on where the remote file ends, or at an offset', async () => {
    const remote = used.file('resume-up')
    writeFileSync(remote, data.subarray(0, 2_222_222))
    const result = await used.sftp.upload(data, remote, { resume: true })
    expect(result.transferred).toBe(data.length)
    expect(Buffer.compare(readFileSync(remote), data)).toBe(0)
    writeFileSync(remote, Buffer.alloc(6_000_000))
    await used.sftp.upload(new Blob([data as Uint8Array<ArrayBuffer>]), remote, { offset: 0 })
    writeFileSync(remote, Buffer.concat([data.subarray(0, 1000), Buffer.alloc(6_000_000)]))
    await used.sftp.upload(chunks(data.slice(1000), 70_000), remote, { offset: 1000 })
    expect(Buffer.compare(readFileSync(remote), data)).toBe(0)
    await used.sftp.upload(data, used.file('resume-new'), { resume: true })
    expect(Buffer.compare(readFileSync(used.file('resume-new')), data)).toBe(0)
  })

  test('a file that ends early is an error, not a short copy', async () => {
    const remote = used.file('shrinking')
    writeFileSync(remote, new Uint8Array(40_000_000))
    let first = true
    const copying = used.sftp.download(remote, used.file('shrunk'), {
      onProgress: () => {
        if (first) truncateSync(remote, 100_000)
        first = false
      },
    })
    expect(await rejection(copying)).toMatchObject({ code: 'ERR_SFTP_SIZE_MISMATCH' })
  })
})

test('a directory there and back', async () => {
  const [from, there, back] = [used.file('tree'), used.file('tree-there'), used.file('tree-back')] as const
  mkdirSync(`${from}/unter ordner/leer`, { recursive: true })
  const files = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i % 2 ? 'unter ordner/' : ''}datei ${i}`, pattern(i * 1000, i)]))
  for (const [name, content] of Object.entries(files)) writeFileSync(`${from}/${name}`, content)
  symlinkSync('/etc/passwd', `${from}/link`)
  const steps: number[] = []
  const up = await used.sftp.uploadDirectory(from, there, { onProgress: ({ transferred }) => steps.push(transferred) })
  const total = Object.values(files).reduce((sum, { length }) => sum + length, 0)
  expect(up).toEqual({ files: 40, transferred: total, unchanged: 0, skipped: [`${from}/link`], refused: [] })
  expect(Math.max(...steps)).toBe(total)
  symlinkSync('/etc/passwd', `${there}/link`)
  const down = await used.sftp.downloadDirectory(there, back)
  expect(down).toEqual({ files: 40, transferred: total, unchanged: 0, skipped: [`${there}/link`], refused: [] })
  for (const [name, content] of Object.entries(files)) expect(Buffer.compare(readFileSync(`${back}/${name}`), content)).toBe(0)
  expect([existsSync(`${back}/unter ordner/leer`), existsSync(`${back}/link`)]).toEqual([true, false])
})

test('200 small files at once on one session, each its own content', async () => {
  const content = (i: number) => pattern(100 + i * 37, i)
  await Promise.all(Array.from({ length: 200 }, (_, i) => used.sftp.writeFile(used.file(`small-${i}`), content(i))))
  const read = await Promise.all(Array.from({ length: 200 }, (_, i) => used.sftp.readFile(used.file(`small-${i}`))))
  read.forEach((data, i) => expect(Buffer.compare(data, content(i))).toBe(0))
})

test('10,000 entries of a directory are listed, and leaving early closes it', { timeout: 60_000 }, async () => {
  const folder = used.file('many')
  mkdirSync(folder)
  for (let i = 0; i < 10_000; i++) writeFileSync(`${folder}/entry ${i}`, '')
  const names = new Set<string>()
  for await (const { filename } of used.sftp.readdir(folder)) names.add(filename)
  expect(names.size).toBe(10_000)
  for (let i = 0; i < 5; i++) for await (const _ of used.sftp.readdir(folder)) break
})
