// What a server says of a file's size is a hint.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startSshd } from '../support/sshd.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { rejection } from '../support/within.ts'
import { openSession } from '../support/session.ts'
import { SftpClient } from '../../src/sftp/client/sftp-client.ts'
import { missingSftp, opensshSftp } from './support/openssh-sftp.ts'
import { FX, type Quirk, type Quirks, startQuirkySftp, withSftp } from './support/sftp-server.ts'

const DATA = Uint8Array.from({ length: 150_000 }, (_, i) => i % 251)
const same = (a: Uint8Array | null | undefined, b: Uint8Array) => a !== null && a !== undefined && Buffer.compare(a, b) === 0

/** A server that says so many bytes, whoever asks. */
const saying = (size: number): Quirks => {
  const quirk: Quirk = (_, answer) => answer.attributes({ size, mode: 0o100644, mtime: 1 })
  return { FSTAT: quirk, STAT: quirk, LSTAT: quirk }
}

// SFTPGo and AWS Transfer on S3: https://github.com/drakkan/sftpgo/issues/2010 and 2162; write-only folders: https://github.com/Velocidex/velociraptor/issues/950; Cleo.
describe('a file that is open for writing', () => {
  const looks: Record<string, Quirk> = {
    'cannot be found': (_, answer) => answer.status(FX.NO_SUCH_FILE, 'file does not exist'),
    'may not be looked at': (_, answer) => answer.status(FX.PERMISSION_DENIED),
    'still has its old size': (_, answer) => answer.attributes({ size: 0, mode: 0o100644, mtime: 1 }),
  }

  test.each(Object.entries(looks))('%s: what was acknowledged is there, large and small, by every way', async (_, look) => {
    using directory = temporaryDirectory('wild-size')
    writeFileSync(directory.file('large'), DATA)
    writeFileSync(directory.file('small'), 'small')
    await withSftp({ files: { '/up': null }, quirks: { FSTAT: look, STAT: (request, answer, honest) => request.path === '/up' ? honest() : look(request, answer, honest) } }, async (sftp, { files, openHandles }) => {
      await sftp.upload(DATA, '/a')
      await sftp.upload(directory.file('large'), '/b', { preserve: true })
      await sftp.writeFile('/c', DATA)
      expect(await sftp.uploadDirectory(directory.path, '/up')).toMatchObject({ files: 2, skipped: [], refused: [] })
      await using file = await sftp.open('/d', 'w')
      await new Blob([DATA]).stream().pipeTo(file.writable())
      for (const path of ['/a', '/b', '/c', '/d', '/up/large']) expect(same(files.get(path)?.content, DATA), path).toBe(true)
      expect(files.text('/up/small')).toBe('small')
      expect(openHandles).toBeLessThanOrEqual(1)
    })
  })

  test.runIf(missingSftp === undefined)('control: OpenSSH\'s sftp uploads it', async () => {
    using directory = temporaryDirectory('wild-size')
    writeFileSync(directory.file('large'), DATA)
    await using server = await startQuirkySftp({ quirks: { FSTAT: looks['cannot be found'] as Quirk } })
    expect(await opensshSftp(server, `put ${directory.file('large')} /a`)).toMatchObject({ code: 0 })
    expect(same(server.files.get('/a')?.content, DATA)).toBe(true)
  })
})

// HPE NonStop: https://github.com/curl/curl/issues/4344; https://github.com/paramiko/paramiko/issues/1906
describe('a size that is too small', () => {
  test.each([0, 1, 4096, 32768, 65536, 84_518, 149_999])('%i said: all of it is read', async (size) => {
    using directory = temporaryDirectory('wild-size')
    await withSftp({ files: { '/f': DATA }, quirks: saying(size) }, async (sftp) => {
      expect(await sftp.download('/f', directory.file('f'))).toMatchObject({ transferred: DATA.length })
      expect(same(readFileSync(directory.file('f')), DATA)).toBe(true)
      expect(same(await sftp.readFile('/f'), DATA)).toBe(true)
      await using file = await sftp.open('/f')
      expect(same(new Uint8Array(await new Response(file.readable()).arrayBuffer()), DATA)).toBe(true)
    })
  })

  test.runIf(missingSftp === undefined)('control: OpenSSH\'s sftp reads all of it', async () => {
    using directory = temporaryDirectory('wild-size')
    await using server = await startQuirkySftp({ files: { '/f': DATA }, quirks: saying(84_518) })
    expect(await opensshSftp(server, `get /f ${directory.file('f')}`)).toMatchObject({ code: 0 })
    expect(same(readFileSync(directory.file('f')), DATA)).toBe(true)
  })
})

