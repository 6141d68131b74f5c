import { describe, expect, test } from 'vitest'
import { getopt } from '../../../src/cli/getopt.ts'
import { parsePlace } from '../../../src/cli/scp/place.ts'
import { parseSsh } from '../../../src/cli/ssh/arguments.ts'
import { expandHosts } from '../../../src/cli/each/host-range.ts'
import { splitLine } from '../../../src/cli/sftp/words.ts'
import { UsageError } from '../../../src/cli/usage-error.ts'

describe('options as getopt(3) takes them', () => {
  test.each([
    [['-nqF', 'file', 'h'], [['n', ''], ['q', ''], ['F', 'file']], ['h']],
    [['-nqFfile', 'h'], [['n', ''], ['q', ''], ['F', 'file']], ['h']],
    [['-p22', '--', '-x'], [['p', '22']], ['-x']],
    [['-', 'h'], [], ['-', 'h']],
    [['h', '-n'], [], ['h', '-n']],
    [['-F', '--', 'h'], [['F', '--']], ['h']],
  ])('%j', (words, options, rest) => {
    expect(getopt(words, 'nqF:p:')).toEqual({ options, rest })
  })

  test('what is no option, or lacks its value, is a mistake', () => {
    expect(() => getopt(['-z'], 'n')).toThrow(UsageError)
    expect(() => getopt(['-F'], 'F:')).toThrow(/requires an argument/)
    expect(() => getopt(['-:'], 'F:')).toThrow(UsageError)
  })
})

describe('the command line of ssh', () => {
  const parse = (...words: string[]) => parseSsh(words)

  test('options stand on both sides of the host, and belong to the command from its first word on', () => {
    expect(parse('-p', '1', 'me@host', '-nl', 'other', 'ls', '-p', '2')).toMatchObject({ host: 'host', command: 'ls -p 2', options: [['StdinNull', 'yes'], ['Port', '1'], ['User', 'me'], ['User', 'other']] })
    expect(parse('host', '-p', '2222', 'cmd')).toMatchObject({ host: 'host', command: 'cmd', options: [['Port', '2222']] })
  })

  test.each([[['host', '--', 'a', '--', 'b'], 'a -- b'], [['--', 'host', 'a'], 'a'], [['host', '--', '-x'], '-x'], [['host', ''], ''], [['host'], '']])('%j runs %j', (words, command) => {
    expect(parseSsh(words)).toMatchObject({ host: 'host', command })
  })

  test.each([
    ['ssh://me@host:2222', 'host', [['User', 'me'], ['Port', '2222']]], ['ssh://[::1]:22', '::1', [['Port', '22']]], ['ssh://a%40b@host', 'host', [['User', 'a@b']]],
    ['a@b@host', 'host', [['User', 'a@b']]], ['::1', '::1', []], ['host:2222', 'host', [['Port', '2222']]], ['[::1]:2222', '::1', [['Port', '2222']]],
  ])('%s', (destination, host, options) => {
    expect(parse(destination)).toMatchObject({ host, options })
  })

  test.each([[[]], [['@host']], [['ssh://']], [['-O', 'chec', 'h']], [['-1', 'h']], [['-W', 'x', 'h']], [['-L', '1', 'h']], [['-Z', 'h']], [['h', '-Z']], [['-s', 'h']]])('%j is a mistake', (words) => {
    expect(() => parseSsh(words)).toThrow(UsageError)
  })

  test('forwardings, terminals and -W become lines of the configuration', () => {
    expect(parse('-tt', '-L', '8080:h:80', '-R', '0', '-D[::1]:1', 'h')).toMatchObject({ options: [['RequestTTY', 'force'], 'LocalForward "8080" "[h]:80"', 'RemoteForward "0"', 'DynamicForward "[::1]:1"'] })
    expect(parse('-W', '[::1]:22', 'h')).toMatchObject({ stdioForward: { host: '::1', port: 22 }, defaults: [['ExitOnForwardFailure', 'yes'], ['ClearAllForwardings', 'yes']] })
  })
})

describe('places of scp', () => {
  test.each([
    ['/a:b', { local: '/a:b' }], ['./a:b', { local: './a:b' }], ['h:a b', { host: 'h', options: [], path: 'a b' }], ['me@h:', { host: 'h', options: [['User', 'me']], path: '' }], ['[::1]:/x', { host: '::1', options: [], path: '/x' }],
    ['scp://me@h:2222/a%20b', { host: 'h', options: [['User', 'me'], ['Port', '2222']], path: 'a b' }], ['a', { local: 'a' }],
  ])('%s', (text, place) => {
    expect(parsePlace(text, 'linux')).toEqual(place)
  })

  test('a drive letter of Windows is no host there', () => {
    expect(parsePlace('C:\\x', 'win32')).toEqual({ local: 'C:\\x' })
    expect(parsePlace('C:/x', 'win32')).toEqual({ local: 'C:/x' })
    expect(parsePlace('C:/x', 'linux')).toMatchObject({ host: 'C' })
    expect(parsePlace('cc:/x', 'win32')).toMatchObject({ host: 'cc' })
  })
})

test('lines of sftp', () => {
  expect(splitLine(`get "a b" 'c*' d\\ e *.txt # rest`)).toEqual(['get', 'a b', 'c\\*', 'd e', '*.txt'])
  expect(splitLine('  ')).toEqual([])
  expect(() => splitLine('get "a')).toThrow(/Unterminated/)
})

test('ranges of hosts', () => {
  expect(expandHosts('web[01-03].x')).toEqual(['web01.x', 'web02.x', 'web03.x'])
  expect(expandHosts('{a,b}[1,3-4]')).toEqual(['a1', 'a3', 'a4', 'b1', 'b3', 'b4'])
  expect(expandHosts('me@[::1]')).toEqual(['me@[::1]'])
  expect(() => expandHosts('a[3-1]')).toThrow(RangeError)
  expect(() => expandHosts('a[1-999999999]')).toThrow(RangeError)
  expect(() => expandHosts('a[1-1000][1-1000]')).toThrow(RangeError)
})
