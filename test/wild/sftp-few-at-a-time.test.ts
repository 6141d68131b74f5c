// Servers that take one request at a time, few bytes, or few open files. CrushFTP: https://github.com/mscdex/ssh2/issues/485; exavault:
// https://github.com/steelbrain/node-ssh/issues/325; Google Merchant: https://github.com/theophilusx/ssh2-sftp-client/issues/380 and 461
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { rejection } from '../support/within.ts'
import { FX, type Quirk, type Quirks, withSftp } from './support/sftp-server.ts'

const DATA = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251)

/** Refuses whatever comes while something else is under way. */
function jealous(): Quirks {
  let running = 0
  const quirk: Quirk = (_, answer, honest) => {
    if (running > 0) return answer.status(FX.OP_UNSUPPORTED, 'concurrent request')
    running += 1
    setTimeout(() => {
      running -= 1
      honest()
    }, 1)
  }
  return Object.fromEntries(['OPEN', 'CLOSE', 'READ', 'WRITE', 'FSTAT', 'STAT', 'LSTAT', 'FSETSTAT', 'SETSTAT', 'OPENDIR', 'READDIR', 'MKDIR', 'RENAME', 'REMOVE'].map((name) => [name, quirk]))
}

test('concurrency: 1 asks for one thing after the other, in files and trees', async () => {
  using directory = temporaryDirectory('wild-few')
  for (const name of ['a', 'b', 'c']) writeFileSync(directory.file(name), DATA.subarray(0, 90_000))
  await withSftp({ files: { '/f': DATA }, quirks: jealous() }, async (_, server, client) => {
    await using sftp = await client.sftp()
    const one = { concurrency: 1 }
    expect(Buffer.compare(await sftp.readFile('/f', one), DATA)).toBe(0)
    await sftp.upload(DATA, '/g', one)
    await sftp.writeFile('/h', DATA, one)
    expect(await sftp.uploadDirectory(directory.path, '/tree', { ...one, preserve: true })).toMatchObject({ files: 3, refused: [] })
    expect(await sftp.downloadDirectory('/tree', directory.file('back'), one)).toMatchObject({ files: 3 })
    for (const path of ['/g', '/h']) expect(Buffer.compare(server.files.get(path)?.content as Uint8Array, DATA)).toBe(0)
    await using careful = await client.sftp(one)
    await careful.upload(DATA, '/i', { atomic: true })
    expect(Buffer.compare(await careful.readFile('/i'), DATA)).toBe(0)
    await using file = await careful.open('/f')
    expect((await new Response(file.readable()).arrayBuffer()).byteLength).toBe(DATA.length)
  })
})

test('chunkSize is what a request carries', async () => {
  await withSftp({ files: { '/f': DATA } }, async (sftp, server, client) => {
    await sftp.readFile('/f', { chunkSize: 5000 })
    await sftp.upload(DATA, '/g', { chunkSize: 3000, concurrency: 2 })
    expect(Math.max(...server.requests.map(({ name, length }) => name === 'READ' ? length : 0))).toBe(5000)
    expect(Math.max(...server.requests.map(({ data }) => data.length))).toBe(3000)
    await using small = await client.sftp({ chunkSize: 1000 })
    await small.writeFile('/h', DATA.subarray(0, 5500))
    expect(server.requests.filter(({ name }) => name === 'WRITE').slice(-6).map(({ data }) => data.length)).toEqual([1000, 1000, 1000, 1000, 1000, 500])
    for (const wrong of [{ concurrency: 0 }, { concurrency: NaN }, { concurrency: 1.5 }, { chunkSize: 0 }, { chunkSize: 261_121 }]) {
      expect(await rejection(sftp.readFile('/f', wrong)), JSON.stringify(wrong)).toBeInstanceOf(RangeError)
    }
    expect(await rejection(sftp.readFile('/f', { concurrency: '1' as never }))).toBeInstanceOf(TypeError)
  })
})

test.each(['Failure', 'Too many open files'])('few handles (%s): a tree goes on with fewer at a time, and a real failure is still one', async (words) => {
  using directory = temporaryDirectory('wild-few')
  const names = Array.from({ length: 40 }, (_, i) => `file ${i}`)
  let open = 0
  let most = 0
  const opening: Quirk = (_, answer, honest) => {
    if (open >= 3) return answer.status(FX.FAILURE, words)
    open += 1
    most = Math.max(most, open)
    setTimeout(honest, 1)
  }
  const quirks: Quirks = { OPEN: opening, OPENDIR: opening, CLOSE: (_, __, honest) => { open -= 1; honest() } }
  await withSftp({ files: { '/d': null, ...Object.fromEntries(names.map((name) => [`/d/${name}`, name])) }, quirks }, async (sftp, server) => {
    expect(await sftp.downloadDirectory('/d', directory.file('down'))).toMatchObject({ files: 40, skipped: [] })
    for (const name of names) expect(readFileSync(directory.file(`down/${name}`), 'utf8')).toBe(name)
    expect(await sftp.uploadDirectory(directory.file('down'), '/up')).toMatchObject({ files: 40, refused: [] })
    for (const name of names) expect(server.files.text(`/up/${name}`)).toBe(name)
    expect(most).toBe(3)
  })
  await withSftp({ files: { '/d': null, '/d/a': 'a', '/d/b': 'b' }, quirks: { OPEN: (request, answer, honest) => request.path === '/d/b' ? answer.status(FX.FAILURE) : honest() } }, async (sftp) => {
    expect(await rejection(sftp.downloadDirectory('/d', directory.file('failed')))).toMatchObject({ code: 'ERR_SFTP_FAILURE', path: '/d/b' })
  })
})

// Most servers of version 3.
test('rename over an existing file: at one stroke where that is offered, an error that says so elsewhere', async () => {
  await withSftp({ files: { '/a': 'a', '/b': 'b' } }, async (sftp) => {
    const error = await rejection(sftp.rename('/a', '/b')) as Error
    expect(error).toMatchObject({ code: 'ERR_SFTP_FAILURE', operation: 'rename', path: '/a' })
    expect(error.message).toContain('/b exists, and this server does not replace files')
    await sftp.rename('/a', '/c')
    expect(await rejection(sftp.rename('/missing', '/d'))).toMatchObject({ code: 'ERR_SFTP_NO_SUCH_FILE' })
  })
  // Announced, and not there.
  await withSftp({ files: { '/a': 'a' }, extensions: [['posix-rename@openssh.com', '1']] }, async (sftp, { files }) => {
    await sftp.rename('/a', '/b')
    expect(files.text('/b')).toBe('a')
  })
})
