import { closeSync, openSync, readSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LIBSSH2_FXF_READ, LIBSSH2_FXF_WRITE } from '../../../../src/bindings/index.ts'
import { pattern, useSftp } from './use-sftp.ts'

const GIB = 2 ** 30
const LINE = 4 * GIB
const used = useSftp()

/** A file of 5 GiB that takes no room: holes, and what is written into it. */
function sparseFile(name: string): string {
  const path = used.file(name)
  writeFileSync(path, '')
  truncateSync(path, 5 * GIB)
  return path
}

function onDisk(path: string, length: number, position: number): Buffer {
  const file = openSync(path, 'r')
  const buffer = Buffer.alloc(length)
  readSync(file, buffer, 0, length, position)
  closeSync(file)
  return buffer
}

test('the client writes and reads across the line of 4 GiB, at the right offsets', async () => {
  const path = sparseFile('client')
  const data = pattern(3_000_000, 4)
  const start = LINE - 1_500_001
  expect((await used.sftp.stat(path)).filesize).toBe(5 * GIB)
  await using file = await used.sftp.open(path, 'r+')
  await file.write(data, start)
  expect(onDisk(path, data.length, start).compare(data)).toBe(0)
  expect(Buffer.compare(await file.read(data.length, start), data)).toBe(0)
  expect(Buffer.compare(await file.read(100, 5 * GIB - 50), new Uint8Array(50))).toBe(0)
  const streamed = await new Response(file.readable({ start, end: start + data.length })).arrayBuffer()
  expect(Buffer.compare(new Uint8Array(streamed), data)).toBe(0)
  const writer = file.writable({ start: LINE + 5 }).getWriter()
  await writer.write('five behind the line')
  await writer.close()
  expect(onDisk(path, 20, LINE + 5).toString()).toBe('five behind the line')
  await file.truncate(LINE + 6)
  expect(statSync(path).size).toBe(LINE + 6)
})

test('uploads and downloads go on behind the line', async () => {
  const path = sparseFile('resumed')
  truncateSync(path, LINE + 1000)
  const tail = pattern(1_000_000, 5)
  await used.sftp.upload(new Blob([tail as Uint8Array<ArrayBuffer>]).stream(), path, { offset: LINE + 1000 })
  expect(statSync(path).size).toBe(LINE + 1000 + tail.length)
  const local = sparseFile('resumed-here')
  truncateSync(local, LINE + 1000)
  await used.sftp.download(path, local, { resume: true })
  expect(statSync(local).size).toBe(LINE + 1000 + tail.length)
  expect(onDisk(local, tail.length, LINE + 1000).compare(tail)).toBe(0)
})

test('the bindings seek, tell, read and write there', async () => {
  const path = sparseFile('bindings')
  const { session } = used
  const sftp = await session.complete(() => session.sftpInit())
  const handle = await session.complete(() => sftp.open(path, LIBSSH2_FXF_READ | LIBSSH2_FXF_WRITE))
  const data = pattern(100_000, 6)
  handle.seek64(LINE - 50_000)
  for (let done = 0; done < data.length;) {
    const rest = data.subarray(done)
    done += (await session.complete(() => handle.write(rest)))[0]
  }
  expect(handle.tell64()).toBe(LINE + 50_000)
  expect(onDisk(path, data.length, LINE - 50_000).compare(data)).toBe(0)
  const behind = openSync(path, 'r+')
  writeSync(behind, 'end', 5 * GIB - 3)
  closeSync(behind)
  handle.seek64(BigInt(5 * GIB - 3))
  const [count, end] = await session.complete(() => handle.read(10))
  expect([count, Buffer.from(end).toString()]).toEqual([3, 'end'])
  expect((await session.complete(() => handle.fstat())).filesize).toBe(5 * GIB)
  await session.complete(() => handle.close())
  await session.complete(() => sftp.shutdown())
})
