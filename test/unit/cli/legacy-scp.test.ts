import { expect, test } from 'vitest'
import { wordOf } from '../../../src/cli/scp/legacy/copy.ts'
import { BadRecord, leadsElsewhere, parseAnnounced, parseTimes } from '../../../src/cli/scp/legacy/record.ts'
import { requestedNames } from '../../../src/cli/scp/legacy/requested.ts'
import { UsageError } from '../../../src/cli/usage-error.ts'

test.each([
  ['C0644 12 a b', { kind: 'file', mode: 0o644, size: 12, name: 'a b' }], ['D4755 0 d', { kind: 'directory', mode: 0o4755, size: 0, name: 'd' }], ['C0600 9007199254740991  x', { kind: 'file', mode: 0o600, size: 2 ** 53 - 1, name: ' x' }],
])('%s', (line, announced) => {
  const { name, ...rest } = parseAnnounced(Buffer.from(line))
  expect({ ...rest, name: Buffer.from(name).toString() }).toEqual(announced)
})

// The words of OpenSSH's scp.
test.each([
  ['X0644 2 file', 'expected control record'], ['C06x4 2 file', 'bad mode'], ['C064', 'bad mode'], ['C06442 file', 'mode not delimited'], ['C0644 x file', 'size not present'], ['C0644 -2 file', 'size not present'],
  ['C0644 ', 'size not present'], ['C0644 2file', 'size not delimited'], ['C0644 2', 'size not delimited'], [`C0644 ${'9'.repeat(30)} file`, 'size out of range'], ['C0644 9007199254740992 file', 'size out of range'],
])('%s: %s', (line, reason) => {
  expect(() => parseAnnounced(Buffer.from(line))).toThrow(new BadRecord(reason))
})

test('times', () => {
  expect(parseTimes(Buffer.from('T1100000000 0 1100000001 999999'))).toEqual({ mtime: 1_100_000_000, atime: 1_100_000_001 })
  for (const line of ['T', 'Tx 0 1 0', 'T1 0 1', 'T1 0 1 0 ', 'T-1 0 1 0', 'T1 1000000000 1 0']) expect(() => parseTimes(Buffer.from(line))).toThrow(BadRecord)
})

test('names that lead elsewhere', () => {
  for (const name of ['', '.', '..', '/', 'a/b', '../a', 'a\0b']) expect(leadsElsewhere(Buffer.from(name)), name).toBe(true)
  for (const name of ['...', '.a', '-f', ' ', 'a b', '~']) expect(leadsElsewhere(Buffer.from(name)), name).toBe(false)
})

test.each([
  ['dir/file', ['file'], ['dir', 'other', '.bashrc']], ['*.txt', ['a.txt', '.txt'], ['a.text']], ['dir/', [], ['dir', 'x']], ['~/{a,b{1,2},c}.x', ['a.x', 'b1.x', 'b2.x', 'c.x'], ['b.x', 'a', '{a']], ['[ab]', ['a', 'b'], ['c', '[ab]']],
  ['s\\ p', ['s p'], ['s\\ p']], ['{d/x,e/y}', ['x', 'y'], ['d']], ['a{}b', ['a{}b'], ['ab']], ['a{b', ['a{b'], ['ab']], ['a\\{b,c}', ['a{b,c}'], ['ab', 'ac}']],
])('what %s asks for', (path, wanted, others) => {
  const isRequested = requestedNames(path)
  expect([...wanted, ...others].filter(isRequested)).toEqual(wanted)
})

test('braces without end are refused', () => {
  expect(() => requestedNames('{a,b}'.repeat(20))).toThrow(RangeError)
})

test('the target of -R is a word that the shell of the other host takes for a name', () => {
  expect(wordOf({ host: 'b', options: [], path: '~/a b/*' })).toBe('b:~/a b/*')
  expect(wordOf({ host: '::1', options: [['User', 'ada']], path: '' })).toBe('ada@[::1]:')
})

test.each([
  ['b;id', undefined], ['$(id)', undefined], ['`id`', undefined], ['b id', undefined], ['-oProxyCommand=id', undefined], ['b', '$(id)'], ['b', 'ada;id'], ['b', 'ada id'], ['b', '-oProxyCommand=id'], ['b', '#ada'],
])('a target of -R that the shell would run is refused: %j, %j', (host, user) => {
  expect(() => wordOf({ host, options: user === undefined ? [] : [['User', user]], path: 'x' })).toThrow(UsageError)
})
