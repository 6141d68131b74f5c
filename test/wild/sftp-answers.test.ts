// Answers that are not quite what the protocol says.
import { statSync } from 'node:fs'
import type { ServerChannel } from 'ssh2'
import { describe, expect, test } from 'vitest'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { rejection, within } from '../support/within.ts'
import { missingSftp, opensshSftp } from './support/openssh-sftp.ts'
import { login, startQuirkyServer } from './support/ssh-server.ts'
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

test.each(Object.entries(reads))('%s: the bytes are right', async (_, quirks) => {
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

// Asked for version 3, servers answer what they like; OpenSSH's sftp goes on with all of these.
describe('VERSION', () => {
  test.each([1, 2, 3, 4, 6])('%i: files are read, written and listed', async (version) => {
    await withSftp({ version, files: { '/d': null, '/d/f': DATA } }, async (sftp, { files }) => {
      expect(Buffer.compare(await sftp.readFile('/d/f'), DATA)).toBe(0)
      await sftp.writeFile('/d/g', 'g')
      expect(files.text('/d/g')).toBe('g')
      expect((await sftp.list('/d')).map(({ filename }) => filename)).toEqual(['f', 'g'])
    })
  })

  test('0, whose attributes are others, is refused by name', async () => {
    expect(await rejection(withSftp({ version: 0 }, async () => {}))).toMatchObject({ code: 'ERR_SFTP_OP_UNSUPPORTED', message: expect.stringContaining('version 0 of SFTP') as string })
  })

  test.runIf(missingSftp === undefined).each([2, 6])('control: OpenSSH\'s sftp, version %i', async (version) => {
    await using server = await startQuirkySftp({ version, files: { '/f': 'x' } })
    expect(await opensshSftp(server, 'ls /f')).toMatchObject({ code: 0 })
  })
})

// FSTAT says less than STAT: what a copy needs is asked for.
test('FSTAT without size, mode and times', async () => {
  using directory = temporaryDirectory('wild-answers')
  await withSftp({ files: { '/secret': 'x' }, quirks: { FSTAT: (_, answer) => answer.attributes({}) } }, async (sftp, { files }) => {
    files.set('/secret', { mode: 0o600, mtime: 1_000_000 })
    expect(await sftp.download('/secret', directory.file('secret'), { preserve: true })).toEqual({ transferred: 1, total: 1 })
    const { mode, mtimeMs } = statSync(directory.file('secret'))
    expect([mode & 0o777, mtimeMs]).toEqual([0o600, 1_000_000_000])
    await sftp.download('/secret', directory.file('again'))
    expect(statSync(directory.file('again')).mode & 0o777).toBe(0o600)
    await using file = await sftp.open('/secret')
    expect((await file.stat()).isFile()).toBe(true)
  })
})

test('copyFile where FSTAT is refused: the mode is the server\'s choice', async () => {
  const quirks: Quirks = {
    FSTAT: (_, answer) => answer.status(FX.PERMISSION_DENIED),
    EXTENDED(request, answer) {
      if (request.path !== 'copy-data') return answer.status(FX.OP_UNSUPPORTED)
      answer.files.write('/g', 0, answer.files.get('/f')!.content!)
      answer.status(FX.OK)
    },
  }
  await withSftp({ files: { '/f': 'text' }, extensions: [['copy-data', '1']], quirks }, async (sftp, { files }) => {
    await sftp.copyFile('/f', '/g')
    expect(files.text('/g')).toBe('text')
  })
})

/** Answers of a wrong type or status to each request that opens, asks or lists. */
const WRONG: readonly (readonly [string, Quirk])[] = [
  ['OK', (_, answer) => answer.status(FX.OK)],
  ['a handle', (_, answer) => answer.handle('h')],
  ['data', (_, answer) => answer.data(DATA.subarray(0, 10))],
  ['attributes', (_, answer) => answer.attributes({ size: 3, mode: 0o100644 })],
  ['names of none', (_, answer) => answer.names([])],
  ['a status of a later draft', (_, answer) => answer.status(17, 'invalid\u202e parameter')],
  ['a status without words', (_, answer) => answer.packet(FXP.STATUS, new WireWriter().uint32(FX.FAILURE).finish())],
  ['half a status', (_, answer) => answer.packet(FXP.STATUS, new Uint8Array(2))],
  ['a type that nobody knows', (_, answer) => answer.packet(250, new Uint8Array(8))],
]
test.each(WRONG)('%s in place of an answer: a typed error of that call, or what it says, and the session goes on', async (_, quirk) => {
  const names = ['OPEN', 'CLOSE', 'READ', 'WRITE', 'LSTAT', 'FSTAT', 'SETSTAT', 'FSETSTAT', 'OPENDIR', 'READDIR', 'REMOVE', 'MKDIR', 'RMDIR', 'REALPATH', 'RENAME', 'READLINK', 'SYMLINK'] as const
  let wrong: string | undefined
  const quirks = Object.fromEntries(names.map((name): [string, Quirk] => [name, (request, answer, honest) => name === wrong ? quirk(request, answer, honest) : honest()])) as Quirks
  await withSftp({ files: { '/d': null, '/d/f': 'abc' }, quirks }, async (sftp) => {
    const calls: readonly (() => Promise<unknown>)[] = [
      () => sftp.readFile('/d/f'), () => sftp.writeFile('/d/g', 'g'), () => sftp.appendFile('/d/g', 'h'), () => sftp.list('/d'), () => sftp.lstat('/d/f'), () => sftp.chmod('/d/f', 0o600),
      () => sftp.mkdir('/n/m', { recursive: true }), () => sftp.rename('/d/g', '/d/h'), () => sftp.realpath('.'), () => sftp.readlink('/d/f'), () => sftp.symlink('a', '/b'),
      () => sftp.rm('/n', { recursive: true, force: true }), () => sftp.upload(DATA, '/d/u', { atomic: true }), () => sftp.copyFile('/d/f', '/d/c'),
    ]
    for (wrong of names) {
      for (const call of calls) {
        const outcome = await within(10_000, wrong, call().then(() => undefined, (error: unknown) => error)) as { code?: string, message?: string } | undefined
        if (outcome) expect(String(outcome.code), `${wrong}: ${outcome.message}`).toMatch(/^ERR_(SFTP|WIRE)/)
        expect(outcome?.message ?? '').not.toContain('\u202e')
      }
    }
    wrong = undefined
    expect(await sftp.readFile('/d/f', 'utf8')).toBe('abc')
  })
}, 60_000)

test.each([['of 256 bytes', 'x'.repeat(256)], ['of one NUL', '\0'], ['of none', '']])('a handle %s', async (_, name) => {
  const OPEN: Quirk = (request, answer) => {
    answer.handles.set(name, { path: request.path, flags: request.flags, listed: false })
    answer.handle(name)
  }
  await withSftp({ files: { '/f': 'abc' }, quirks: { OPEN } }, async (sftp, { files }) => {
    expect(await sftp.readFile('/f', 'utf8')).toBe('abc')
    await sftp.writeFile('/f', 'defg')
    expect(files.text('/f')).toBe('defg')
  })
})

describe('a server that ends before it has greeted', () => {
  test.each([
    ['says why on stderr', (stream: ServerChannel) => { stream.stderr.write('sh: /usr/libexec/sftp-server: not found\n') }, /the SFTP server has ended: sh: \/usr\/libexec\/sftp-server: not found/],
    ['says nothing', () => {}, /the SFTP server has ended\)?$/],
    ['says why where SFTP should be', (stream: ServerChannel) => { stream.write('This account is currently not available.\n') }, /the server sends text instead of SFTP: This account is/],
  ])('and %s', async (_, say, message) => {
    await using server = await startQuirkyServer({
      onSession: (session) => session.on('subsystem', (accept) => {
        const stream = accept()
        say(stream)
        stream.exit(127)
        stream.end()
      }),
    })
    await using client = await login(server)
    expect(await rejection(client.sftp())).toMatchObject({ name: 'SftpError', message: expect.stringMatching(message) as string })
  })
})
