import { expect, test } from 'vitest'
import { flakyTests, summary } from '../../scripts/run/test-results.mjs'

const file = (name: string, status: string, ...tests: (readonly [name: string, status: string])[]) =>
  ({ name, status, assertionResults: tests.map(([fullName, status]) => ({ fullName, status })) })

test('what did not pass has a name: a test, a file that could not be loaded, a file that hung', () => {
  const { passed, byFile } = summary([file('a', 'failed', ['one', 'passed'], ['two', 'failed'], ['three', 'skipped']), file('b', 'failed'), file('c', 'passed', ['four', 'passed'])], ['d'])
  expect(passed).toBe(2)
  expect([...byFile]).toEqual([['a', ['two']], ['b', ['b']], ['d', ['d (stuck)']]])
})

test('what passes when it is run again is flaky, and still failed', () => {
  const first = summary([file('a', 'failed', ['one', 'failed'], ['two', 'failed'])], []).byFile
  const again = summary([file('a', 'failed', ['one', 'passed'], ['two', 'failed'])], []).byFile
  expect(flakyTests(first, { status: 1, byFile: again })).toEqual(['one'])
  expect([...first.values()]).toEqual([['one', 'two']])
})

test('a second run that names nothing proves nothing', () => {
  const { byFile } = summary([file('a', 'failed', ['one', 'failed'])], [])
  expect(flakyTests(byFile, { status: 1, byFile: new Map() })).toEqual([])
  expect(flakyTests(byFile, { status: 0, byFile: new Map() })).toEqual(['one'])
})
