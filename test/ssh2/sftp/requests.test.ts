import { statSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { startSshd } from '../../support/sshd.ts'
import { suiteServer } from '../../support/suite-server.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { MODULES, openBoth, same, told } from './both.ts'

const server = suiteServer(() => startSshd())
const folder = temporaryDirectory('ssh2-sftp')
afterAll(() => folder.remove())

const without = (stats: unknown) => {
  const { atime, mtime, ...rest } = stats as Record<string, number>
  return { ...rest, times: [typeof atime, typeof mtime] }
}

describe('requests of SFTP, with npm ssh2 and with the drop-in', () => {

  test('attributes', async () => {
    const facts = await same(server(), folder, async (sftp, path, tell) => {
      for (const method of ['stat', 'lstat'] as const) {
        for (const name of ['old.txt', 'link', 'directory']) {
          const [error, stats] = await told(sftp, method, path(name)) as [undefined, { isFile(): boolean, isDirectory(): boolean, isSymbolicLink(): boolean }]
          tell(error, without(stats), stats.isFile(), stats.isDirectory(), stats.isSymbolicLink())
        }
      }
      tell(await told(sftp, 'chmod', path('old.txt'), '640'), statSync(path('old.txt')).mode)
      tell(await told(sftp, 'chmod', path('old.txt'), 0o600), statSync(path('old.txt')).mode)
      tell(await told(sftp, 'utimes', path('old.txt'), 1000.9, new Date(2_000_500)), statSync(path('old.txt')).mtimeMs, statSync(path('old.txt')).atimeMs)
      tell(await told(sftp, 'setstat', path('old.txt'), { size: 4, uid: 1 }), statSync(path('old.txt')).size)
      tell(await told(sftp, 'setstat', path('old.txt'), {}))
      tell(await told(sftp, 'stat', path('nowhere')), await told(sftp, 'setstat', path('nowhere'), { mode: 0 }))
    })
    expect(facts.at(-1)).toMatchObject([{ code: 2, message: 'No such file' }])
  })

  test('names', async () => {
    await same(server(), folder, async (sftp, path, tell) => {
      for (const options of [[], [{ full: true }], [{ full: false }]]) {
        const [error, list] = await told(sftp, 'readdir', path('.'), ...options) as [undefined, { filename: string, longname: string, attrs: object }[]]
        tell(error, list.map(({ filename }) => filename).sort(), list.map(({ longname }) => longname.length > 20), list.map(({ attrs }) => without(attrs)).length)
      }
      tell(await told(sftp, 'readdir', path('nowhere')), await told(sftp, 'readdir', path('old.txt')))
      tell(await told(sftp, 'mkdir', path('new')), await told(sftp, 'mkdir', path('new')), await told(sftp, 'mkdir', path('modes'), { mode: 0o700 }), statSync(path('modes')).mode)
      tell(await told(sftp, 'rmdir', path('new')), await told(sftp, 'rmdir', path('new')))
      tell(await told(sftp, 'rename', path('old.txt'), path('moved.txt')), await told(sftp, 'rename', path('moved.txt'), path('link')), await told(sftp, 'rename', path('nowhere'), path('x')))
      tell(await told(sftp, 'symlink', 'moved.txt', path('second')), await told(sftp, 'readlink', path('second')), await told(sftp, 'readlink', path('moved.txt')))
      tell(await told(sftp, 'realpath', `${path('directory')}/../second`), await told(sftp, 'realpath', path('nowhere/at/all')))
      tell(await told(sftp, 'unlink', path('second')), await told(sftp, 'unlink', path('second')), await told(sftp, 'unlink', path('directory')))
      tell(await told(sftp, 'exists', path('moved.txt')), await told(sftp, 'exists', path('nowhere')))
    })
  })

  test('handles', async () => {
    await same(server(), folder, async (sftp, path, tell) => {
      const [, handle] = await told(sftp, 'open', path('new.bin'), 'w+', 0o640) as [undefined, Buffer]
      const data = Buffer.alloc(600_000, 'ssh2')
      tell(Buffer.isBuffer(handle), statSync(path('new.bin')).mode)
      tell((await told(sftp, 'write', handle, data, 0, data.length, 0))[0], statSync(path('new.bin')).size)
      tell((await told(sftp, 'write', handle, Buffer.from('0123456789'), 2, 3, 5))[0], await told(sftp, 'write', handle, data, 0, 0, 0))
      const target = Buffer.alloc(20)
      const [error, count, slice, position] = await told(sftp, 'read', handle, target, 4, 10, 0) as [undefined, number, Buffer, number]
      tell(error, count, slice.toString(), slice.length, position, target.toString('latin1'))
      const large = Buffer.alloc(500_000)
      const [, much, all] = await told(sftp, 'read', handle, large, 0, 500_000, 0) as [undefined, number, Buffer]
      tell(much, all.length, large.subarray(12).equals(data.subarray(12, 500_000)))
      tell((await told(sftp, 'read', handle, large, 0, 500_000, 599_990)).slice(0, 2), (await told(sftp, 'read', handle, large, 0, 10, 600_000)).slice(0, 2))
      tell(without((await told(sftp, 'fstat', handle))[1]), await told(sftp, 'fchmod', handle, '600'), await told(sftp, 'futimes', handle, 1, 2), statSync(path('new.bin')).mtimeMs)
      tell(await told(sftp, 'fsetstat', handle, { size: 3 }), statSync(path('new.bin')).size, await told(sftp, 'close', handle), await told(sftp, 'close', handle))
      const [, directory] = await told(sftp, 'opendir', path('.')) as [undefined, Buffer]
      const [, first] = await told(sftp, 'readdir', directory) as [undefined, unknown[]]
      tell(first.length, await told(sftp, 'readdir', directory), await told(sftp, 'close', directory))
      tell(await told(sftp, 'open', path('new.bin'), 'wx'), await told(sftp, 'open', path('nowhere'), 'r'))
    })
  })

  test('what is wrong is thrown', async () => {
    await same(server(), folder, async (sftp, path, tell) => {
      const wrong: (() => unknown)[] = [
        () => sftp.open(path('x'), 'rw', () => {}), () => sftp.close('x' as never), () => sftp.fstat({} as never, () => {}),
        () => sftp.read(Buffer.alloc(4), 'x' as never, 0, 1, 0, () => {}), () => sftp.read(Buffer.alloc(4), Buffer.alloc(4), 4, 1, 0, () => {}),
        () => sftp.read(Buffer.alloc(4), Buffer.alloc(4), 0, 5, 0, () => {}), () => sftp.read(Buffer.alloc(4), Buffer.alloc(4), 0, 4, null as never, () => {}),
        () => sftp.write(Buffer.alloc(4), Buffer.alloc(4), 5, 0, 0), () => sftp.write(Buffer.alloc(4), Buffer.alloc(4), 1, 4, 0), () => sftp.write(Buffer.alloc(4), Buffer.alloc(4), 0, 4, null as never),
        () => sftp.readdir(5 as never, () => {}), () => sftp.utimes(path('x'), 'now' as never, 0), () => sftp.readFile(path('x'), 'klingon' as never, () => {}), () => sftp.writeFile(path('x'), '', 'klingon' as never),
        () => sftp.createReadStream(path('x'), null as never), () => sftp.ext_home_dir(5 as never, () => {}), () => sftp.ext_users_groups(5 as never, [], () => {}),
      ]
      for (const call of wrong) {
        try {
          call()
          tell('nothing thrown')
        } catch (error) {
          tell((error as Error).message)
        }
      }
    })
  })

  test('extensions', async () => {
    await same(server(), folder, async (sftp, path, tell) => {
      tell(await told(sftp, 'ext_openssh_rename', path('old.txt'), path('link')), await told(sftp, 'ext_openssh_hardlink', path('link'), path('hard')), statSync(path('hard')).nlink)
      const [, info] = await told(sftp, 'ext_openssh_statvfs', path('.')) as [undefined, object]
      tell(Object.keys(info), Object.values(info).map((value) => typeof value))
      const [, handle] = await told(sftp, 'open', path('link'), 'r') as [undefined, Buffer]
      const [, target] = await told(sftp, 'open', path('copy'), 'w') as [undefined, Buffer]
      tell(Object.keys((await told(sftp, 'ext_openssh_fstatvfs', handle))[1] as object), await told(sftp, 'ext_openssh_fsync', target))
      tell(await told(sftp, 'ext_copy_data', handle, 5, 4, target, 1), statSync(path('copy')).size)
      tell(await told(sftp, 'ext_openssh_lsetstat', path('hard'), { atime: 1, mtime: 2 }), statSync(path('hard')).mtimeMs)
      tell(await told(sftp, 'ext_home_dir', server().user))
    })
  })

  test('names of users and groups, whose answer npm ssh2 cannot read', async () => {
    const client = MODULES[1]!.client()
    try {
      const sftp = await openBoth(client, server())
      expect(await told(sftp, 'ext_users_groups', [0, 4_000_000_000], [0])).toEqual([undefined, ['root', ''], ['root']])
    } finally {
      client.end()
    }
  })
})
