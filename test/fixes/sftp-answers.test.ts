import { expect, test } from 'vitest'
import type { Again } from '../../src/bindings/session-context.ts'
import { LIBSSH2_ERROR_EAGAIN } from '../../src/ffi/constants.gen.ts'
import type { SftpHandle } from '../../src/bindings/index.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { SSH_FX, SSH_FXP, type SftpChannel } from '../support/scripted-server/sftp.ts'
import { codeOf } from './attack.ts'
import { attackSftp, type Complete } from './sftp-attack.ts'

const entry = (name: string) => new WireWriter().string(name).string(`-rw ${name}`).uint32(0).finish()
const names = (count: number, ...entries: readonly Uint8Array[]) =>
  entries.reduce((answer, bytes) => answer.bytes(bytes), new WireWriter().uint32(count)).finish()

/** Reads a directory that the script lists. */
const listing = <T>(script: (sftp: SftpChannel) => Promise<void>, victim: (directory: SftpHandle, complete: Complete) => Promise<T>) =>
  attackSftp(async (sftp) => {
    await sftp.open(SSH_FXP.OPENDIR)
    await script(sftp)
  }, async (sftp, complete) => victim(await complete(() => sftp.opendir('.')), complete))

/** Reads a file of which the script gives `pieces`, one for each question. */
const reading = <T>(script: (sftp: SftpChannel) => Promise<void>, victim: (file: SftpHandle, complete: Complete) => Promise<T>) =>
  attackSftp(async (sftp) => {
    await sftp.open(SSH_FXP.OPEN)
    await script(sftp)
  }, async (sftp, complete) => victim(await complete(() => sftp.open('file', 1)), complete))

/** Reads to the end of the file. */
async function readAll(file: SftpHandle, complete: Complete, size: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for (;;) {
    const [count, part] = await complete(() => again(file.read(size)))
    if (count === 0) return Buffer.concat(parts)
    parts.push(part)
  }
}

/** EAGAIN as `complete` knows it. */
const again = (result: [rc: number, data: Uint8Array]) => result[0] === LIBSSH2_ERROR_EAGAIN ? result[0] as Again : result

const data = (bytes: Uint8Array | string) => new WireWriter().string(bytes).finish()

test('0333: a status of success is no handle, and is freed once', async () => {
  const code = await attackSftp(async (sftp) => {
    const { id } = await sftp.receive(SSH_FXP.OPEN)
    sftp.status(id, SSH_FX.OK)
    sftp.sendRaw(new Uint8Array(9))
  }, (sftp, complete) => codeOf(() => complete(() => sftp.open('file', 1))))
  expect(code).toBe('ERR_LIBSSH2_SFTP_PROTOCOL')
})

test.each([
  ['longer than its packet', new WireWriter().uint32(50).bytes(new Uint8Array(10)).finish()],
  ['longer than any', new WireWriter().string(new Uint8Array(5000)).finish()],
])('0333: a handle that is %s is not cut to another one', async (_, handle) => {
  const code = await attackSftp(async (sftp) => sftp.send(SSH_FXP.HANDLE, (await sftp.receive(SSH_FXP.OPEN)).id, handle),
    (sftp, complete) => codeOf(() => complete(() => sftp.open('file', 1))))
  expect(code).toBe('ERR_LIBSSH2_SFTP_PROTOCOL')
})

test('0334: more entries than the packet can hold are refused before the first', async () => {
  const code = await listing(async (sftp) => sftp.send(SSH_FXP.NAME, (await sftp.receive(SSH_FXP.READDIR)).id, names(0xffffffff, entry('a'))),
    (directory, complete) => codeOf(() => complete(() => directory.readdir())))
  expect(code).toBe('ERR_LIBSSH2_SFTP_PROTOCOL')
})

test.each([
  ['name', new WireWriter().uint32(1000).bytes(new Uint8Array(20)).finish()],
  ['line', new WireWriter().string('b').uint32(0xffffffff).bytes(new Uint8Array(20)).finish()],
  ['attributes', new WireWriter().string('b').string('long enough').uint32(1).finish()],
  ['empty name', new WireWriter().string('').string('long enough').uint32(0).finish()],
])('0334: an entry with a malformed %s ends its packet, not the directory', async (_, malformed) => {
  const seen = await listing(async (sftp) => {
    sftp.send(SSH_FXP.NAME, (await sftp.receive(SSH_FXP.READDIR)).id, names(2, entry('a'), malformed))
    sftp.send(SSH_FXP.NAME, (await sftp.receive(SSH_FXP.READDIR)).id, names(1, entry('c')))
    sftp.status((await sftp.receive(SSH_FXP.READDIR)).id, SSH_FX.EOF)
  }, async (directory, complete) => {
    const next = async () => (await complete(() => directory.readdir()))?.filename
    return [await next(), await codeOf(next), await next(), await next()]
  })
  expect(seen).toEqual(['a', 'ERR_LIBSSH2_SFTP_PROTOCOL', 'c', undefined])
})

