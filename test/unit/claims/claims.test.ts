import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { judge, judgeAttacks, sentencesOf } from '../../../scripts/check/claims.mjs'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const list = read('docs/claims.md')
/** What is wrong with the list, or with a list and documents that are changed. */
const findings = (change: (list: string) => string = (text) => text, page = read) => judge(change(list), page).findings

test('each sentence that promises something names its tests', () => {
  expect(findings()).toEqual([])
})

test('each kind of attack names its tests', () => {
  const attacks = read('docs/attacks.md')
  expect(judgeAttacks(attacks)).toEqual([])
  expect(judgeAttacks(attacks.replace('0911: strict key', '0911: a strict key'))).toEqual([expect.stringContaining('is not in that file')])
  expect(judgeAttacks(`${attacks}\n> Another one\n`)).toEqual([expect.stringContaining('no test for: Another one')])
})

test.each<[string, () => string[], RegExp]>([
  ['a promise that is not listed', () => findings(undefined, (path) => path === 'SECURITY.md' ? `${read(path)}\nNothing is ever wrong.\n` : read(path)), /^SECURITY.md: not in docs\/claims.md: Nothing is ever wrong\.$/],
  ['a promise in another list item', () => findings(undefined, (path) => path === 'README.md' ? `${read(path)}\n- **Fast**: it is [free](x.md) of\n  faults.\n` : read(path)), /^README.md: not in docs\/claims.md: Fast: it is free of faults\.$/],
  ['a row of a table', () => findings(undefined, (path) => path === 'SECURITY.md' ? `${read(path)}\n| a | b |\n|---|---|\n| anybody | is safe |\n` : read(path)), /not in docs\/claims.md: anybody \| is safe$/],
  ['a sentence that no longer stands there', () => findings((text) => text.replace('## README.md\n', '## README.md\n\n> It never fails.\n\n- promises nothing\n')), /^README.md: no longer says: It never fails\.$/],
  ['a test file that is not there', () => findings((text) => text.replace('test/isolation/trap.test.ts: nothing', 'test/isolation/trip.test.ts: nothing')), /names a file that does not exist$/],
  ['a title that is not there', () => findings((text) => text.replace(': nothing of what was in the memory is left in it', ': nothing is left in it')), /names a test that is not in that file$/],
  ['a file that nothing runs', () => findings((text) => text.replace('scripts/check/forbidden.mjs: code', 'scripts/check/files.mjs: code')), /is neither a test nor run by|names a file that is neither/],
  ['no test at all', () => findings((text) => text.replace(/(> RSA host keys [^\n]*\n\n)(- .*\n)+/, '$1')), /no test, and not/],
  ['a document that is left out', () => findings((text) => text.replace('## README.md\n', '## packages/ssh2-wasm/README.md\n')), /no part for the whole of README.md/],
])('%s is found', (_, run, message) => {
  expect(run().some((finding) => message.test(finding)), run().join('\n')).toBe(true)
})

test('sentences are told apart as a reader does', () => {
  expect(sentencesOf('# Head\nOne is 1.11.1 of it. `Two` ends!\nThree\n\n- **a**: b.\n  C goes on\n\n```sh\nnot. This.\n```\n\n| h | i |\n|---|---|\n| x. Y | z |\n')).toEqual([
    { section: 'Head', sentence: 'One is 1.11.1 of it.' }, { section: 'Head', sentence: '`Two` ends!' }, { section: 'Head', sentence: 'Three' },
    { section: 'Head', sentence: 'a: b.' }, { section: 'Head', sentence: 'C goes on' }, { section: 'Head', sentence: 'x. Y | z' },
  ])
})
