import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { FOLDERS, patches, reasons } from '../../../scripts/fixes/series.mjs'

process.chdir(fileURLToPath(new URL('../../..', import.meta.url)))

const series = patches()
const withoutTest = reasons('scripts/fixes/no-proof.txt')
/** Where a patch stands with upstream, by its folder. */
const UPSTREAM: Readonly<Record<string, RegExp>> = {
  backports: /^Upstream: [0-9a-f]{8}(, [0-9a-f]{8})*$/,
  repairs: /^Upstream: (to be sent|sent: \S.*|never, because \S.*)$/,
  hooks: /^Upstream: (to be sent|sent: \S.*|never, because \S.*)$/,
}

/** The first cells of the rows of a table, each with its other cells. */
const rowsOf = (document: string) => new Map([...readFileSync(document, 'utf8').matchAll(/^\| ((?:\w+\/)?\d{4}-\S+) \| (.*) \|$/gm)]
  .map(([, name, cells]) => [name as string, (cells as string).split(' | ')]))

test('every patch of libssh2 is a backport, a repair or a hook, and has a number of its own', () => {
  expect(readdirSync('deps/libssh2/patches').sort()).toEqual([...FOLDERS].sort())
  expect(new Set(series.map(({ number }) => number)).size).toBe(series.length)
})

/** Each is ready to be sent: one change, with its reason on top. */
describe.each(series)('$folder/$name', ({ folder, name, header }) => {
  const [title = '', empty, upstream = '', ...rest] = header.split('\n')

  test('begins with a sentence of its own, says where it stands with upstream, and gives its reason', () => {
    expect(title).toMatch(/^\S.*\.$/)
    expect(title.toLowerCase()).not.toBe(`${name.slice(5).replaceAll('-', ' ')}.`)
    expect(empty).toBe('')
    expect(upstream).toMatch(UPSTREAM[folder] as RegExp)
    expect(rest.filter((line) => !line.startsWith('Test: ')).join(' ').trim().length).toBeGreaterThan(60)
  })
})

test.each(series.filter(({ folder }) => folder === 'repairs'))('$folder/$name names the test that fails without it, or the reason that there is none', ({ number, header }) => {
  const named = /^Test: (.*)$/m.exec(header)?.[1] as string
  if (named.startsWith('none, ')) {
    expect(withoutTest.has(number)).toBe(true)
    return
  }
  for (const path of named.split(', ')) {
    expect(existsSync(path), path).toBe(true)
    expect(readFileSync(path, 'utf8')).toContain(`'${number}: `)
  }
})

test('FIXES-PROOF.md shows each patch, or has the reason that nothing shows it, and no other', () => {
  expect([...rowsOf('deps/libssh2/FIXES-PROOF.md').keys()].sort()).toEqual(series.map(({ name }) => name))
})

test('REBASE.md has tried each patch as it is now, and no other: scripts/fixes/rebase-trial.sh --write renews it', () => {
  const tried = [...rowsOf('deps/libssh2/REBASE.md')].filter(([, cells]) => cells.length === 2).map(([patch, [lines]]) => `${patch} ${lines}`)
  expect(tried.sort()).toEqual(series.map(({ folder, name, hash }) => `${folder}/${name} ${hash}`).sort())
})
