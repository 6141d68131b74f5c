// Every loop that asks a server ends.
import { describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { rejection, within } from '../support/within.ts'
import { FX, type Quirk, type Quirks, withSftp } from './support/sftp-server.ts'

/** A name that exists already is answered by the status. */
const existing = (status: number): Quirk => (request, answer, honest) => answer.files.has(request.path) ? answer.status(status, 'The operation failed') : honest()

describe('mkdir with recursive', () => {
  // A Windows server: https://github.com/Natizyskunk/vscode-sftp/issues/575
  test.each([FX.NO_SUCH_FILE, FX.FAILURE, FX.PERMISSION_DENIED, 11])('an existing directory told by status %i is no error', async (status) => {
    await withSftp({ files: { '/up': null, '/up/dir': null }, quirks: { MKDIR: existing(status) } }, async (sftp, server) => {
      await within(5000, 'mkdir', sftp.mkdir('/up/dir', { recursive: true }))
      await within(5000, 'mkdir', sftp.mkdir('/up/dir/new/er', { recursive: true }))
      expect(server.files.has('/up/dir/new/er')).toBe(true)
    })
  })

  test('a missing parent told as a failure is looked up', async () => {
    const MKDIR: Quirk = (request, answer, honest) => answer.files.has(request.path.replace(/\/[^/]*$/, '') || '/') ? honest() : answer.status(FX.FAILURE)
    await withSftp({ quirks: { MKDIR } }, async (sftp, { files }) => {
      await sftp.mkdir('/a/b/c', { recursive: true })
      expect(files.paths).toEqual(['/', '/a', '/a/b', '/a/b/c'])
    })
  })

  // Below /proc of a stock OpenSSH; a Windows drive that is not there.
  test('what cannot be made is tried twice, and the server\'s refusal is the error', async () => {
    const MKDIR: Quirk = (request, answer, honest) => request.path.startsWith('/z') ? answer.status(FX.NO_SUCH_FILE) : honest()
    await withSftp({ quirks: { MKDIR } }, async (sftp, server) => {
      expect(await within(5000, 'mkdir', rejection(sftp.mkdir('/z/a/b', { recursive: true })))).toMatchObject({ code: 'ERR_SFTP_NO_SUCH_FILE', operation: 'mkdir' })
      expect(server.count('MKDIR')).toBeLessThanOrEqual(8)
    })
  })

  test('a file in the way is an error', async () => {
    await withSftp({ files: { '/f': 'x' } }, async (sftp) => {
      expect(await rejection(sftp.mkdir('/f/a', { recursive: true }))).toMatchObject({ name: 'SftpError' })
      expect(await rejection(sftp.mkdir('/f', { recursive: true }))).toMatchObject({ code: 'ERR_SFTP_FAILURE' })
    })
  })
})

/** A directory that tells the names once, a file and a directory with those in it. */
function listing(names: readonly string[], how: 'once' | 'for ever'): Quirks {
  const directories = new Set<string>()
  return {
    OPENDIR(request, answer) {
      answer.handles.set(request.path, { path: request.path, flags: 0, listed: false })
      answer.handle(request.path)
    },
    READDIR(_, answer) {
      if (!answer.open || (how === 'once' && answer.open.listed)) return answer.status(FX.EOF)
      answer.open.listed = true
      answer.names([...names.map((name) => [name, '', { mode: 0o040755, size: 0 }] as const), ['file', '', { mode: 0o100644, size: 1 }]])
    },
    REMOVE: (request, answer) => {
      directories.add(request.path)
      answer.status(FX.OK)
    },
    RMDIR: (_, answer) => answer.status(FX.OK),
    FSTAT: (_, answer) => answer.attributes({ size: 1, mode: 0o100644 }),
    OPEN(request, answer) {
      answer.handles.set(request.path, { path: request.path, flags: 0, listed: false })
      answer.handle(request.path)
    },
    READ: (request, answer) => request.offset > 0 ? answer.status(FX.EOF) : answer.data(Uint8Array.of(1)),
    LSTAT: (_, answer) => answer.attributes({ mode: 0o040755 }),
  }
}

const NO_NAMES = ['', '.', '..', '/', '../etc', 'a/b', './', '/etc', 'a\0b']

test.each(['once', 'for ever'] as const)('names that are none, told %s: listed, walked, removed and copied without them', async (how) => {
  using directory = temporaryDirectory('wild-loops')
  await withSftp({ quirks: listing(NO_NAMES, how) }, async (sftp, server) => {
    const all = async () => {
      expect((await sftp.list('/d')).map(({ filename }) => filename)).toEqual(['file'])
      const walked: unknown[] = []
      for await (const { path } of sftp.walk('/d')) walked.push(path)
      expect(walked).toEqual(['/d/file'])
      const { files, skipped } = await sftp.downloadDirectory('/d', directory.file('d'))
      expect([files, skipped.length]).toEqual([1, NO_NAMES.length - 3])
      await sftp.rm('/d', { recursive: true })
    }
    await within(15_000, 'all of it', all())
    expect(server.requests.filter(({ name }) => name === 'REMOVE').map(({ path }) => path)).toEqual(['/d/file'])
    expect(server.requests.filter(({ name }) => name === 'RMDIR').map(({ path }) => path)).toEqual(['/d'])
  })
})

test('a tree without an end', async () => {
  using directory = temporaryDirectory('wild-loops')
  await withSftp({ quirks: listing(['d'], 'once') }, async (sftp) => {
    const walk = async () => { for await (const _ of sftp.walk('/d')); }
    for (const work of [walk, () => sftp.rm('/d', { recursive: true }), () => sftp.downloadDirectory('/d', directory.file('d'))]) {
      expect(await within(60_000, 'the end', rejection(work()))).toMatchObject({ code: 'ERR_SFTP_TREE_TOO_DEEP' })
    }
  })
}, 120_000)

test('a directory upload where every MKDIR says that there is no such file', async () => {
  using directory = temporaryDirectory('wild-loops')
  await withSftp({ quirks: { MKDIR: (_, answer) => answer.status(FX.NO_SUCH_FILE) } }, async (sftp) => {
    expect(await within(5000, 'upload', rejection(sftp.uploadDirectory(directory.path, '/x/y')))).toMatchObject({ code: 'ERR_SFTP_NO_SUCH_FILE' })
  })
})
