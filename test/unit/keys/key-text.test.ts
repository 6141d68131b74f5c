// Texts of keys before they are read: encodings, quotes, blanks, escapes, and what is no key. Each at its edges; test/wild/pasted-keys.test.ts has whole keys.
// The modules are loaded anew for each test, because their tables are made while they load.
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { times, watchWiping } from './wiped.ts'

const keyText = () => import('../../../src/keys/files/key-text.ts')
const escapes = () => import('../../../src/keys/files/escapes.ts')
beforeEach(() => { vi.resetModules() })

const utf8 = (text: string) => new Uint8Array(Buffer.from(text))
const hex = (digits: string) => new Uint8Array(Buffer.from(digits.replaceAll(' ', ''), 'hex'))
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
/** What lies behind a text in its buffer. */
const behind = (bytes: Uint8Array) => new Uint8Array(bytes.buffer, bytes.byteOffset + bytes.length)
const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0)

describe('encodings', () => {
  test.each<[name: string, bytes: string, text: string]>([
    ['nothing', '', ''], ['one byte', '41', 'A'], ['two zeros', '0000', ''],
    ['UTF-16 with its mark', 'fffe 4100 4200', 'AB'], ['of the other order', 'feff 0041 0042', 'AB'], ['without a mark', '4100 4200', 'AB'], ['without a mark, of the other order', '0041 0042', 'AB'],
    ['UTF-16 with half a character', '4100 42', 'A'], ['UTF-16 with a character that is not of ASCII', '4100 ac20 4200', 'A?B'], ['of the other order', '0041 20ac 0042', 'A?B'],
    ['a control character', '0100 4100 4200', 'AB'], ['of the other order', '0001 0041 0042', 'AB'], ['two zeros before', '0000 0041 0042', 'A\0B'],
    ['half of a mark', 'ff41 42', '\u00ffAB'], ['the other half of a mark', '41fe 42', 'A\u00feB'], ['half of the other mark', 'fe41 42', '\u00feAB'], ['the other half', '41ff 42', 'A\u00ffB'],
    ['a first character that is not of ASCII', 'ff00 4200', 'B'.padStart(2, '\u00ff')],
  ])('%s', async (_, bytes, text) => {
    const { keyText: read } = await keyText()
    expect(textOf(read(hex(bytes)))).toBe(text)
  })
  test.each(['4100 4200 4300', '0041 0042 0043', '4100 4200 43'])('UTF-16 (%s) leaves nothing behind', async (bytes) => {
    const result = (await keyText()).keyText(hex(bytes))
    expect(isZero(behind(result))).toBe(true)
  })
  test('the source is left as it is', async () => {
    const { keyText: read } = await keyText()
    const source = utf8('key')
    read(source).fill(0)
    expect(source).toEqual(utf8('key'))
  })
})

describe('quotes and white space', () => {
  test.each<[given: string, text: string]>([
    [' \t\r\n\0key\n ', 'key'], ['"key"', 'key'], ['\'key\'', 'key'], ['`key`', 'key'], ['"\'key\'"', 'key'], [' " key " ', 'key'], ['\ufeffkey', 'key'], ['"\ufeffkey"', 'key'], ['\ufeff "key"', 'key'],
    ['"key', '"key'], ['key"', 'key"'], ['"key\'', '"key\''], ['"', '"'], ['""', ''], ['" "', ''], ['"\'"', '\''], ['  ', ''], ['a b', 'a b'], ['!key!', '!key!'], ['\ufeff', ''], ['"a"b"', 'a"b'],
  ])('%j is %j', async (given, text) => {
    expect(textOf((await keyText()).keyText(given))).toBe(text)
  })
  test.each<[name: string, bytes: Uint8Array]>([['OpenSSH\'s format', utf8('openssh-key-v1\0 ')], ['DER', Uint8Array.of(0x30, 16, ...new Uint8Array(16).fill(0x20))]])('%s has none to trim', async (_, bytes) => {
    expect((await keyText()).keyText(bytes)).toEqual(bytes)
  })
})

test.each<[name: string, bytes: Uint8Array, is: boolean]>([
  ['a short length that is right', Uint8Array.of(0x30, 15, ...new Uint8Array(15)), true], ['one byte less', Uint8Array.of(0x30, 14, ...new Uint8Array(14)), false],
  ['a short length that is wrong', Uint8Array.of(0x30, 14, ...new Uint8Array(15)), false], ['a long length', Uint8Array.of(0x30, 0x80, ...new Uint8Array(15)), true],
  ['a length just below', Uint8Array.of(0x30, 0x7f, ...new Uint8Array(15)), false], ['another tag', Uint8Array.of(0x31, 15, ...new Uint8Array(15)), false], ['nothing', new Uint8Array(), false],
])('DER: %s', async (_, bytes, is) => {
  expect((await keyText()).isDer(bytes)).toBe(is)
})