test('a size that is too large: a part does not pass for the whole', async () => {
  using directory = temporaryDirectory('wild-size')
  await withSftp({ files: { '/f': DATA }, quirks: saying(200_000) }, async (sftp) => {
    expect(await rejection(sftp.download('/f', directory.file('f')))).toMatchObject({ code: 'ERR_SFTP_SIZE_MISMATCH', message: '/f ended after 150000 bytes of 200000' })
    expect(await rejection(sftp.readFile('/f'))).toMatchObject({ code: 'ERR_SFTP_SIZE_MISMATCH' })
  })
})

// Linux: files of /proc have no size, those of /sys a page, whatever is in them.
test('/proc and /sys are read as they are', async () => {
  await using server = await startSshd()
  await using session = await openSession(server)
  await using sftp = await SftpClient.open(session)
  using directory = temporaryDirectory('wild-size')
  for (const path of ['/proc/self/status', '/sys/kernel/mm/transparent_hugepage/enabled', '/sys/devices/system/cpu/online'].filter(existsSync)) {
    const { transferred } = await sftp.download(path, directory.file('f'))
    expect(transferred, path).toBeGreaterThan(0)
    expect(statSync(directory.file('f')).size).toBe(transferred)
    expect((await sftp.readFile(path)).length).toBeGreaterThan(0)
    expect((await sftp.upload(path, directory.file('g'))).transferred, path).toBeGreaterThan(0)
  }
})

// https://github.com/sshnet/SSH.NET/issues/154
describe('FSTAT refused while reading', () => {
  const refuse: Quirk = (_, answer) => answer.status(FX.FAILURE, 'Cannot find message [/f]')

  test.each([['STAT tells', { FSTAT: refuse }], ['nothing tells', { FSTAT: refuse, STAT: refuse, LSTAT: refuse }]] as [string, Quirks][])('%s', async (_, quirks) => {
    using directory = temporaryDirectory('wild-size')
    await withSftp({ files: { '/f': DATA, '/d': null, '/d/f': DATA }, quirks }, async (sftp) => {
      expect(same(await sftp.readFile('/f'), DATA)).toBe(true)
      await sftp.download('/f', directory.file('f'))
      expect(same(readFileSync(directory.file('f')), DATA)).toBe(true)
      expect(await sftp.downloadDirectory('/d', directory.file('d'))).toMatchObject({ files: 1 })
    })
  })

  test.runIf(missingSftp === undefined)('control: OpenSSH\'s sftp reads the file', async () => {
    using directory = temporaryDirectory('wild-size')
    await using server = await startQuirkySftp({ files: { '/f': DATA }, quirks: { FSTAT: refuse } })
    expect(await opensshSftp(server, `get /f ${directory.file('f')}`)).toMatchObject({ code: 0 })
  })
})

// Small files of a tree are copied by what the listing says, without asking once more.
describe('a size in a listing', () => {
  test.each([0, 1, 999, 1001, 40_000, 65_536])('%i said of 1,000 bytes: all of them are downloaded, and the file is closed', async (size) => {
    using directory = temporaryDirectory('wild-size')
    const content = DATA.subarray(0, 1000)
    let told = false
    const READDIR: Quirk = (_, answer) => {
      if (told) answer.status(FX.EOF)
      else answer.names([['f', '-rw-r--r-- 1 u g 1 Jan 1 1970 f', { size, mode: 0o100644, mtime: 1 }]])
      told = true
    }
    await withSftp({ files: { '/d': null, '/d/f': content }, quirks: { READDIR } }, async (sftp, server) => {
      expect(await sftp.downloadDirectory('/d', directory.file('d'))).toMatchObject({ files: 1, transferred: 1000 })
      expect(same(readFileSync(directory.file('d/f')), content)).toBe(true)
      await expect.poll(() => server.openHandles).toBe(0)
    })
  })
})
