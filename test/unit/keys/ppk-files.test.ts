// PuTTY's key files (PuTTY manual, appendix C), line by line: built here with node:crypto, so that every line can be another one.
import { createCipheriv, createHash, createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { argon2id } from '@noble/hashes/argon2.js'
import { describe, expect, test } from 'vitest'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import { readPpkFile } from '../../../src/keys/files/ppk/file.ts'
import { readPpkPrivateKey } from '../../../src/keys/files/ppk/private-key.ts'
import { publicPartOf } from '../../../src/keys/files/public-part.ts'
import { formatPrivateKey } from '../../../src/keys/generate-key-pair.ts'
import { later } from '../../../src/keys/steps.ts'
import { mpint, publicBlobOf, string } from './independent-verifier.ts'
import { times, watchWiping } from './wiped.ts'

const ed25519 = generateKeyPairSync('ed25519').privateKey, ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const PASS = 'a passphrase', SALT = Buffer.from('a salt of a test')
const part = (key: KeyObject, name: keyof JsonWebKey) => Buffer.from(key.export({ format: 'jwk' })[name] as string, 'base64url')

function privatePart(key: KeyObject): Buffer {
  if (key.asymmetricKeyType === 'rsa') return Buffer.concat((['d', 'p', 'q', 'qi'] as const).map((name) => mpint(part(key, name))))
  return key.asymmetricKeyType === 'ec' ? mpint(part(key, 'd')) : string(part(key, 'd'))
}

interface Parts {
  key?: KeyObject, version?: 2 | 3, encryption?: string, comment?: string, type?: string, publicBlob?: Buffer, plain?: Buffer, padding?: number
  /** In place of what the line has by right. */ mac?: string, lines?: (lines: string[]) => string[], first?: string
}
function file({ key = ed25519, version = 3, encryption = 'none', comment = 'the comment', publicBlob = publicBlobOf(key), type = publicBlob.subarray(4, 4 + publicBlob.readUInt32BE(0)).toString(), plain: given = privatePart(key), padding, mac, first, lines = (same) => same }: Parts = {}): string {
  const encrypted = encryption === 'aes256-cbc', sha1 = (...parts: (Buffer | string)[]) => createHash('sha1').update(Buffer.concat(parts.map((one) => Buffer.from(one as string)))).digest()
  const plain = Buffer.concat([given, Buffer.alloc(padding ?? (encrypted ? (16 - given.length % 16) % 16 : 0), 5)])
  const derived = version === 3 && encrypted ? Buffer.from(argon2id(Buffer.from(PASS), SALT, { m: 8, t: 1, p: 1, dkLen: 80 })) : Buffer.alloc(80)
  const cipherKey = version === 3 ? derived.subarray(0, 32) : Buffer.concat([sha1(Buffer.of(0, 0, 0, 0), PASS), sha1(Buffer.of(0, 0, 0, 1), PASS)]).subarray(0, 32)
  const macKey = version === 2 ? sha1('putty-private-key-file-mac-key', encrypted ? PASS : '') : encrypted ? derived.subarray(48) : Buffer.alloc(0)
  const right = createHmac(version === 2 ? 'sha1' : 'sha256', macKey).update(Buffer.concat([type, encryption, comment, publicBlob, plain].map((one) => string(one)))).digest('hex')
  const cipher = createCipheriv('aes-256-cbc', cipherKey, derived.subarray(32, 48)).setAutoPadding(false)
  const wrapped = (blob: Buffer) => blob.toString('base64').match(/.{1,64}/g) ?? []
  const [open, hidden] = [wrapped(publicBlob), wrapped(encrypted && plain.length % 16 === 0 ? Buffer.concat([cipher.update(plain), cipher.final()]) : plain)]
  return lines([
    first ?? `PuTTY-User-Key-File-${version}: ${type}`, `Encryption: ${encryption}`, `Comment: ${comment}`, `Public-Lines: ${open.length}`, ...open,
    ...version === 3 && encrypted ? ['Key-Derivation: Argon2id', 'Argon2-Memory: 8', 'Argon2-Passes: 1', 'Argon2-Parallelism: 1', `Argon2-Salt: ${SALT.toString('hex')}`] : [],
    `Private-Lines: ${hidden.length}`, ...hidden, `Private-MAC: ${mac ?? right}`, '',
  ]).join('\n')
}
const open = (text: string, passphrase: string | undefined = PASS) => later(readPpkPrivateKey(new Uint8Array(Buffer.from(text)), passphrase === undefined ? undefined : new Uint8Array(Buffer.from(passphrase))))
const isKey = async (text: string, key: KeyObject, comment = 'the comment', passphrase: string | undefined = PASS) => {
  const parsed = await parsePrivateKey(text, passphrase === undefined ? {} : { passphrase })
  expect([Buffer.from(parsed.publicKey), parsed.comment]).toEqual([publicBlobOf(key), comment])
}
const changed = (from: string | RegExp, to: string) => (lines: string[]) => lines.join('\n').replace(from, to).split('\n')

describe.each([2, 3] as const)('version %d', (version) => {
  test.each([['ed25519', ed25519], ['ecdsa', ec], ['rsa', rsa]])('%s, plain and encrypted', async (_, key) => {
    await isKey(file({ key, version }), key, 'the comment', undefined)
    await isKey(file({ key, version, encryption: 'aes256-cbc' }), key)
  })
  test('a passphrase that is missing or wrong', async () => {
    const text = file({ version, encryption: 'aes256-cbc' })
    await expect(parsePrivateKey(text)).rejects.toMatchObject({ code: 'ERR_KEY_PASSPHRASE_REQUIRED' })
    await expect(parsePrivateKey(text, { passphrase: 'another' })).rejects.toMatchObject({ code: 'ERR_KEY_PASSPHRASE_WRONG' })
  })
  test('everything is covered by the MAC', async () => {
    const wrong = { code: 'ERR_KEY_FORMAT', message: 'the MAC of the PuTTY key file is wrong' }
    for (const lines of [changed('the comment', 'another'), changed(/MAC: ./, 'MAC: '), changed(/MAC: (.)/, (version === 2 ? 'MAC: 0' : 'MAC: 1')), changed(/MAC: .*/, 'MAC: zz')]) {
      const text = file({ version, lines })
      if (text !== file({ version })) await expect(open(text)).rejects.toMatchObject(wrong)
    }
    await expect(open(file({ version, mac: '' }))).rejects.toMatchObject(wrong)
    await expect(open(file({ version, encryption: 'aes256-cbc', mac: '00' }))).rejects.toMatchObject({ code: 'ERR_KEY_PASSPHRASE_WRONG' })
  })
})

describe('lines', () => {
  test.each<[name: string, text: () => string, comment?: string]>([
    ['with CR LF', () => file().replaceAll('\n', '\r\n')], ['indented, with empty lines between', () => `\n\n${file().replace(/^/gm, '  ').replaceAll('\n', '\n\n')}`], ['with blanks behind them', () => file().replace(/^(PuTTY.*|Encryption.*|Private-MAC.*)$/gm, '$1  ')],
    ['with blanks behind the comment, as it was pasted', () => file().replace('the comment', 'the comment '), 'the comment '], ['with blanks behind the comment, as it is', () => file({ comment: 'x ' }), 'x '], ['without a comment', () => file({ comment: '' }), ''],
    ['with a colon and a backslash in the comment', () => file({ comment: 'C:\\new: key' }), 'C:\\new: key'], ['written as \\n', () => file().trim().replaceAll('\n', '\\n')], ['with a MAC in capitals', () => file().replace(/MAC: (.*)/, (_, mac: string) => `MAC: ${mac.toUpperCase()}`)],
    ['with CR only, and a backslash in the comment', () => file({ comment: 'C:\\new: key' }).replaceAll('\n', '\r'), 'C:\\new: key'],
    ['with more behind the MAC', () => file().replace(/MAC: (.*)/, 'MAC: $1 and more')], ['with more lines behind', () => `${file()}one more\n`], ['without a space behind the colon', () => file().replace('Comment: ', 'Comment:')],
  ])('%s', async (_, text, comment) => {
    await isKey(text(), ed25519, comment)
  })
  const format = 'ERR_KEY_FORMAT', unsupported = 'ERR_KEY_UNSUPPORTED'
  test.each<[name: string, parts: Parts, code: string, message: RegExp]>([
    ['another first line', { first: 'PuTTY-User-Key-File-x: ssh-ed25519' }, format, /no valid first line/], ['version 1', { first: 'PuTTY-User-Key-File-1: ssh-ed25519' }, unsupported, /of this version/], ['version 4', { first: 'PuTTY-User-Key-File-4: ssh-ed25519' }, unsupported, /of this version/],
    ['one line', { lines: (lines) => [lines.join(' ')] }, format, /lost its line breaks/], ['three lines', { lines: (lines) => lines.slice(0, 4) }, format, /lost its line breaks/], ['four lines behind the first', { lines: (lines) => lines.slice(0, 5) }, format, /Private-Lines|invalid/],
    ['no encryption', { lines: changed(/Encryption.*\n/, '') }, format, /no Encryption where/], ['no comment', { lines: changed(/Comment.*\n/, '') }, format, /no Comment where/], ['no colon', { lines: changed('Comment:', 'Comment') }, format, /no Comment where/], ['a name with a letter more and no colon', { lines: changed('Comment: the comment', 'Commentx') }, format, /no Comment where/],
    ['no public lines', { lines: changed(/Public-Lines.*\n/, '') }, format, /no Public-Lines where/], ['no private lines', { lines: changed(/Private-Lines.*\n/, '') }, format, /no Private-Lines where/], ['no MAC', { lines: changed(/Private-MAC.*\n/, '') }, format, /no Private-MAC where/],
    ['a count of zero', { lines: changed(/Public-Lines: \d+/, 'Public-Lines: 0') }, format, /Public-Lines of the PuTTY key file is invalid/], ['a count of a half', { lines: changed(/Public-Lines: \d+/, 'Public-Lines: 1.5') }, format, /Public-Lines of the PuTTY key file is invalid/],
    ['a count of a word', { lines: changed(/Private-Lines: \d+/, 'Private-Lines: x') }, format, /Private-Lines of the PuTTY key file is invalid/], ['more lines than there are', { lines: changed(/Private-Lines: \d+/, 'Private-Lines: 3') }, format, /Private-Lines of the PuTTY key file is invalid/],
    ['all lines that are left', { lines: changed(/Private-Lines: \d+/, 'Private-Lines: 2') }, 'ERR_WIRE_FORMAT', /./],
    ['DSA', { type: 'ssh-dss' }, unsupported, /DSA/], ['another cipher', { encryption: 'aes128-cbc' }, unsupported, /cipher of the PuTTY/], ['two types', { type: 'ssh-rsa' }, format, /names two types/],
    ['no whole number of blocks', { encryption: 'aes256-cbc', padding: 1 }, format, /whole number of blocks/], ['a key of ML-DSA', { publicBlob: Buffer.concat([string('ssh-mldsa44-ed25519'), string(Buffer.alloc(1344))]) }, unsupported, /PuTTY has no keys of this type/],
    ['a security key', { publicBlob: Buffer.concat([string('sk-ssh-ed25519@openssh.com'), string(Buffer.alloc(32)), string('ssh:')]) }, unsupported, /on a security key/],
    ['a seed that is too long', { plain: string(Buffer.alloc(33, 1)) }, format, /has 32 bytes/], ['a seed of another key', { plain: string(Buffer.alloc(32, 1)) }, format, /do not belong together/],
  ])('%s', async (_, parts, code, message) => {
    await expect(open(file(parts))).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string })
  })
})

