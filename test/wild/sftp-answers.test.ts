// Answers that are not quite what the protocol says.
import { describe, expect, test } from 'vitest'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { rejection } from '../support/within.ts'
import { missingSftp, opensshSftp } from './support/openssh-sftp.ts'
import { FX, FXP, type Quirk, type Quirks, startQuirkySftp, withSftp } from './support/sftp-server.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const DATA = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251)
const LIMITS = [['limits@openssh.com', '1']] as const

// Announced in VERSION, and not there: SFTP works without.
describe('limits@openssh.com', () => {
  const answers: Record<string, Quirk> = {
    refused: (_, answer) => answer.status(FX.OP_UNSUPPORTED, 'Operation unsupported'),
    'of zeros': (_, answer) => answer.packet(FXP.EXTENDED_REPLY, new Uint8Array(32)),
    cut: (_, answer) => answer.packet(FXP.EXTENDED_REPLY, new Uint8Array(5)),
  }

  test.each(Object.entries(answers))('%s: what every server takes', async (_, EXTENDED) => {
    await withSftp({ files: { '/f': DATA }, extensions: LIMITS, quirks: { EXTENDED } }, async (sftp) => {
      expect(sftp.limits).toEqual({ maxReadLength: 32768, maxWriteLength: 32768, maxOpenHandles: 0 })
      expect(Buffer.compare(await sftp.readFile('/f'), DATA)).toBe(0)
    })
  })

  test.runIf(missingSftp === undefined)('control: OpenSSH\'s sftp goes on', async () => {
    await using server = await startQuirkySftp({ files: { '/f': 'x' }, extensions: LIMITS, quirks: { EXTENDED: answers.refused as Quirk } })
    expect(await opensshSftp(server, 'ls /f')).toMatchObject({ code: 0 })
  })
})

/** The answers of an honest server, made other ones. */
const reads: Record<string, Quirks> = {
  // A flag of later drafts behind the bytes: https://github.com/libssh2/libssh2/issues/424
  'a byte behind the data': {
    READ({ offset, length }, answer) {
      const part = DATA.subarray(offset, offset + Math.min(length, 32768))
      if (part.length === 0) return answer.status(FX.EOF)
      answer.packet(FXP.DATA, new WireWriter().string(part).byte(offset + part.length >= DATA.length ? 1 : 0).finish())
    },
  },
  // Azure and others.
  'short answers': { READ: (request, answer) => request.offset >= DATA.length ? answer.status(FX.EOF) : answer.data(DATA.subarray(request.offset, request.offset + Math.min(request.length, 1 + request.offset % 997))) },
  'an end without EOF': { READ: (request, answer) => answer.data(DATA.subarray(request.offset, request.offset + Math.min(request.length, 32768))) },
  // paramiko, and whoever has threads.
  'answers in any order': { READ: (request, _, honest) => { setTimeout(honest, (request.offset / 32768) % 2 ? 0 : 20) } },
}

test.each(Object.entries(reads))('%s: the bytes are right, and nothing that was lent is kept', async (_, quirks) => {
  await withSftp({ files: { '/f': DATA }, quirks }, async (sftp) => {
    for (let i = 0; i < 3; i++) expect(Buffer.compare(await sftp.readFile('/f'), DATA)).toBe(0)
    await using file = await sftp.open('/f')
    expect(Buffer.compare(await file.read(50_000, 777), DATA.subarray(777, 50_777))).toBe(0)
  })
})

test.runIf(missingSftp === undefined).each(['a byte behind the data', 'short answers', 'answers in any order'])('control: OpenSSH\'s sftp reads through %s', async (name) => {
  using directory = temporaryDirectory('wild-answers')
  await using server = await startQuirkySftp({ files: { '/f': DATA }, quirks: reads[name] as Quirks })
  expect(await opensshSftp(server, `get /f ${directory.file('f')}`)).toMatchObject({ code: 0 })
})

test('fewer bytes than announced are an error of that call', async () => {
  const READ: Quirk = (_, answer) => answer.packet(FXP.DATA, new WireWriter().uint32(10).bytes(new Uint8Array(5)).finish())
  await withSftp({ files: { '/f': DATA }, quirks: { READ } }, async (sftp) => {
    expect(await rejection(sftp.readFile('/f'))).toMatchObject({ code: 'ERR_SFTP_BAD_MESSAGE', operation: 'read', path: '/f' })
    expect(await sftp.exists('/f')).toBe(true)
  })
})

test('a bare failure names the operation and the path', async () => {
  const refuse: Quirk = (_, answer) => answer.status(FX.FAILURE, 'Failure')
  await withSftp({ quirks: { OPEN: refuse, MKDIR: refuse, RENAME: refuse, STAT: refuse, OPENDIR: refuse } }, async (sftp) => {
    const errors = await Promise.all([sftp.readFile('/f'), sftp.mkdir('/d'), sftp.stat('/s'), sftp.list('/l')].map(rejection)) as { message: string, operation: string }[]
    expect(errors.map(({ message }) => message)).toEqual(['SSH_FX_FAILURE: open /f', 'SSH_FX_FAILURE: mkdir /d', 'SSH_FX_FAILURE: stat /s', 'SSH_FX_FAILURE: opendir /l'])
    expect(errors.map(({ operation }) => operation)).toEqual(['open', 'mkdir', 'stat', 'opendir'])
  })
})
