// Trees as they are on real machines: they change while they are copied, parts of them cannot be read, names have line breaks; and what a caller's functions throw.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { rejection, within } from '../support/within.ts'
import type { DirectoryTransferOptions, SftpClient } from '../../src/index.ts'
import { FX, type Quirk, type QuirkySftpServer, type Quirks, withSftp } from './support/sftp-server.ts'

const NAMES = ['a', 'line\nbreak', 'tab\t', '-rf', ' blank ', 'back\\slash', '$(id)', '\u{1f600}', 'e\u0301']
type Tree = (options: DirectoryTransferOptions) => Promise<unknown>

/** The same tree on both sides, and its copy each way. */
async function withTrees(quirks: Quirks, use: (way: 'up' | 'down', copy: Tree, there: string, server: QuirkySftpServer, sftp: SftpClient) => Promise<void>): Promise<void> {
  for (const way of ['up', 'down'] as const) {
    using directory = temporaryDirectory('wild-trees')
    mkdirSync(directory.file('from/sub'), { recursive: true })
    for (const name of NAMES) writeFileSync(directory.file(`from/sub/${name}`), name)
    const utf8 = (name: string) => Buffer.from(name).toString('latin1')
    const files = Object.fromEntries([['/to', null], ['/from', null], ['/from/sub', null], ...NAMES.map((name) => [utf8(`/from/sub/${name}`), name])]) as Record<string, string | null>
    await withSftp({ files, quirks }, async (sftp, server) => {
      const copy: Tree = (options) => way === 'up' ? sftp.uploadDirectory(directory.file('from'), '/to', options) : sftp.downloadDirectory('/from', directory.file('to'), options)
      await use(way, copy, way === 'up' ? directory.file('from') : directory.file('to'), server, sftp)
      await expect.poll(() => server.openHandles).toBe(0)
    })
  }
}

test('names with line breaks, options and commands in them', async () => {
  await withTrees({}, async (way, copy, there, server) => {
    expect(await copy({})).toMatchObject({ files: NAMES.length, skipped: [], refused: [] })
    const copied = way === 'down' ? readdirSync(`${there}/sub`) : server.files.list('/to/sub').map((name) => Buffer.from(name, 'latin1').toString())
    expect(copied.sort()).toEqual([...NAMES].sort())
  })
})

describe('filter', () => {
  test.each([['throws', () => { throw new Error('my own') }], ['rejects', () => Promise.reject(new Error('my own'))]])('that %s: its error, and nothing is left open', async (_, fail) => {
    await withTrees({}, async (_way, copy) => {
      let asked = 0
      await expect(within(10_000, 'the copy', copy({ filter: () => ++asked < 4 || fail() }))).rejects.toThrow('my own')
      expect(asked).toBe(4)
    })
  })

  test('is told paths from the top, kinds and sizes, and a directory that it leaves out is not entered', async () => {
    await withTrees({}, async (_way, copy) => {
      const seen: string[] = []
      expect(await copy({ filter: ({ path, kind }) => seen.push(`${kind} ${path}`) > 0 && path !== 'sub' })).toMatchObject({ files: 0, skipped: [] })
      expect(seen).toEqual(['directory sub'])
    })
  })
})

test('onProgress that throws ends the copy with its error', async () => {
  await withTrees({}, async (_way, copy) => {
    await expect(within(10_000, 'the copy', copy({ onProgress: () => { throw new Error('my own') } }))).rejects.toThrow('my own')
  })
})

