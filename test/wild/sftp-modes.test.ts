// Modes and times: refused by servers, and carried both ways.
import { chmodSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { rejection } from '../support/within.ts'
import { useSftp } from '../integration/client/sftp/use-sftp.ts'
import { FX, OPEN, type Quirk, type Quirks, withSftp } from './support/sftp-server.ts'

const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8)

// ProFTPD with SITE_CHMOD denied: https://github.com/proftpd/proftpd/issues/1845; https://github.com/liximomo/vscode-sftp/issues/17
describe('a server that refuses modes', () => {
  const refuse: Quirk = (_, answer) => answer.status(FX.PERMISSION_DENIED, 'chmod blocked')
  const quirks: Quirks = {
    OPEN: (request, answer, honest) => request.flags & OPEN.WRITE && request.attributes.mode !== undefined ? refuse(request, answer, honest) : honest(),
    MKDIR: (request, answer, honest) => request.attributes.mode !== undefined ? refuse(request, answer, honest) : honest(),
    SETSTAT: refuse,
    FSETSTAT: refuse,
  }

  test('mode: false sends none', async () => {
    using directory = temporaryDirectory('wild-modes')
    writeFileSync(directory.file('f'), 'data')
    await withSftp({ quirks }, async (sftp, { files }) => {
      expect(await rejection(sftp.upload(directory.file('f'), '/f'))).toMatchObject({ code: 'ERR_SFTP_PERMISSION_DENIED', operation: 'open' })
      await sftp.upload(directory.file('f'), '/f', { mode: false })
      await sftp.writeFile('/g', 'data', { mode: false })
      expect([files.text('/f'), files.text('/g')]).toEqual(['data', 'data'])
    })
  })

  test.each([{}, { preserve: true }, { unchanged: 'skip' }] as const)('a tree arrives, and its result tells what was refused: %j', async (options) => {
    using directory = temporaryDirectory('wild-modes')
    mkdirSync(directory.file('tree/sub'), { recursive: true })
    for (const name of ['a', 'b', 'sub/c']) writeFileSync(directory.file(`tree/${name}`), name)
    await withSftp({ quirks }, async (sftp, { files }) => {
      const result = await sftp.uploadDirectory(directory.file('tree'), '/tree', options)
      expect(result).toMatchObject({ files: 3, skipped: [] })
      expect(result.refused.length).toBeGreaterThan(0)
      expect(result.refused[0]).toMatchObject({ error: { code: 'ERR_SFTP_PERMISSION_DENIED' } })
      expect([files.text('/tree/a'), files.text('/tree/b'), files.text('/tree/sub/c')]).toEqual(['a', 'b', 'sub/c'])
      expect(await sftp.uploadDirectory(directory.file('tree'), '/other', { mode: false })).toMatchObject({ files: 3, refused: [] })
    })
  })
})

describe('with OpenSSH', () => {
  const used = useSftp()

  // OpenSSH's `get` makes files with the remote mode, less the umask: https://github.com/liximomo/vscode-sftp/issues/761
  test('a secret stays one, a script can be run, both ways', async () => {
    const umask = process.umask(0o022)
    try {
      mkdirSync(used.file('modes/private'), { recursive: true })
      chmodSync(used.file('modes/private'), 0o700)
      for (const [name, bits] of [['secret', 0o600], ['run.sh', 0o755], ['open', 0o666], ['locked', 0o444], ['private/x', 0o640]] as const) {
        writeFileSync(used.file(`modes/${name}`), name)
        chmodSync(used.file(`modes/${name}`), bits)
      }
      await used.sftp.downloadDirectory(used.file('modes'), used.file('down'))
      expect(['secret', 'run.sh', 'open', 'locked', 'private', 'private/x'].map((name) => mode(used.file(`down/${name}`)))).toEqual(['600', '755', '644', '644', '700', '640'])
      await used.sftp.uploadDirectory(used.file('modes'), used.file('up'))
      expect(['secret', 'run.sh', 'private'].map((name) => mode(used.file(`up/${name}`)))).toEqual(['600', '755', '700'])
      await used.sftp.download(used.file('modes/secret'), used.file('one'))
      await used.sftp.download(used.file('modes/open'), used.file('two'), { mode: false })
      await used.sftp.download(used.file('modes/open'), used.file('three'), { mode: 0o640 })
      expect(['one', 'two', 'three'].map((name) => mode(used.file(name)))).toEqual(['600', '644', '640'])
    } finally {
      process.umask(umask)
    }
  })

  test('preserve keeps times and modes, of files and directories, both ways', async () => {
    mkdirSync(used.file('kept/sub'), { recursive: true })
    writeFileSync(used.file('kept/sub/f'), 'f')
    chmodSync(used.file('kept/sub/f'), 0o666)
    utimesSync(used.file('kept/sub/f'), 1_000_000_000, 1_100_000_000)
    utimesSync(used.file('kept/sub'), 1_000_000_000, 1_200_000_000)
    expect(await used.sftp.uploadDirectory(used.file('kept'), used.file('there'), { preserve: true })).toMatchObject({ refused: [] })
    await used.sftp.downloadDirectory(used.file('there'), used.file('back'), { preserve: true })
    await used.sftp.upload(used.file('kept/sub/f'), used.file('there/g'), { preserve: true })
    await used.sftp.download(used.file('kept/sub/f'), used.file('back/g'), { preserve: true })
    for (const path of ['there/sub/f', 'back/sub/f', 'there/g', 'back/g']) expect([mode(used.file(path)), statSync(used.file(path)).mtimeMs], path).toEqual(['666', 1_100_000_000_000])
    for (const path of ['there/sub', 'back/sub']) expect(statSync(used.file(path)).mtimeMs, path).toBe(1_200_000_000_000)
  })

  test('a directory that nobody may write into gets its files all the same', async () => {
    mkdirSync(used.file('read-only'))
    writeFileSync(used.file('read-only/f'), 'f')
    chmodSync(used.file('read-only'), 0o555)
    await used.sftp.uploadDirectory(used.file('read-only'), used.file('read-only-up'))
    await used.sftp.downloadDirectory(used.file('read-only'), used.file('read-only-down'))
    for (const path of ['read-only-up', 'read-only-down']) expect([mode(used.file(path)), readdirSync(used.file(path))]).toEqual(['555', ['f']])
  })
})
