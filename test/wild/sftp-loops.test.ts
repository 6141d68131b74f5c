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

// Servers that keep no place in a listing, or lose it: the same answers come round.
test.each([[1], [2], [3], [7]])('%i answers that come round for ever: each name once, and an end', async (period) => {
  const READDIR: Quirk = (_, answer) => {
    const at = answer.handles.size ? turn++ % period : 0
    answer.names([[`a${at}`, '', { mode: 0o100644, size: 1 }], [`b${at}`, '', { mode: 0o100644, size: 1 }]])
  }
  let turn = 0
  await withSftp({ files: { '/d': null }, quirks: { READDIR } }, async (sftp, server) => {
    const names = (await within(5000, 'the listing', sftp.list('/d'))).map(({ filename }) => filename)
    expect(names).toEqual(Array.from({ length: period }, (_, i) => [`a${i}`, `b${i}`]).flat())
    expect(server.count('READDIR')).toBe(2 * period)
  })
})

test('a name that is told a second time, because its file was made anew, ends no listing', async () => {
  const told = ['a', 'b', 'a', 'c', 'd']
  const READDIR: Quirk = (_, answer) => {
    const name = told.shift()
    if (name === undefined) answer.status(FX.EOF)
    else answer.names([[name, '', { mode: 0o100644, size: 1 }]])
  }
  await withSftp({ files: { '/d': null }, quirks: { READDIR } }, async (sftp) => {
    expect((await sftp.list('/d')).map(({ filename }) => filename)).toEqual(['a', 'b', 'c', 'd'])
  })
})

describe('a tree that changes while it is removed', () => {
  const tree = { '/d': null, '/d/a': 'a', '/d/b': 'b', '/d/c': null, '/d/c/x': 'x', '/e': 'e' }

  test.each([[true], [false]])('what somebody else has removed is gone, with force: %s', async (force) => {
    const REMOVE: Quirk = (request, answer, honest) => {
      if (request.path === '/d/b') answer.files.delete('/d/b')
      if (request.path === '/d/c/x') answer.files.delete('/d/c/x')
      honest()
    }
    await withSftp({ files: tree, quirks: { REMOVE } }, async (sftp, { files }) => {
      await sftp.rm('/d', { recursive: true, force })
      expect(files.paths).toEqual(['/', '/e'])
    })
  })

  test.each([[true], [false]])('what stays although it cannot be found is an error, and no success, with force: %s', async (force) => {
    const REMOVE: Quirk = (request, answer, honest) => request.path === '/d/b' ? answer.status(FX.NO_SUCH_FILE) : honest()
    await withSftp({ files: tree, quirks: { REMOVE } }, async (sftp, { files }) => {
      expect(await rejection(sftp.rm('/d', { recursive: true, force }))).toMatchObject({ code: 'ERR_SFTP_FAILURE', operation: 'rmdir', path: '/d' })
      expect(files.paths).toEqual(['/', '/d', '/d/b', '/e'])
    })
  })

  // A listing by numbers: what is removed moves the others up.
  test('a server that loses its place in a listing when names go', async () => {
    const places = new Map<string, number>()
    const READDIR: Quirk = (request, answer) => {
      const names = answer.files.list('/d'), at = places.get(request.handle) ?? 0
      places.set(request.handle, at + 2)
      const part = names.slice(at, at + 2)
      if (part.length === 0) answer.status(FX.EOF)
      else answer.names(part.map((name) => [name, '', answer.files.attributes(`/d/${name}`)]))
    }
    const files = Object.fromEntries([['/d', null], ...Array.from({ length: 9 }, (_, i) => [`/d/${i}`, 'x'])]) as Record<string, string | null>
    await withSftp({ files, quirks: { READDIR } }, async (sftp, server) => {
      await sftp.rm('/d', { recursive: true })
      expect(server.files.paths).toEqual(['/'])
    })
  })
})
