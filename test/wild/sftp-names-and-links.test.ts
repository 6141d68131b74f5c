// Names that are no UTF-8, symbolic links, and what a tree leaves out.
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { rejection } from '../support/within.ts'
import { useSftp } from '../integration/client/sftp/use-sftp.ts'
import { FX, type Quirks, withSftp } from './support/sftp-server.ts'

const used = useSftp()
const bytes = (path: string, name: number[]) => Buffer.concat([Buffer.from(`${path}/`), Buffer.from(name)])

// OpenSSH's sftp and scp carry names as bytes.
test('names that are no UTF-8 go both ways as they are', async () => {
  const raw = [0x66, 0xff, 0xfe, 0x2e, 0x74]
  mkdirSync(used.file('raw'))
  mkdirSync(bytes(used.file('raw'), [0xe4]))
  writeFileSync(bytes(used.file('raw'), raw), 'raw')
  writeFileSync(Buffer.concat([bytes(used.file('raw'), [0xe4]), Buffer.from('/in\xff', 'latin1')]), 'inner')
  writeFileSync(used.file('raw/größe'), 'text')
  expect(await used.sftp.uploadDirectory(used.file('raw'), used.file('raw-up'), { atomic: true })).toMatchObject({ files: 3, skipped: [] })
  expect(await used.sftp.downloadDirectory(used.file('raw-up'), used.file('raw-down'))).toMatchObject({ files: 3, skipped: [] })
  for (const path of ['raw-up', 'raw-down']) {
    expect(readFileSync(bytes(used.file(path), raw), 'utf8')).toBe('raw')
    expect(readFileSync(Buffer.concat([bytes(used.file(path), [0xe4]), Buffer.from('/in\xff', 'latin1')]), 'utf8')).toBe('inner')
    expect(readFileSync(used.file(`${path}/größe`), 'utf8')).toBe('text')
  }
})

describe('symbolic links', () => {
  const make = (name: string) => {
    mkdirSync(used.file(`${name}/sub`), { recursive: true })
    writeFileSync(used.file(`${name}/sub/real`), 'real')
    writeFileSync(used.file(`${name}-outside`), 'outside')
    symlinkSync('sub/real', used.file(`${name}/to-file`))
    symlinkSync('sub', used.file(`${name}/to-directory`))
    symlinkSync('..', used.file(`${name}/sub/loop`))
    symlinkSync(`../${name}-outside`, used.file(`${name}/out`))
    symlinkSync('nowhere', used.file(`${name}/dangling`))
    return used.file(name)
  }
  const ways = { down: (from: string, to: string, links: 'follow' | 'skip' | 'keep') => used.sftp.downloadDirectory(from, to, { links }), up: (from: string, to: string, links: 'follow' | 'skip' | 'keep') => used.sftp.uploadDirectory(from, to, { links }) }

  test.each(['down', 'up'] as const)('skipped and told, %s', async (way) => {
    const [from, to] = [make(`skip-${way}`), used.file(`skip-${way}-to`)]
    const { files, skipped } = await ways[way](from, to, 'skip')
    expect([files, skipped.map(String).sort()]).toEqual([1, ['dangling', 'out', 'sub/loop', 'to-directory', 'to-file'].map((name) => `${from}/${name}`)])
    expect(readdirSync(to)).toEqual(['sub'])
  })

  test.each(['down', 'up'] as const)('followed, but not in circles, %s', async (way) => {
    const [from, to] = [make(`follow-${way}`), used.file(`follow-${way}-to`)]
    const { skipped } = await ways[way](from, to, 'follow')
    expect(skipped.map(String).sort()).toEqual(['dangling', 'sub/loop', 'to-directory/loop'].map((name) => `${from}/${name}`))
    expect(readFileSync(`${to}/to-file`, 'utf8')).toBe('real')
    expect(readFileSync(`${to}/to-directory/real`, 'utf8')).toBe('real')
    expect(readFileSync(`${to}/out`, 'utf8')).toBe('outside')
    expect(lstatSync(`${to}/to-file`).isFile() && lstatSync(`${to}/to-directory`).isDirectory()).toBe(true)
  })

  test.each(['down', 'up'] as const)('kept, here never out of the target, %s', async (way) => {
    const [from, to] = [make(`keep-${way}`), used.file(`keep-${way}-to`)]
    for (let i = 0; i < 2; i++) {
      const { skipped, refused } = await ways[way](from, to, 'keep')
      expect([skipped, refused]).toEqual([way === 'down' ? [`${from}/out`] : [], []])
      expect([readlinkSync(`${to}/to-file`), readlinkSync(`${to}/sub/loop`), readlinkSync(`${to}/dangling`)]).toEqual(['sub/real', '..', 'nowhere'])
    }
    expect(existsSync(`${to}/out`)).toBe(way === 'up')
  })

  test('a link is no way out of the target, whatever a server makes up', async () => {
    using directory = temporaryDirectory('wild-links')
    const outside = directory.file('outside')
    mkdirSync(outside)
    const links = ['/etc/passwd', '../outside', 'a/../../outside', outside, '../../..', 'x/..', '', './../outside', 'in/../..']
    const quirks: Quirks = {
      READDIR(_, answer) {
        if (!answer.open || answer.open.listed) return answer.status(FX.EOF)
        answer.open.listed = true
        answer.names([...links.map((_link, i) => [`l${i}`, '', { mode: 0o120777 }] as const), ['l1', '', { mode: 0o100644, size: 4 }], ['fine', '', { mode: 0o120777 }]])
      },
      READLINK: (request, answer) => answer.names([[request.path.endsWith('fine') ? 'l1' : links[Number(request.path.at(-1))] as string, '', {}]]),
    }
    await withSftp({ files: { '/d': null, '/d/l1': 'file' }, quirks }, async (sftp) => {
      const { skipped } = await sftp.downloadDirectory('/d', directory.file('to'), { links: 'keep' })
      expect(skipped).toHaveLength(links.length)
      expect(readdirSync(directory.file('to')).sort()).toEqual(['fine', 'l1'])
      expect(readdirSync(outside)).toEqual([])
    })
  })
})

