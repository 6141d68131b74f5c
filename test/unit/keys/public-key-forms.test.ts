// Public keys in each form, at its edges: lines, RFC 4716, SubjectPublicKeyInfo (RFC 5280, RFC 8410) and PKCS#1.
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { formatPublicKey, parsePublicKey } from '../../../src/keys/public-key.ts'
import { publicBlobOf } from './independent-verifier.ts'

const ed25519 = generateKeyPairSync('ed25519').publicKey, ec = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey, rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
const blob = publicBlobOf(ed25519), base64 = blob.toString('base64'), line = `ssh-ed25519 ${base64}`
const der = (tag: number, ...parts: readonly Uint8Array[]) => { const content = Buffer.concat(parts); return Buffer.concat([Buffer.of(tag, ...content.length < 0x80 ? [content.length] : content.length < 0x100 ? [0x81, content.length] : [0x82, content.length >> 8, content.length & 0xff]), content]) }
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts), oid = (hex: string) => der(6, Buffer.from(hex, 'hex')), bits = (content: Uint8Array) => der(3, Buffer.of(0), content)
const pem = (content: Uint8Array, label = 'PUBLIC KEY') => `-----BEGIN ${label}-----\n${Buffer.from(content).toString('base64')}\n-----END ${label}-----\n`
const refused = (code: string, message: RegExp) => expect.objectContaining({ name: 'KeyError', code, message: expect.stringMatching(message) as string }) as Error

describe('lines', () => {
  test.each<[name: string, text: string | Uint8Array, comment: string]>([
    ['without a comment', line, ''], ['with one', `${line} me`, 'me'], ['with one of several words', `${line}\t me and  you`, 'me and  you'], ['after a byte order mark', `\ufeff${line} me`, 'me'], ['in quotes', `"${line} me"`, 'me'], ['with white space around', `\n ${line} me \n`, 'me'],
    ['as bytes', Buffer.from(`${line} me`), 'me'], ['as bytes with a mark', Buffer.from(`\ufeff${line} me`), 'me'], ['as a blob', blob, ''],
  ])('%s', (_, text, comment) => {
    expect(parsePublicKey(text)).toEqual({ type: 'ssh-ed25519', blob: new Uint8Array(blob), comment, bits: 256 })
  })
  test.each<[name: string, text: string | Uint8Array, message: RegExp]>([
    ['one word', 'ssh-ed25519', /not a public key of a known format/], ['nothing', '', /not a public key of a known format/], ['no bytes', new Uint8Array(), /not a public key of a known format/], ['two lines', `${line} a\n${line} b`, /not a public key of a known format/],
    ['two bytes, the second of them zero', Uint8Array.of(0x73, 0), /not a public key of a known format/],
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----', /a private key: a public one is needed/], ['another type before it', `ssh-rsa ${base64}`, /names two types/], ['no base64', 'ssh-ed25519 ?', /damaged public key/], ['half a blob', blob.subarray(0, 20), /damaged public key/],
  ])('%s', (_, text, message) => {
    expect(() => parsePublicKey(text)).toThrow(refused('ERR_KEY_FORMAT', message))
  })
  test('a blob is copied', () => {
    const bytes = new Uint8Array(blob), key = parsePublicKey(bytes)
    bytes.fill(0)
    expect(key.blob).toEqual(new Uint8Array(blob))
  })
  test('values of other types', () => {
    for (const wrong of [5, null, undefined, {}]) expect(() => parsePublicKey(wrong as never)).toThrow(TypeError)
  })
})

describe('RFC 4716', () => {
  const text = (headers: string, body = base64, end = '---- END SSH2 PUBLIC KEY ----') => `---- BEGIN SSH2 PUBLIC KEY ----\n${headers}${body}\n${end}\n`
  test.each<[headers: string, comment: string]>([
    ['', ''], ['Comment: me\n', 'me'], ['COMMENT:   me\n', 'me'], ['Comment: "me"\n', 'me'], ['Comment: "me\n', '"me'], ['Subject: you\nComment: me\n', 'me'], ['Comment: m\\\ne\n', 'me'], ['Comment: m\\\r\ne\r\n', 'me'], ['X-Comment: you\n', ''],
  ])('headers %j', (headers, comment) => {
    expect(parsePublicKey(text(headers))).toMatchObject({ blob: new Uint8Array(blob), comment })
  })
  test('of several lines, with others behind it', () => {
    expect(parsePublicKey(`${text('', base64.replace(/.{20}/g, '$&\r\n'))}more: x\n`).blob).toEqual(new Uint8Array(blob))
  })
  test.each<[name: string, text: string, message: RegExp]>([['without an end', text('', base64, ''), /no END line/], ['without a key', text('', ''), /damaged public key/], ['without a line between', '---- BEGIN SSH2 PUBLIC KEY ----\n---- END SSH2 PUBLIC KEY ----', /damaged public key/]])('%s', (_, given, message) => {
    expect(() => parsePublicKey(given)).toThrow(refused('ERR_KEY_FORMAT', message))
  })
})

