import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KnownHostsFile } from '../../../src/host-key/known-hosts/file.ts'
import { formatKnownHostsLine } from '../../../src/host-key/known-hosts/line.ts'
import { keyPair } from '../../support/key-pairs.ts'
import { seededRandom } from '../../support/random.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { bare, blob, findWithSshKeygen, newKey } from './ssh-keygen.ts'

const directory = temporaryDirectory('known-hosts')
afterAll(() => directory.remove())

let a: string, b: string, rsa: string
beforeAll(async () => {
  a = newKey(directory, 'a')
  b = newKey(directory, 'b')
  rsa = bare((await keyPair('rsa', 'host')).publicKey)
})

const found = async (text: string, host: string, port?: number) => (await new KnownHostsFile(text).find(host, port)).map(formatKnownHostsLine)

describe('find agrees with ssh-keygen -F', () => {
  const names: readonly (readonly [string, number?])[] = [['host.example'], ['HOST.Example'], ['bad.example'], ['other'], ['host.example', 2222], ['host.example', 22], ['192.168.7.9'], ['::1'], ['::1', 2200], ['x.sub.example'], ['plain', 22]]
  const text = () => [
    '# comment', '', '   # indented comment', `@revoked * ${b}`, `@cert-authority *.example,!bad.example ${a}`, `host.example,192.168.7.9 ${a} a comment`,
    `  HOST.example\t\t${rsa}`, `[host.example]:2222 ${a}`, `*.example,!bad.example ${b}`, `!* ${b}`, `::1,[::1]:2200 ${a}`, `192.168.?.* ${rsa}`, `[*]:2222 ${b}`, `,plain,, ${a}`,
    `other ssh-ed25519`, 'other', `other ssh-rsa ${a.split(' ')[1]}`, `@unknown other ${a}`, `other 1024 35 1234567`, `|1|xx|yy ${a}`, `other ssh-ed25519 !!!!`,
  ].join('\n')
  const port = (host: string, number?: number) => number === undefined || number === 22 ? host : `[${host}]:${number}`
  const normal = (lines: readonly string[]) => lines.map((line) => line.trim().replaceAll(/[ \t]+/g, ' '))
  /** Unlike our `find`, ssh-keygen shows lines whose key it has not parsed. */
  const parsed = (lines: readonly string[]) => lines.filter((line) => new KnownHostsFile(line).entries.length > 0)

  for (const [host, number] of names) {
    test(`${host} ${number}`, async () => {
      expect(await found(text(), host, number)).toEqual(normal(parsed(findWithSshKeygen(directory, text(), port(host, number)))))
    })
  }

  test('in a file hashed by ssh-keygen -H', async () => {
    const file = directory.file('hashed')
    writeFileSync(file, text().split('\n').filter((line) => parsed([line]).length > 0).map((line) => `${line}\n`).join(''))
    execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'pipe' })
    const hashed = readFileSync(file, 'utf8')
    expect(hashed).toContain('|1|')
    expect(hashed).not.toContain('192.168.7.9')
    // ssh-keygen hashes the name as it is given; ssh asks for the name in lower case, as we do.
    for (const [host, number] of names) {
      const expected = normal(parsed(findWithSshKeygen(directory, hashed, port(host.toLowerCase(), number))))
      expect(await found(hashed, host, number), host).toEqual(expected)
    }
    expect((await found(hashed, 'host.example')).filter((line) => line.startsWith('|1|'))).toHaveLength(2)
  })

  test('random pattern lists', async () => {
    const random = seededRandom(2)
    const pick = (letters: string, length: number) => Array.from({ length: random.below(length) }, () => letters[random.below(letters.length)]).join('')
    const lines = Array.from({ length: 400 }, () => `x${pick('ab.*?,!', 9)} ${a}`)
    for (const host of ['x', 'xa', 'xab', 'xb.a', 'x.', 'xaa']) {
      expect(await found(lines.join('\n'), host), host).toEqual(normal(findWithSshKeygen(directory, lines.join('\n'), host)))
    }
  })
})