test('a seed without the zeros at its end', async () => {
  // A key whose seed ends in a zero: its public part comes from OpenSSL.
  const seed = Buffer.concat([Buffer.alloc(31, 3), Buffer.of(0)])
  const { createPrivateKey, createPublicKey } = await import('node:crypto')
  const key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' })
  for (const plain of [string(seed), string(seed.subarray(0, 31))]) await isKey(file({ key, publicBlob: publicBlobOf(createPublicKey(key)), plain }), key)
})

test('what a file is made of', () => {
  const parts = readPpkFile(new Uint8Array(Buffer.from(file({ encryption: 'aes256-cbc' }))))
  expect(parts).toMatchObject({ version: 3, type: 'ssh-ed25519', encryption: 'aes256-cbc', comment: 'the comment' })
  expect([...parts.derivation]).toEqual([['Key-Derivation', 'Argon2id'], ['Argon2-Memory', '8'], ['Argon2-Passes', '1'], ['Argon2-Parallelism', '1'], ['Argon2-Salt', SALT.toString('hex')]])
  expect([parts.publicBlob, parts.mac.length]).toEqual([new Uint8Array(publicBlobOf(ed25519)), 64])
  expect(readPpkFile(new Uint8Array(Buffer.from(file({ version: 2 })))).version).toBe(2)
  expect(readPpkFile(new Uint8Array(Buffer.from(`\n${file()}`))).comment).toBe('the comment')
})

