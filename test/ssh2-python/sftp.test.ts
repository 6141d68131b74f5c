/// The behaviours of ssh2-python's tests/test_sftp.py, its handles included; docs/ssh2-python.md is the table.
import { lstatSync, readFileSync, statSync, symlinkSync, writeFileSync, chmodSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import * as ssh from '../../src/bindings/index.ts'
import { untilDone } from '../support/session.ts'
import { type TemporaryDirectory, temporaryDirectory } from '../support/temporary.ts'
import { useSession } from '../support/use-session.ts'

const used = useSession()
const complete = <T>(call: () => T) => used.session.complete(call)
let sftp: ssh.Sftp, directory: TemporaryDirectory

beforeAll(async () => { sftp = await complete(() => used.session.sftpInit()) })
afterAll(() => complete(() => sftp.shutdown()))
beforeEach(() => { directory = temporaryDirectory('sftp') })
afterEach(() => directory.remove())

function file(content = 'data'): string {
  writeFileSync(directory.file('remote'), content)
  return directory.file('remote')
}

async function opened<T>(path: string, flags: number, use: (handle: ssh.SftpHandle) => Promise<T>): Promise<T> {
  const handle = await complete(() => sftp.open(path, flags))
  try {
    return await use(handle)
  } finally {
    expect(await complete(() => handle.close())).toBe(0)
  }
}

async function entries(path: string): Promise<ssh.SftpDirectoryEntry[]> {
  const handle = await complete(() => sftp.opendir(path))
  const all: ssh.SftpDirectoryEntry[] = []
  for (let entry = await complete(() => handle.readdir()); entry; entry = await complete(() => handle.readdir())) all.push(entry)
  await complete(() => handle.close())
  return all
}

test('test_init: an SFTP object knows its session', () => {
  expect(sftp).toBeInstanceOf(ssh.Sftp)
  expect(sftp.session).toBe(used.session)
})

test('test_sftp_read: a file is read to its end', async () => {
  await opened(file('test\n'), ssh.LIBSSH2_FXF_READ, async (handle) => {
    const [rc, data] = await complete(() => handle.read())
    expect([rc, Buffer.from(data).toString()]).toEqual([5, 'test\n'])
    expect((await complete(() => handle.read()))[0]).toBe(0)
  })
})

test('test_sftp_write: a file is made, with its mode', async () => {
  const path = directory.file('new')
  const handle = await complete(() => sftp.open(path, ssh.LIBSSH2_FXF_CREAT | ssh.LIBSSH2_FXF_WRITE, 0o644))
  const data = Buffer.from('test file data')
  expect(await complete(() => handle.write(data))).toEqual([data.length, data.length])
  await complete(() => handle.close())
  expect(readFileSync(path, 'utf8')).toBe('test file data')
  expect(statSync(path).mode & 0o777).toBe(0o644)
})

test('test_sftp_stat: attributes are those of the file; a missing file throws, and lastError tells why', async () => {
  const path = file()
  chmodSync(path, 0o644)
  const { uid, gid, size } = statSync(path)
  const attributes = await complete(() => sftp.stat(path))
  expect(attributes).toMatchObject({ uid, gid, filesize: size })
  expect(attributes.permissions! & 0o777).toBe(0o644)
  expect(attributes.atime).toBeGreaterThan(0)
  expect(attributes.mtime).toBeGreaterThan(0)
  await expect(complete(() => sftp.stat(`${path}-not`))).rejects.toBeInstanceOf(ssh.SftpError)
  expect(sftp.lastError()).toBe(ssh.LIBSSH2_FX_NO_SUCH_FILE)
})

test('test_sftp_fstat: the same by the handle', async () => {
  const path = file()
  const { uid, gid } = statSync(path)
  expect(await opened(path, ssh.LIBSSH2_FXF_READ, (handle) => complete(() => handle.fstat()))).toMatchObject({ uid, gid, filesize: 4 })
})

test.each([0o400, 0o444, 0o666])('test_sftp_setstat: the mode can be set to %o', async (mode) => {
  const path = file()
  expect(await complete(() => sftp.setstat(path, { permissions: mode }))).toBe(0)
  expect((await complete(() => sftp.stat(path))).permissions).toBe(0o100000 | mode)
})

test('test_realpath: a relative path becomes absolute', async () => {
  expect(await complete(() => sftp.realpath('.'))).toMatch(/^\//)
})

test('test_sftp_symlink_realpath_lstat: a link is made, lstat sees it, realpath follows it', async () => {
  const [path, link] = [file(), directory.file('link')]
  expect(await complete(() => sftp.symlink(path, link))).toBe(0)
  expect((await complete(() => sftp.lstat(link))).filesize).toBe(lstatSync(link).size)
  expect(await complete(() => sftp.realpath(link))).toBe(path)
  symlinkSync(path, directory.file('other'))
  expect(await complete(() => sftp.readlink(directory.file('other')))).toBe(path)
})

test('test_readdir, test_readdir_ex: a directory has its entries, dots included, with a long line each', async () => {
  file()
  const all = await entries(directory.path)
  expect(all.map(({ filename }) => filename).sort()).toEqual(['.', '..', 'remote'])
  expect(all[0]!.longentry.split(' ').length).toBeGreaterThan(5)
})

test('test_readdir_failure: a directory that does not exist throws', async () => {
  await expect(complete(() => sftp.opendir('fakeyfakey'))).rejects.toBeInstanceOf(ssh.SftpError)
})

test('test_fsync: the server is asked to write to its disk', async () => {
  expect(await opened(file(), ssh.LIBSSH2_FXF_READ, (handle) => complete(() => handle.fsync()))).toBe(0)
})

test('test_statvfs, test_fstatvfs: figures of the file system, by path and by handle', async () => {
  const path = file()
  for (const figures of [await complete(() => sftp.statvfs(path)), await opened(path, ssh.LIBSSH2_FXF_READ, (handle) => complete(() => handle.fstatvfs()))]) {
    expect(figures.files).toBeGreaterThanOrEqual(0)
    expect(figures.bsize).toBeGreaterThan(0)
    expect(figures.namemax).toBeGreaterThan(0)
  }
})

test('test_readdir_nonblocking: each entry may say EAGAIN, and is asked for again after waiting', async () => {
  const { session } = used
  const handle = await untilDone(session, () => sftp.opendir(directory.path))
  const names: string[] = []
  for (;;) {
    const entry = handle.readdir()
    if (entry === ssh.LIBSSH2_ERROR_EAGAIN) await session.wait()
    else if (entry) names.push(entry.filename)
    else break
  }
  expect(names.sort()).toEqual(['.', '..'])
  await untilDone(session, () => handle.close())
})

test('test_mkdir: a directory is made', async () => {
  expect(await complete(() => sftp.mkdir(directory.file('made'), 0o744))).toBe(0)
  expect(statSync(directory.file('made')).isDirectory()).toBe(true)
})

test('test_handle_open_nonblocking: a refusal comes after EAGAIN, as an error', async () => {
  const open = () => sftp.open('fakey fake fake', 0)
  expect(open()).toBe(ssh.LIBSSH2_ERROR_EAGAIN)
  await expect(untilDone(used.session, open)).rejects.toMatchObject({ status: ssh.LIBSSH2_FX_NO_SUCH_FILE })
})