test('filter says what is copied, and a directory that is not is not entered', async () => {
  mkdirSync(used.file('filter/node_modules/x'), { recursive: true })
  for (const name of ['a.ts', 'b.js', 'node_modules/x/c.ts']) writeFileSync(used.file(`filter/${name}`), name)
  const seen: string[] = []
  const filter = async ({ path, kind, size }: { path: string, kind: string, size: number | undefined }) => {
    seen.push(path)
    expect(typeof size).toBe('number')
    return kind === 'directory' ? path !== 'node_modules' : path.endsWith('.ts')
  }
  expect(await used.sftp.uploadDirectory(used.file('filter'), used.file('filter-up'), { filter })).toMatchObject({ files: 1, skipped: [] })
  expect(await used.sftp.downloadDirectory(used.file('filter'), used.file('filter-down'), { filter })).toMatchObject({ files: 1, skipped: [] })
  expect([readdirSync(used.file('filter-up')), readdirSync(used.file('filter-down'))]).toEqual([['a.ts'], ['a.ts']])
  expect(seen.sort()).toEqual(['a.ts', 'a.ts', 'b.js', 'b.js', 'node_modules', 'node_modules'])
  for (const wrong of [{ links: 'all' }, { filter: '*' }, { unchanged: true }]) expect(await rejection(used.sftp.uploadDirectory(used.file('filter'), used.file('wrong'), wrong as never))).toBeInstanceOf(TypeError)
})

test('what has the same size and time is not copied again, both ways', async () => {
  mkdirSync(used.file('same'))
  for (const name of ['a', 'b']) writeFileSync(used.file(`same/${name}`), name)
  utimesSync(used.file('same/a'), 1_000_000_000, 1_000_000_000)
  for (const copy of [(options: object) => used.sftp.uploadDirectory(used.file('same'), used.file('same-up'), options), (options: object) => used.sftp.downloadDirectory(used.file('same'), used.file('same-down'), options)]) {
    expect(await copy({ unchanged: 'skip' })).toMatchObject({ files: 2, unchanged: 0 })
    expect(await copy({ unchanged: 'skip' })).toMatchObject({ files: 0, transferred: 0, unchanged: 2 })
    expect(await copy({})).toMatchObject({ files: 2, unchanged: 0 })
  }
  await used.sftp.uploadDirectory(used.file('same'), used.file('same-up'), { unchanged: 'skip' })
  writeFileSync(used.file('same/a'), 'c')
  expect(await used.sftp.uploadDirectory(used.file('same'), used.file('same-up'), { unchanged: 'skip' })).toMatchObject({ files: 1, unchanged: 1 })
  expect(statSync(used.file('same-up/a')).mtimeMs).toBe(Math.floor(statSync(used.file('same/a')).mtimeMs / 1000) * 1000)
})
