import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LIBSSH2_ERROR_EAGAIN, LIBSSH2_FXF_CREAT, LIBSSH2_FXF_READ, LIBSSH2_FXF_TRUNC, LIBSSH2_FXF_WRITE, type Session, type Sftp } from '../../src/bindings/index.ts'
import { openSession, untilDone } from '../support/session.ts'
import type { SshServer } from '../support/ssh-server.ts'
import { startSshd } from '../support/sshd.ts'

let server: SshServer
let session: Session
let sftp: Sftp
const folder = mkdtempSync(join(tmpdir(), 'sftp-'))
beforeAll(async () => {
  server = await startSshd()
  session = await openSession(server)
  sftp = await session.complete(() => session.sftpInit())
})
afterAll(async () => {
  await session.close()
  await server.stop()
  rmSync(folder, { recursive: true })
})

test('sftpInit begins with EAGAIN, and gives an object of its own to each call, from within the driver and without', async () => {
  expect(session.sftpInit()).toBe(LIBSSH2_ERROR_EAGAIN)
  const repeated = await untilDone(session, () => session.sftpInit())
  const together = await Promise.all([1, 2].map(() => session.complete(() => session.sftpInit())))
  const objects = [sftp, repeated, ...together]
  expect(new Set(objects).size).toBe(4)
  for (const each of objects) expect(await session.complete(() => each.realpath('/'))).toBe('/')
  for (const each of objects.slice(1)) expect(await session.complete(() => each.shutdown())).toBe(0)
})

test('writes and reads a file of a few megabytes', async () => {
  const path = join(folder, 'größe mit\nZeile')
  const data = crypto.getRandomValues(new Uint8Array(65536))
  const writer = await session.complete(() => sftp.open(path, LIBSSH2_FXF_CREAT | LIBSSH2_FXF_WRITE | LIBSSH2_FXF_TRUNC))
  const all = new Uint8Array(4_000_000)
  for (let at = 0; at < all.length; at += data.length) all.set(data.subarray(0, all.length - at), at)
  let written = 0
  while (written < all.length) {
    const rest = all.subarray(written, written + 1_000_000)
    const [rc] = await session.complete(() => writer.write(rest))
    written += rc
  }
  await session.complete(() => writer.close())
  expect(Buffer.compare(readFileSync(path), all)).toBe(0)
  expect(await session.complete(() => sftp.stat(path))).toMatchObject({ filesize: 4_000_000 })
  const reader = await session.complete(() => sftp.open(path, LIBSSH2_FXF_READ))
  let read = 0
  for (;;) {
    const [rc, part] = await session.complete(() => reader.read(262144))
    if (rc === 0) break
    expect(Buffer.compare(part, all.subarray(read, read + rc))).toBe(0)
    read += rc
  }
  expect(read).toBe(all.length)
  await session.complete(() => reader.close())
  const directory = await session.complete(() => sftp.opendir(folder))
  const names: string[] = []
  for (;;) {
    const entry = await session.complete(() => directory.readdir())
    if (!entry) break
    names.push(entry.filename)
  }
  expect(names.sort()).toEqual(['.', '..', 'größe mit\nZeile'])
})

test('names status and path of a refusal', async () => {
  await expect(session.complete(() => sftp.stat('/no/such/file'))).rejects.toMatchObject({ name: 'SftpError', status: 2, path: '/no/such/file' })
})

test('a directory is made with the mode that the server gives where none is named', async () => {
  const path = join(folder, 'made')
  expect(await session.complete(() => sftp.mkdir(path))).toBe(0)
  expect(statSync(path).isDirectory()).toBe(true)
  expect(() => sftp.mkdir(join(folder, 'not'), -2)).toThrow(RangeError)
})