test.each([
  ['longer than its packet', new WireWriter().uint32(1000).bytes(new Uint8Array(20)).finish()],
  ['longer than asked for', data(new Uint8Array(40_000))],
  ['of nothing', data('')],
])('0335: data %s is refused, and reading goes on behind it', async (_, malformed) => {
  const text = await reading(async (sftp) => {
    sftp.send(SSH_FXP.DATA, (await sftp.receive(SSH_FXP.READ)).id, malformed)
    for (;;) {
      const { id, fields } = await sftp.receive(SSH_FXP.READ)
      fields.string()
      if (fields.uint64() === 0n) sftp.send(SSH_FXP.DATA, id, data('content'))
      else sftp.status(id, SSH_FX.EOF)
    }
  }, async (file, complete) => {
    expect(await codeOf(() => complete(() => again(file.read(1000))))).toBe('ERR_LIBSSH2_SFTP_PROTOCOL')
    return String(await readAll(file, complete, 30_000))
  })
  expect(text).toBe('content')
})

test('0335: a server that gives less than asked for is read to the end', async () => {
  const content = Uint8Array.from({ length: 20_000 }, (_, i) => i % 251)
  const got = await reading(async (sftp) => {
    for (;;) {
      const { id, fields } = await sftp.receive(SSH_FXP.READ)
      fields.string()
      const at = Number(fields.uint64())
      if (at >= content.length) sftp.status(id, SSH_FX.EOF)
      else sftp.send(SSH_FXP.DATA, id, data(content.subarray(at, at + Math.min(fields.uint32(), 4096))))
    }
  }, (file, complete) => readAll(file, complete, 30_000))
  expect(got.equals(content)).toBe(true)
})

test('0335: what stands behind the announced length is no content', async () => {
  const text = await reading(async (sftp) => {
    const answer = new WireWriter().bytes(data('content')).bytes(new TextEncoder().encode('and more')).finish()
    sftp.send(SSH_FXP.DATA, (await sftp.receive(SSH_FXP.READ)).id, answer)
    for (;;) sftp.status((await sftp.receive(SSH_FXP.READ)).id, SSH_FX.EOF)
  }, async (file, complete) => String(await readAll(file, complete, 4)))
  expect(text).toBe('content')
})

test.each([
  ['reaches beyond its packet', new WireWriter().uint32(1).uint32(8000).bytes(new Uint8Array(8)).finish()],
  ['is missing', new WireWriter().uint32(1).finish()],
  ['is not counted', new WireWriter().uint32(0).string('name').finish()],
])('0336: the target of a link that %s is not copied from the packet or behind it', async (_, answer) => {
  const code = await attackSftp(async (sftp) => sftp.send(SSH_FXP.NAME, (await sftp.receive(SSH_FXP.READLINK)).id, answer),
    (sftp, complete) => codeOf(() => complete(() => sftp.readlink('link'))))
  expect(code).toBe('ERR_LIBSSH2_SFTP_PROTOCOL')
})

test('0336: success without a name is no name', async () => {
  const code = await attackSftp(async (sftp) => sftp.status((await sftp.receive(SSH_FXP.READLINK)).id, SSH_FX.OK),
    (sftp, complete) => codeOf(() => complete(() => sftp.readlink('link'))))
  expect(code).toMatch(/^ERR_/)
})

test('0337: success without attributes is no attributes', async () => {
  const codes = await attackSftp(async (sftp) => {
    sftp.status((await sftp.receive(SSH_FXP.STAT)).id, SSH_FX.OK)
    await sftp.open(SSH_FXP.OPEN)
    sftp.status((await sftp.receive(SSH_FXP.FSTAT)).id, SSH_FX.OK)
  }, async (sftp, complete) => {
    const first = await codeOf(() => complete(() => sftp.stat('x')))
    const file = await complete(() => sftp.open('file', 1))
    return [first, await codeOf(() => complete(() => file.fstat()))]
  })
  expect(codes).toEqual(['ERR_LIBSSH2_SFTP_PROTOCOL', 'ERR_LIBSSH2_SFTP_PROTOCOL'])
})