describe('what cannot be read or written is an error with its path, and nothing is left open', () => {
  test('a file that the server refuses', async () => {
    const OPEN: Quirk = (request, answer, honest) => request.path.endsWith('/a') ? answer.status(FX.PERMISSION_DENIED) : honest()
    await withTrees({ OPEN }, async (way, copy) => {
      expect(await within(10_000, 'the copy', rejection(copy({})))).toMatchObject({ code: 'ERR_SFTP_PERMISSION_DENIED', operation: 'open', path: way === 'up' ? '/to/sub/a' : '/from/sub/a' })
    })
  })

  test('a directory that the server refuses to list or to make', async () => {
    const refuse: Quirk = (request, answer, honest) => request.path.endsWith('/sub') ? answer.status(FX.PERMISSION_DENIED) : honest()
    await withTrees({ OPENDIR: refuse, MKDIR: refuse }, async (way, copy) => {
      expect(await within(10_000, 'the copy', rejection(copy({})))).toMatchObject({ code: 'ERR_SFTP_PERMISSION_DENIED', path: way === 'up' ? '/to/sub' : '/from/sub' })
    })
  })

  test('a file that is gone between the listing and its turn', async () => {
    await withTrees({}, async (way, copy, there, server) => {
      const gone = ({ path }: { readonly path: string }) => {
        if (path !== 'sub/a') return true
        if (way === 'up') rmSync(`${there}/sub/a`)
        else server.files.delete('/from/sub/a')
        return true
      }
      const error = await within(10_000, 'the copy', rejection(copy({ filter: gone }))) as { code: string, message: string }
      expect(error.code).toBe(way === 'up' ? 'ENOENT' : 'ERR_SFTP_NO_SUCH_FILE')
      expect(error.message).toContain('/sub/a')
    })
  })

  test('a directory that became a file, and a file that became a directory', async () => {
    await withTrees({}, async (way, copy, there, server) => {
      if (way === 'down') {
        const filter = ({ path }: { readonly path: string }) => {
          if (path === 'sub/a') server.files.put('/from/sub/a', null)
          return true
        }
        expect(await within(10_000, 'the copy', rejection(copy({ filter })))).toMatchObject({ code: 'ERR_SFTP_FAILURE', operation: 'open', path: '/from/sub/a' })
        return
      }
      const filter = ({ path }: { readonly path: string }) => {
        if (path !== 'sub') return true
        rmSync(`${there}/sub`, { recursive: true })
        writeFileSync(`${there}/sub`, 'x')
        return true
      }
      expect(await within(10_000, 'the copy', rejection(copy({ filter })))).toMatchObject({ code: 'ENOTDIR' })
    })
  })
})

test('files that grow while they are copied have at least what they had, and end', async () => {
  await withTrees({ READ: (_request, answer, honest) => {
    const { open } = answer
    const content = open && answer.files.get(open.path)?.content
    if (open && content && content.length < 100_000) answer.files.write(open.path, content.length, new Uint8Array(1000))
    honest()
  } }, async (way, copy, there) => {
    if (way === 'up') return
    await within(20_000, 'the copy', copy({}))
    for (const name of NAMES) expect(readFileSync(`${there}/sub/${name}`).subarray(0, Buffer.byteLength(name)).toString()).toBe(name)
  })
})

// One request at a time, small ones, no modes, part files, links and unchanged files: in trees as in files, all at once.
test('all options at once, twice', async () => {
  await withTrees({ FSETSTAT: (request, answer, honest) => request.attributes.mode === undefined ? honest() : answer.status(FX.PERMISSION_DENIED) }, async (way, copy, there, server, sftp) => {
    const options = { concurrency: 1, chunkSize: 2, mode: false, preserve: true, atomic: true, links: 'keep', unchanged: 'skip', filter: () => true } as const
    expect(await copy(options)).toMatchObject({ files: NAMES.length, unchanged: 0, skipped: [], refused: [] })
    expect(await copy(options)).toMatchObject({ files: 0, unchanged: NAMES.length, skipped: [], refused: [] })
    expect(server.requests.every(({ attributes }) => attributes.mode === undefined)).toBe(true)
    if (way === 'up') expect(await sftp.readFile('/to/sub/a', { encoding: 'utf8', concurrency: 1, chunkSize: 1 })).toBe('a')
    else expect(readFileSync(`${there}/sub/a`, 'utf8')).toBe('a')
  })
})