test('the public part is there without a passphrase', async () => {
  expect(Buffer.from(publicPartOf(file({ encryption: 'aes256-cbc' }))!)).toEqual(publicBlobOf(ed25519))
  for (const nothing of ['', 'x', 'PuTTY-User-Key-File-9: x', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----', ' '.repeat(256 * 1024 + 1)]) expect(publicPartOf(nothing)).toBeUndefined()
  const line = `ssh-ed25519 ${publicBlobOf(ed25519).toString('base64')}`
  for (const options of [{}, { passphrase: PASS, rounds: 1 }]) {
    const text = await formatPrivateKey(await parsePrivateKey(file()), options)
    expect(Buffer.from(publicPartOf(text)!)).toEqual(publicBlobOf(ed25519))
  }
  // Its copy of the text, that of findArmour, and that of the reader of public keys.
  expect(times(await watchWiping(() => publicPartOf(line)), Buffer.from(line))).toBe(3)
  expect(Buffer.from(publicPartOf(line.padEnd(256 * 1024))!)).toEqual(publicBlobOf(ed25519))
  expect(publicPartOf(line.padEnd(256 * 1024 + 1))).toBeUndefined()
})

test('what is secret is zeroed, whether the key opens or not', async () => {
  const plain = privatePart(ed25519), encoded = plain.toString('base64')
  const covered = (comment: string) => Buffer.concat(['ssh-ed25519', 'none', comment, publicBlobOf(ed25519), plain].map((one) => string(one)))
  const read = await watchWiping(() => open(file()))
  expect(read.error).toBeUndefined()
  // The private part, also in the buffer of the decoder; its base64; what the MAC covers, also in the buffer that it was written into.
  expect([times(read, plain), times(read, Buffer.from(encoded)), times(read, covered('the comment'))]).toEqual([2, 1, 1])
  expect(read.contents.filter((content) => content.startsWith(covered('the comment').toString('hex')) && content.length > 2 * covered('the comment').length)).toHaveLength(1)
  const refused = await watchWiping(() => open(file({ mac: '' })))
  expect([times(refused, plain), times(refused, covered('the comment'))]).toEqual([2, 2])
  const seed = await watchWiping(() => open(file({ plain: string(Buffer.alloc(32, 1)) })))
  expect(times(seed, Buffer.alloc(32, 1))).toBe(2)
  const sha1 = (...parts: (Buffer | string)[]) => createHash('sha1').update(Buffer.concat(parts.map((one) => Buffer.from(one as string)))).digest()
  const old = await watchWiping(() => open(file({ version: 2, encryption: 'aes256-cbc' })))
  const [first, second] = [sha1(Buffer.of(0, 0, 0, 0), PASS), sha1(Buffer.of(0, 0, 0, 1), PASS)] as const
  for (const secret of [first, second, Buffer.concat([first, second]).subarray(0, 32), sha1('putty-private-key-file-mac-key', PASS), Buffer.concat([Buffer.of(0, 0, 0, 0), Buffer.from(PASS)])]) expect(times(old, secret)).toBe(1)
})
