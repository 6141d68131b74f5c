import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const folder = fileURLToPath(new URL('./', import.meta.url))
const document = readFileSync(new URL('../../docs/in-the-wild.md', import.meta.url), 'utf8')
/** Rows of all tables, without their heads. */
const rows = document.split('\n').filter((line) => line.startsWith('| ') && !/^\| what /.test(line)).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
const named = rows.map((cells) => ({ what: cells[0], test: /^`([\w/-]+\.test\.ts)`: (.+)$/.exec(cells.at(-1) ?? '') }))

test.each(named)('$what: its test is there', ({ test: found }) => {
  const [, file = '', words = ''] = found ?? []
  const path = folder + (file.includes('/') ? `../${file}` : file)
  expect(existsSync(path), path).toBe(true)
  // Quotes of a name in single quotes are escaped.
  expect(readFileSync(path, 'utf8').replaceAll('\\\'', '\'')).toContain(words)
})

test('every test of the wild is named', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts') && name !== 'document.test.ts')
  expect(files.filter((file) => !named.some(({ test: found }) => found?.[1] === file))).toEqual([])
  expect(named.length).toBeGreaterThan(60)
})
