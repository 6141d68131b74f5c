import { execFileSync } from 'node:child_process'
import { closeSync, constants, existsSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openLocalFile, readSmallFile, writeSmallFile } from '../../../src/transports/local-files/node-file.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { rejection } from '../../support/within.ts'

test('a file that is closed while it is read gives what was asked for, and nothing more: its number may be that of another file by then', async () => {
  using directory = temporaryDirectory('local-file')
  writeFileSync(directory.file('a'), 'some words')
  const file = await openLocalFile(directory.file('a'), 'read')
  const reading = file.read(100, 5)
  const closing = file.close()
  expect(await rejection(file.read(100, 0))).toMatchObject({ message: 'the local file has been closed' })
  expect(Buffer.from(await reading).toString()).toBe('words')
  await closing
  await file.close()
})

test('the three ways to open: size and mode of what is there, replaced, gone on with', async () => {
  using directory = temporaryDirectory('local-file')
  const path = directory.file('a')
  writeFileSync(path, '0123456789', { mode: 0o640 })
  const opened = await openLocalFile(path, 'read')
  expect(opened.stat).toMatchObject({ kind: 'file', size: 10, mode: 0o640 })
  expect(await opened.read(5, 10)).toHaveLength(0)
  await opened.close()
  const further = await openLocalFile(path, 'go-on')
  expect(further.stat.size).toBe(10)
  await further.write([Buffer.from('ab'), Buffer.from('c')], 8)
  await further.truncate(11)
  await further.close()
  expect(readFileSync(path, 'utf8')).toBe('01234567abc')
  const replaced = await openLocalFile(path, 'replace')
  await replaced.close()
  expect(readFileSync(path, 'utf8')).toBe('')
  expect(await rejection(openLocalFile(directory.file('missing'), 'read'))).toMatchObject({ code: 'ENOENT' })
})

test('a small file is read at once; one that is large, empty or no file is left to be opened, and a pipe is not waited for', () => {
  using directory = temporaryDirectory('local-file')
  const path = directory.file('a')
  writeFileSync(path, '0123456789', { mode: 0o640 })
  const small = readSmallFile(path, 10)
  expect(small).toMatchObject({ stat: { kind: 'file', size: 10, mode: 0o640 } })
  expect([Buffer.from(small?.bytes ?? []).toString(), small?.bytes.buffer.byteLength]).toEqual(['0123456789', 10])
  expect(readSmallFile(path, 9)).toBeUndefined()
  writeFileSync(directory.file('empty'), '')
  expect(readSmallFile(directory.file('empty'), 10)).toBeUndefined()
  expect(readSmallFile(directory.path, 1 << 20)).toBeUndefined()
  execFileSync('mkfifo', [directory.file('pipe')])
  expect(readSmallFile(directory.file('pipe'), 10)).toBeUndefined()
  // Files of /proc say that they have no size, those of /sys that they have a page's, and have less.
  for (const path of ['/proc/self/status', '/sys/kernel/profiling'].filter(existsSync)) expect(readSmallFile(path, 1 << 16)).toBeUndefined()
  expect(() => readSmallFile(directory.file('missing'), 10)).toThrow(expect.objectContaining({ code: 'ENOENT' }) as Error)
})

test('a small file is written at once, in place of what was there; a pipe is not waited for, and what is no file gets nothing', () => {
  using directory = temporaryDirectory('local-file')
  const path = directory.file('a')
  expect(writeSmallFile(path, 0o640, [Buffer.from('0123'), Buffer.from('456789')])).toBe(true)
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['0123456789', 0o640])
  expect(writeSmallFile(path, 0o600, [Buffer.from('abc')])).toBe(true)
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['abc', 0o640])
  execFileSync('mkfifo', [directory.file('pipe')])
  expect(writeSmallFile(directory.file('pipe'), 0o600, [Buffer.from('abc')])).toBe(false)
  const reader = openSync(directory.file('pipe'), constants.O_RDONLY | constants.O_NONBLOCK)
  expect(writeSmallFile(directory.file('pipe'), 0o600, [Buffer.from('abc')])).toBe(false)
  expect(readSync(reader, Buffer.alloc(10))).toBe(0)
  closeSync(reader)
  expect(() => writeSmallFile(directory.path, 0o600, [])).toThrow(expect.objectContaining({ code: 'EISDIR' }) as Error)
  expect(() => writeSmallFile(directory.file('no/such'), 0o600, [])).toThrow(expect.objectContaining({ code: 'ENOENT' }) as Error)
})
