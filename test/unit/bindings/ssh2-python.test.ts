import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const root = new URL('../../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const rows = [...read('docs/ssh2-python.md').matchAll(/^\| `(test_\w+)` \| (.+) \|$/gm)].map(([, theirs, ours]) => [theirs!, ours!] as const)

test('docs/ssh2-python.md lists all their tests', () => expect(rows).toHaveLength(85))

test.each(rows)('%s: %s', (theirs, ours) => {
  const file = ours.match(/^`(test\/ssh2-python\/[\w-]+\.test\.ts)`$/)?.[1]
  if (file) expect(read(file)).toMatch(new RegExp(`\\('[^']*\\b${theirs}(,|:)`))
  else expect(ours).toMatch(/^none: \w/)
})

test('each of our tests that names one of theirs is in the table', () => {
  const named = readdirSync(new URL('test/ssh2-python/', root)).flatMap((file) => [...read(`test/ssh2-python/${file}`).matchAll(/\('((?:test_\w+(?:, )?)+):/g)].flatMap(([, names]) => names!.split(', ')))
  expect(named.length).toBeGreaterThan(60)
  expect(named.filter((name) => !rows.some(([theirs]) => theirs === name))).toEqual([])
})