test.each<[text: string, part: string | undefined]>([
  ['PuTTY-User-Key-File-3: x', 'PuTTY-User-Key-File-3: x'], ['PP PuTTY-User-Key-File-2: y', 'PuTTY-User-Key-File-2: y'], ['PPuTTY-User-Key-File-2: z', 'PuTTY-User-Key-File-2: z'], ['PuTTY-User-Key-Fil', undefined], ['PuTTY-User-Key-File', undefined], ['x', undefined], ['', undefined],
])('the part of %j that is PuTTY\'s', async (text, part) => {
  const found = (await keyText()).puttyPart(utf8(text))
  expect(found && textOf(found)).toBe(part)
})

test('the most that is read as a key', async () => {
  expect((await keyText()).MAXIMUM_LENGTH).toBe(262_144)
})

test('how a text starts', async () => {
  const { startsWith } = await keyText()
  expect([['abc', 'ab'], ['ab', 'ab'], ['a', 'ab'], ['xb', 'ab'], ['abc', '']].map(([text, start]) => startsWith(utf8(text!), start!))).toEqual([true, true, false, false, true])
})

describe('armour', () => {
  const armour = (between: string) => utf8(`-----BEGIN X KEY-----\nAAEC${between}AwQF\n-----END X KEY-----\n`)
  const BLANKS = [0x20, 0x85, 0xa0, ...Array.from({ length: 14 }, (_, index) => 0x2000 + index), 0x2028, 0x2029, 0x202f, 0x2060, 0x3000, 0xfeff]
  test.each(BLANKS)('U+%x is a blank', async (code) => {
    const { findArmour } = await keyText()
    const text = armour(String.fromCodePoint(code)), before = text.slice()
    const block = findArmour(text, (label) => label === 'X KEY')
    expect(block?.bytes).toEqual(Uint8Array.of(0, 1, 2, 3, 4, 5))
    expect(text).toEqual(before)
  })
  test.each([0x84, 0x86, 0x9f, 0xa1, 0xc0, 0x1fff, 0x200e, 0x2027, 0x202a, 0x202e, 0x2030, 0x205f, 0x2061, 0x2fff, 0x3001, 0xfefe])('U+%x is none', async (code) => {
    const { findArmour } = await keyText()
    expect(() => findArmour(armour(String.fromCodePoint(code)), () => true)).toThrow()
  })
  test('NUL is none, nor does it make one of what follows', async () => {
    const { findArmour } = await keyText()
    expect(() => findArmour(armour('\0\u0085'), () => true)).toThrow()
  })
  test('its copy of the text is zeroed', async () => {
    const { findArmour, decodedWhole } = await keyText()
    const text = armour(''), whole = utf8(Buffer.alloc(48, 'x').toString('base64'))
    expect(times(await watchWiping(() => findArmour(text, () => true)), text)).toBe(1)
    expect(times(await watchWiping(() => decodedWhole(whole)), whole)).toBe(1)
  })
  test('a wanted label only', async () => {
    expect((await keyText()).findArmour(armour(''), (label) => label === 'Y KEY')).toBeUndefined()
  })
  test('escapes are undone, a character that is cut short is none', async () => {
    const { findArmour } = await keyText()
    expect(findArmour(utf8(textOf(armour('')).replaceAll('\n', '\\n')), () => true)?.bytes).toHaveLength(6)
    expect(findArmour(Uint8Array.of(...armour(''), 0xe2, 0x80), () => true)?.bytes).toHaveLength(6)
    expect(findArmour(Uint8Array.of(...armour(''), 0xc2), () => true)?.bytes).toHaveLength(6)
  })
})

describe('base64 of a whole file', () => {
  const whole = Buffer.alloc(48, 'x').toString('base64')
  test.each<[name: string, text: string, decoded: boolean]>([
    ['64 characters', whole, true], ['wrapped', whole.replace(/.{10}/g, '$&\r\n'), true], ['escaped', whole.replace(/.{10}/g, '$&\\n'), true], ['63 characters', whole.slice(1), false],
    ['63 characters of another length', `${whole.slice(0, 62)}=`, false], ['a character of another alphabet', `${whole}-AAA`, false], ['padding in the middle', `${whole.slice(0, 32)}=${whole.slice(33)}AAAA`, false], ['nothing', '', false],
  ])('%s', async (_, text, decoded) => {
    const { decodedWhole } = await keyText()
    const source = utf8(text), before = source.slice()
    expect(decodedWhole(source)).toEqual(decoded ? new Uint8Array(48).fill(0x78) : undefined)
    expect(source).toEqual(before)
  })
})