describe('PEM', () => {
  const ED25519 = oid('2b6570'), EC = oid('2a8648ce3d0201'), P256 = oid('2a8648ce3d030107'), point = Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)])
  test.each([['Ed25519', ed25519, 256], ['P-384', ec, 384], ['RSA', rsa, 1024]] as const)('%s as OpenSSL writes it', (_, key, size) => {
    expect(parsePublicKey(key.export({ format: 'pem', type: 'spki' }) as string)).toMatchObject({ blob: new Uint8Array(publicBlobOf(key)), bits: size, comment: '' })
  })
  test('RSA in PKCS#1, and between other texts', () => {
    expect(parsePublicKey(`a text\n${rsa.export({ format: 'pem', type: 'pkcs1' }) as string}\nmore`).blob).toEqual(new Uint8Array(publicBlobOf(rsa)))
  })
  const spki = rsa.export({ format: 'der', type: 'pkcs1' })
  test.each<[name: string, text: string, code: string, message: RegExp]>([
    ['another label', pem(sequence(), 'DSA PUBLIC KEY'), 'ERR_KEY_UNSUPPORTED', /this PEM label/], ['another algorithm', pem(sequence(sequence(oid('2b656e')), bits(Buffer.alloc(32)))), 'ERR_KEY_UNSUPPORTED', /of this algorithm/],
    ['Ed25519 of another length', pem(sequence(sequence(ED25519), bits(Buffer.alloc(33)))), 'ERR_KEY_UNSUPPORTED', /of this algorithm/], ['another curve', pem(sequence(sequence(EC, oid('2b8104000a')), bits(point))), 'ERR_KEY_UNSUPPORTED', /does not use the curve/],
    ['parameters of a curve', pem(sequence(sequence(EC, sequence()), bits(point))), 'ERR_KEY_UNSUPPORTED', /explicit curve parameters/],
    ['a compressed point', pem(sequence(sequence(EC, P256), bits(Buffer.concat([Buffer.of(2), Buffer.alloc(32)])))), 'ERR_KEY_FORMAT', /uncompressed point/],
    ['bytes behind it', pem(Buffer.concat([sequence(sequence(ED25519), bits(Buffer.alloc(32))), Buffer.of(5, 0)])), 'ERR_KEY_FORMAT', /damaged public key/], ['bytes behind its key', pem(sequence(sequence(ED25519), bits(Buffer.alloc(32)), der(5))), 'ERR_KEY_FORMAT', /damaged public key/],
    ['bytes behind RSA', pem(Buffer.concat([sequence(spki.subarray(spki[1] === 0x81 ? 3 : 4), der(5))]), 'RSA PUBLIC KEY'), 'ERR_KEY_FORMAT', /damaged public key/],
  ])('%s', (_, text, code, message) => {
    expect(() => parsePublicKey(text)).toThrow(refused(code, message))
  })
  test('a point of its curve', () => {
    expect(parsePublicKey(pem(sequence(sequence(EC, P256), bits(point)))).type).toBe('ecdsa-sha2-nistp256')
  })
})

test.each<[key: Parameters<typeof formatPublicKey>[0], text: string]>([
  [{ blob }, line], [{ publicKey: blob }, line], [{ blob, comment: '' }, line], [{ blob, comment: 'me' }, `${line} me`], [{ blob, comment: ' me\r\n\nand you ' }, `${line} me and you`],
])('a line is written, %#', (key, text) => {
  expect(formatPublicKey(key)).toBe(text)
})
test('what cannot be written', () => {
  for (const wrong of [undefined, 5, { blob: 'x' }, { publicKey: 5 }, { blob, comment: 5 }]) expect(() => formatPublicKey(wrong as never)).toThrow(TypeError)
})