describe('add', () => {
  test('writes lines that ssh-keygen -F finds, plain and hashed', async () => {
    const file = new KnownHostsFile()
    await file.add('Host.Example', 22, blob(a))
    await file.add('host.example', 2222, blob(rsa), { hash: true })
    await file.add('::1', 22, blob(b), { comment: 'by me' })
    await file.add('example', 22, blob(b), { marker: '@revoked' })
    const text = file.toString()
    expect(text.split('\n')[0]).toBe(`host.example ${a}`)
    expect(text).not.toContain('2222')
    expect(findWithSshKeygen(directory, text, 'host.example')).toEqual([`host.example ${a}`])
    expect(findWithSshKeygen(directory, text, '[host.example]:2222')).toHaveLength(1)
    expect(findWithSshKeygen(directory, text, '::1')).toEqual([`::1 ${b} by me`])
    expect(findWithSshKeygen(directory, text, 'example')).toEqual([`@revoked example ${b}`])
    expect(await file.find('host.example', 2222)).toHaveLength(1)
  })

  test('salts each hash anew', async () => {
    const file = new KnownHostsFile()
    expect(await file.add('h', 22, blob(a), { hash: true })).not.toBe(await file.add('h', 22, blob(a), { hash: true }))
  })

  test.each(['', 'a b', 'a\nb', 'a\tb', 'a\r', '*', 'a,b', '!a', '?', '|1|x', '#a', '@revoked', 'a\u0000b', 'a\u2028b', 'a\u200bb'])('refuses the host name %j', async (host) => {
    const file = new KnownHostsFile()
    await expect(file.add(host, 22, blob(a))).rejects.toThrow(TypeError)
    expect(file.toString()).toBe('')
  })

  test('refuses a comment of two lines and text that is not a key', async () => {
    const file = new KnownHostsFile()
    await expect(file.add('h', 22, blob(a), { comment: 'x\n* ssh-rsa' })).rejects.toThrow(TypeError)
    await expect(file.add('h', 22, blob(a).subarray(0, 20))).rejects.toMatchObject({ code: 'ERR_KEY_FORMAT' })
    expect(file.toString()).toBe('')
  })
})

describe('remove', () => {
  test('leaves what ssh-keygen -R leaves', async () => {
    const valid = [`# c`, `@revoked h ${b}`, `@cert-authority h ${a}`, `h ${a}`, `h,g ${b}`, `g ${a}`, `[h]:22 ${a}`, `[h]:23 ${a}`, `* ${rsa}`, ''].join('\n')
    const path = directory.file('remove')
    writeFileSync(path, valid)
    execFileSync('ssh-keygen', ['-R', 'h', '-f', path], { stdio: 'pipe' })
    const file = new KnownHostsFile(`${valid}garbage\n`)
    expect(await file.remove('h')).toBe(3)
    expect(file.toString()).toBe(`${readFileSync(path, 'utf8')}garbage\n`)
  })

  test('of one key only', async () => {
    const file = new KnownHostsFile(`h ${a}\nh ${b}\n`)
    expect(await file.remove('h', 22, blob(a))).toBe(1)
    expect(file.toString()).toBe(`h ${b}\n`)
  })
})

test.each([
  ['a key of another type than is written', () => `h ssh-rsa ${a.split(' ')[1]}`], ['no key', () => 'h ssh-ed25519'], ['only a name', () => 'h'], ['an unknown marker', () => `@x h ${a}`], ['two markers', () => `@revoked @revoked h ${a}`],
  ['bad base64', () => `h ssh-ed25519 !${a.split(' ')[1]}`], ['a key that is cut off', () => `h ${a.slice(0, -8)}`], ['a damaged hash', () => `|1|AAAA|AAAA ${a}`], ['another kind of hash', () => `|2|x|y ${a}`], ['keys of protocol 1', () => 'h 1024 35 123456789'],
])('%s is garbage', (_name, line) => {
  const warnings: number[] = []
  const file = new KnownHostsFile(`${line()}\n`, { onWarning: (_problem, number) => warnings.push(number) })
  expect(file.entries).toEqual([])
  expect(warnings).toEqual([1])
})

test('garbage is reported with its line, and kept; so are comments, white space and carriage returns', async () => {
  const warnings: string[] = []
  const text = `h ${a}\r\nh ssh-ed25519 AAAA\n\n # c\n@bad h ${a}\nh ${b}`
  const file = new KnownHostsFile(text, { onWarning: (problem, line) => warnings.push(`${line}: ${problem}`) })
  expect(warnings).toEqual([expect.stringMatching(/^2: /), '5: the marker is unknown'])
  expect(file.toString()).toBe(`${text}\n`)
  expect(await file.find('h')).toHaveLength(2)
  expect(warnings.join()).not.toContain('AAAA')
})