describe('escapes', () => {
  test.each<[given: string, text: string]>([
    ['a', 'a'], ['a\\nb', 'a\nb'], ['a\\rb', 'a\rb'], ['a\\tb', 'a b'], ['a\\/b', 'a/b'], ['a\\"b', 'a"b'], ['a\\\'b', 'a\'b'], ['a\\\nb', 'a\nb'], ['a\\\rb', 'a\rb'],
    ['\\u000ab', '\nb'], ['\\u000Ab', '\nb'], ['\\u000db', '\rb'], ['\\u0020b', ' b'], ['\\u002fb', '/b'], ['\\x0ab', '\nb'], ['\\x2Fb', '/b'],
    ['a\\qb', 'a\\qb'], ['a\\', 'a\\'], ['\\u000b', '\\u000b'], ['\\u010a', '\\u010a'], ['\\x0', '\\x0'],
    ['a\\\\nb', 'a\nb'], ['a\\\\\\\\nb', 'a\nb'], [`a${'\\'.repeat(8)}nb`, 'a\nb'], [`a${'\\'.repeat(16)}nb`, 'a\\nb'],
  ])('%j is %j', async (given, text) => {
    const { unescaped } = await escapes()
    const source = utf8(given)
    const result = unescaped(source)
    expect(textOf(result)).toBe(text)
    expect(isZero(behind(result))).toBe(true)
    expect(result.buffer).toBe(source.buffer)
  })
  test('until it is done', async () => {
    const { unescaped } = await escapes()
    expect(textOf(unescaped(utf8('a\\\\nb'), (text) => text.length < 5))).toBe('a\\nb')
    expect(textOf(unescaped(utf8('a\\nb'), () => true))).toBe('a\\nb')
  })
})

describe('what is no key', () => {
  const notAKey = async (text: Uint8Array) => (await import('../../../src/keys/files/not-a-key.ts')).notAKey(text)
  test.each<[text: string, code: string, message: RegExp]>([
    ['', 'FORMAT', /is empty/], ['[object Promise]', 'FORMAT', /a Promise that was turned into text/], ['[object Object]', 'FORMAT', /an object that was turned into text/], ['undefined', 'FORMAT', /a value that is missing/],
    ['${KEY}', 'FORMAT', /a placeholder/], ['%KEY%', 'FORMAT', /a placeholder/], ['<your key>', 'FORMAT', /a placeholder/], ['ssh-ed25519 AAAA', 'FORMAT', /a public key/], ['-----BEGIN PUBLIC KEY-----', 'FORMAT', /a public key/],
    ['-----BEGIN CERTIFICATE-----', 'FORMAT', /X\.509/], ['-----BEGIN PGP PRIVATE KEY', 'FORMAT', /PGP/], ['--- BEGIN RSA PRIVATE KEY', 'FORMAT', /lines around the private key/], ['<!doctype html>', 'FORMAT', /a page/],
    ['{"a": 1}', 'FORMAT', /JSON/], ['SHA256:abc', 'FORMAT', /fingerprint/], ['/home/me/.ssh/id_rsa', 'FORMAT', /a path/], ['C:\\keys\\id', 'FORMAT', /a path/], ['what else', 'FORMAT', /not a private key of a known format/],
    [`${'a'.repeat(196)}.pem`, 'FORMAT', /a path/], [`${'a'.repeat(197)}.pem`, 'FORMAT', /not a private key of a known format/],
    ['---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----', 'UNSUPPORTED', /ssh\.com/], ['SSH PRIVATE KEY FILE FORMAT 1.1', 'UNSUPPORTED', /version 1/],
  ])('%j', async (text, code, message) => {
    const error = await notAKey(utf8(text))
    expect(error).toMatchObject({ name: 'KeyError', code: `ERR_KEY_${code}`, message: expect.stringMatching(message) as string })
  })
  test('DER', async () => {
    expect(await notAKey(Uint8Array.of(0x30, 15, ...new Uint8Array(15)))).toMatchObject({ code: 'ERR_KEY_UNSUPPORTED', message: expect.stringMatching(/binary DER/) as string })
  })
  test('values of other types', async () => {
    const { checkKeyType } = await import('../../../src/keys/files/not-a-key.ts')
    const check: (key: unknown) => void = checkKeyType
    for (const right of ['', new Uint8Array(), Buffer.from('x')]) expect(() => check(right)).not.toThrow()
    for (const [wrong, message] of [[undefined, 'the private key is undefined'], [null, 'the private key is null'], [Promise.resolve(''), 'is a Promise: await it'], [5, 'must be its text or its bytes'], [new Proxy(new Uint8Array(), {}), 'must be its text or its bytes'], [new ArrayBuffer(1), 'must be its text or its bytes'], [new DataView(new ArrayBuffer(1)), 'must be its text or its bytes']] as const) {
      expect(() => check(wrong)).toThrow(TypeError)
      expect(() => check(wrong)).toThrow(message)
    }
  })
})
