import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expandGlob, globExpression } from '../../../src/openssh/glob.ts'

test.each<[string, readonly string[], readonly string[]]>([
  ['*', ['', 'a', 'a\nb', '\u{1f600}'], []],
  ['a*b*c', ['abc', 'a1b2c', 'abcbc'], ['abcb', 'bac', 'acb']],
  ['*ab*', ['ab', 'xaby', 'aab'], ['ba', 'a']],
  ['*a*b*', ['ab', 'aab', '1a2b3'], ['ba', 'b']],
  ['**a', ['a', 'ba'], ['ab']],
  ['a*a', ['aa', 'aba'], ['a']],
  ['?*?', ['ab', 'abc'], ['a']],
  ['*1*2*3', ['123', '0102030123', '1233'], ['132', '12']],
  ['[a-c]*[!x]', ['ay', 'cab'], ['ax', 'dy', 'a']],
  ['[]x]', [']', 'x'], ['[']],
  ['\\*', ['*'], ['a', '']],
  ['[^a-b]?', ['c1'], ['a1', 'c']],
  // By characters, not by halves of them: the first is U+E000, which is less than any beyond U+FFFF.
  ['[\uE000-\u{10000}]', ['\uFFFD', '\u{10000}'], ['\u{10001}']],
  ['[\u{10000}-\uE000]', [], ['\u{10000}', '\uE000', '\uFFFD']],
  ['?', ['\u{1f600}'], ['ab']],
])('%j', (pattern, matches, others) => {
  const expression = globExpression(pattern)
  expect(matches.filter((name) => !expression.test(name))).toEqual([])
  expect(others.filter((name) => expression.test(name))).toEqual([])
})

test('as many stars as there are cost no more than the length: a name of a server is compared with them', () => {
  const name = 'a'.repeat(200_000)
  // Backtracking into each star would take hours.
  expect(globExpression(`${'*a'.repeat(20)}*b`).test(name)).toBe(false)
  expect(globExpression(`${'*a'.repeat(20)}*`).test(name)).toBe(true)
})

test('paths', () => {
  const folder = mkdtempSync(join(tmpdir(), 'glob-'))
  try {
    for (const name of ['one.conf', 'two.conf', '.three.conf', 'four']) writeFileSync(join(folder, name), '')
    expect(expandGlob(join(folder, '*.conf'))).toEqual([join(folder, 'one.conf'), join(folder, 'two.conf')])
    expect(expandGlob(join(folder, '.*.conf'))).toEqual([join(folder, '.three.conf')])
    expect(expandGlob(join(folder, 'none*'))).toEqual([])
    expect(expandGlob(join(folder, '[\u{10000}-\uE000]'))).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
