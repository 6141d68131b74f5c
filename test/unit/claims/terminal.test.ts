import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { titles } from '../../../scripts/check/claims.mjs'

const document = readFileSync(new URL('../../../docs/terminal.md', import.meta.url), 'utf8')
const FOLDER = 'test/browser-terminal'
const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The last cells of the tables that name tests, as `FILE: the beginning of a title; another one`. */
const cells = (text: string) => text.split('\n').filter((line) => /^\|.*\.test\.ts`: /.test(line)).map((line) => line.split(' | ').at(-1)?.replace(/ \|$/, '') ?? '')

/** What is named and is not there. */
function missing(text: string): string[] {
  return cells(text).flatMap((cell) => cell.split(/; (?=`)/).flatMap((part) => {
    const [, file = '', named = ''] = /^`([\w-]+\.test\.ts)`: (.+)$/.exec(part) ?? []
    if (!existsSync(`${root}/${FOLDER}/${file}`) || file === '') return [`no such file: ${part}`]
    const there = [...titles(`${FOLDER}/${file}`)] as string[]
    return named.split('; ').filter((beginning) => !there.some((title) => title.startsWith(beginning))).map((beginning) => `${file}: ${beginning}`)
  }))
}

test('each feature of <ssh-terminal> in docs/terminal.md names tests that exist', () => {
  expect(cells(document).length).toBeGreaterThan(20)
  expect(missing(document)).toEqual([])
})

test('a row of the comparison without a test, or with one that is gone, is found', () => {
  const [, comparison = ''] = /\n## Beside other terminals[^\n]*\n([^]*?)\n## /.exec(document) ?? []
  // Without the head and the line below it.
  const rows = comparison.split('\n').filter((line) => line.startsWith('| ')).slice(1)
  expect(rows.length).toBeGreaterThan(15)
  expect(rows.filter((row) => cells(row).length === 0)).toEqual([])
  expect(missing('| a | `element.test.ts`: no test begins so; text is found |')).toEqual(['element.test.ts: no test begins so'])
  expect(missing('| a | `gone.test.ts`: text is found |')).toEqual(['no such file: `gone.test.ts`: text is found'])
})
