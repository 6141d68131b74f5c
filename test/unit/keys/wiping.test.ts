// Nothing secret stays in memory longer than it is needed: each buffer that holds a passphrase, a derived key or a private number is zeroed, also where the work fails.
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { bcryptPbkdf } from '../../../src/keys/files/ciphers/bcrypt-pbkdf.ts'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import { formatPrivateKey, generateKeyPair } from '../../../src/keys/generate-key-pair.ts'
import { ecdsaPrivate, ed25519Private, rsaPrivate, wipePrivate } from '../../../src/keys/private-fields.ts'
import { PrivateKey } from '../../../src/keys/private-key.ts'
import { privatePkcs8 } from '../../../src/keys/pkcs8.ts'
import { later } from '../../../src/keys/steps.ts'
import { holding, times, watchWiping } from './wiped.ts'

const jwk = (key: KeyObject) => key.export({ format: 'jwk' }) as Record<string, string>
const part = (key: KeyObject, name: string) => new Uint8Array(Buffer.from(jwk(key)[name]!, 'base64url'))
const ed25519 = generateKeyPairSync('ed25519').privateKey, other = generateKeyPairSync('ed25519').privateKey
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, otherEc = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
const PASSPHRASE = 'the passphrase of a test', SECRET = new TextEncoder().encode(PASSPHRASE)
const numbers = (key: KeyObject) => ({ n: part(key, 'n'), e: part(key, 'e'), d: part(key, 'd'), p: part(key, 'p'), q: part(key, 'q'), iqmp: part(key, 'qi') })
const pem = (key: KeyObject, encrypted: boolean) => key.export({ format: 'pem', type: key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1', ...encrypted && { cipher: 'aes-128-cbc', passphrase: PASSPHRASE } }) as string
const point = (key: KeyObject) => Uint8Array.of(4, ...part(key, 'x'), ...part(key, 'y'))

describe('private numbers', () => {
  test('are zeroed by wipe, of each type', () => {
    const fields = [
      rsaPrivate(numbers(rsa)),
      { kind: 'ecdsa', public: { kind: 'ecdsa', curve: 'nistp256', point: point(ec) }, scalar: part(ec, 'd') },
      { kind: 'ed25519', public: { kind: 'ed25519', key: part(ed25519, 'x') }, seed: part(ed25519, 'd') },
    ] as const
    for (const key of fields) wipePrivate(key)
    const [first, second, third] = fields
    for (const secret of [first.d, first.p, first.q, first.iqmp, second.scalar, third.seed]) expect(secret.every((byte) => byte === 0)).toBe(true)
  })
  test('of a PrivateKey too', async () => {
    const key = await generateKeyPair('ed25519')
    const fields = PrivateKey.fieldsOf(key) as { readonly seed: Uint8Array }
    key.wipe()
    expect(fields.seed).toEqual(new Uint8Array(32))
  })
  test('that do not belong together: RSA', async () => {
    const wiped = await watchWiping(() => rsaPrivate({ ...numbers(rsa), d: part(small, 'd') }))
    expect(wiped.error).toMatchObject({ code: 'ERR_KEY_FORMAT' })
    for (const secret of [part(small, 'd'), ...['p', 'q', 'qi'].map((name) => part(rsa, name))]) expect(times(wiped, secret)).toBe(1)
  })
  test('that do not belong together: ECDSA', async () => {
    const wiped = await watchWiping(() => later(ecdsaPrivate('nistp256', part(ec, 'd'), point(otherEc))))
    expect(wiped.error).toMatchObject({ code: 'ERR_KEY_FORMAT' })
    expect(times(wiped, part(ec, 'd'))).toBe(1)
  })
  test('that do not belong together: Ed25519', async () => {
    const wiped = await watchWiping(() => later(ed25519Private(part(ed25519, 'd'), part(other, 'x'))))
    expect(wiped.error).toMatchObject({ code: 'ERR_KEY_FORMAT' })
    expect(times(wiped, part(ed25519, 'd'))).toBe(1)
  })
  test('the caller\'s own are left alone', async () => {
    const seed = part(ed25519, 'd'), scalar = part(ec, 'd'), all = numbers(rsa)
    wipePrivate(await later(ed25519Private(seed, part(ed25519, 'x'))))
    wipePrivate(await later(ecdsaPrivate('nistp256', scalar)))
    wipePrivate(rsaPrivate(all))
    expect([seed, scalar, all]).toEqual([part(ed25519, 'd'), part(ec, 'd'), numbers(rsa)])
  })
})

describe('PKCS#8 for WebCrypto', () => {
  test('its parts are zeroed, the key and the result are not', async () => {
    const key = rsaPrivate(numbers(rsa))
    const wiped = await watchWiping(() => privatePkcs8(key))
    expect(wiped.result!.some((byte) => byte !== 0)).toBe(true)
    expect(key.d).toEqual(part(rsa, 'd'))
    // Both exponents as numbers, and each number and the whole key as elements of DER.
    // A number here has the length of its prime; a JSON Web Key of Node leaves out zeros in front, which one key in 128 has.
    const whole = (name: string) => Buffer.concat([Buffer.alloc(128 - part(rsa, name).length), part(rsa, name)])
    for (const name of ['dp', 'dq']) expect(times(wiped, whole(name)), name).toBe(1)
    for (const name of ['d', 'p', 'q', 'qi', 'dp', 'dq']) expect(holding(wiped, part(rsa, name)), name).toBeGreaterThanOrEqual(3)
    expect(rsa.export({ format: 'der', type: 'pkcs8' })).toEqual(Buffer.from(wiped.result!))
  })
  test('it is zeroed once it is imported', async () => {
    const key = await parsePrivateKey(rsa.export({ format: 'pem', type: 'pkcs8' }) as string)
    const wiped = await watchWiping(() => key.sign(SECRET, 'rsa-sha2-512'))
    expect(wiped.error).toBeUndefined()
    expect(times(wiped, rsa.export({ format: 'der', type: 'pkcs8' }))).toBe(1)
  })
})

describe('reading', () => {
  test('a PEM file that is not encrypted: its text and its bytes', async () => {
    const text = pem(ec, false)
    const wiped = await watchWiping(() => parsePrivateKey(text))
    expect(wiped.result!.type).toBe('ecdsa-sha2-nistp256')
    expect(times(wiped, Buffer.from(text.trim()))).toBeGreaterThanOrEqual(2)
    expect(times(wiped, ec.export({ format: 'der', type: 'sec1' }))).toBe(1)
  })
  test.each([['encrypted', PASSPHRASE, undefined], ['with a wrong passphrase', 'another passphrase', 'ERR_KEY_PASSPHRASE_WRONG']])('a PEM file %s: the passphrase, its hash and what it opens', async (_, passphrase, code) => {
    const text = pem(ec, true), secret = new TextEncoder().encode(passphrase)
    const wiped = await watchWiping(() => parsePrivateKey(text, { passphrase }))
    expect((wiped.error as { code?: string } | undefined)?.code).toBe(code)
    expect(times(wiped, secret)).toBe(1)
    // What MD5 hashed: the passphrase and the salt; and the result, as the derived key and as the last hash.
    const hashed = Buffer.concat([secret, Buffer.from(/DEK-Info: [^,]+,([\dA-F]{16})/.exec(text)![1]!, 'hex')])
    expect(times(wiped, hashed)).toBe(1)
    expect(times(wiped, createHash('md5').update(hashed).digest())).toBe(2)
    if (code === undefined) expect(times(wiped, ec.export({ format: 'der', type: 'sec1' }))).toBe(1)
    else expect(wiped.contents.some((content) => content.length === 2 * 16 * Math.ceil((ec.export({ format: 'der', type: 'sec1' }).length + 1) / 16))).toBe(true)
  })
  test('PKCS#8 that is encrypted: the derived key and what it opens', async () => {
    const text = ed25519.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: PASSPHRASE }) as string
    const wiped = await watchWiping(() => parsePrivateKey(text, { passphrase: PASSPHRASE }))
    expect(wiped.result!.type).toBe('ssh-ed25519')
    expect(times(wiped, SECRET)).toBe(1)
    expect(times(wiped, ed25519.export({ format: 'der', type: 'pkcs8' }))).toBe(1)
    expect(wiped.contents.filter((content) => content.length === 64 && !content.startsWith(Buffer.from(part(ed25519, 'd')).toString('hex'))).length).toBeGreaterThanOrEqual(1)
  })
  test('an RSA key that is too short: all its numbers', async () => {
    const wiped = await watchWiping(() => parsePrivateKey(pem(small, false)))
    expect(wiped.error).toMatchObject({ code: 'ERR_KEY_UNSUPPORTED' })
    for (const name of ['d', 'p', 'q', 'qi']) expect(times(wiped, part(small, name)), name).toBe(1)
  })
  test('base64 of a whole file: what it stands for, twice', async () => {
    const text = pem(ec, false)
    const wiped = await watchWiping(() => parsePrivateKey(Buffer.from(text).toString('base64')))
    expect(wiped.result!.type).toBe('ecdsa-sha2-nistp256')
    expect(times(wiped, Buffer.from(text))).toBe(1)
    expect(times(wiped, Buffer.from(text.trim()))).toBeGreaterThanOrEqual(2)
  })
})

describe('OpenSSH\'s own format', () => {
  test('written and read with a passphrase', async () => {
    const key = await parsePrivateKey(ed25519.export({ format: 'pem', type: 'pkcs8' }) as string)
    const seed = part(ed25519, 'd')
    const written = await watchWiping(() => formatPrivateKey(key, { passphrase: PASSPHRASE, rounds: 1 }))
    expect(times(written, SECRET)).toBe(1)
    // The section as it was written, and the buffer that it was written into.
    expect(holding(written, seed)).toBe(2)
    // The bytes of the key and the IV.
    expect(written.contents.filter((content) => content.length === 2 * 48)).toHaveLength(1)
    const read = await watchWiping(() => parsePrivateKey(written.result!, { passphrase: PASSPHRASE }))
    expect(Buffer.from(read.result!.publicKey)).toEqual(Buffer.from(key.publicKey))
    expect(times(read, SECRET)).toBe(1)
    expect(holding(read, seed)).toBeGreaterThanOrEqual(1)
    expect(read.contents).toContain(written.contents.find((content) => content.length === 2 * 48))
  })
  test('without a passphrase: the section, the file and its text', async () => {
    const key = await parsePrivateKey(ed25519.export({ format: 'pem', type: 'pkcs8' }) as string)
    const seed = part(ed25519, 'd')
    const written = await watchWiping(() => formatPrivateKey(key))
    // The section and its buffer, and the buffer of the file.
    expect(holding(written, seed)).toBe(3)
    const read = await watchWiping(() => parsePrivateKey(written.result!))
    const file = Buffer.from(written.result!.split('\n').slice(1, -2).join(''), 'base64')
    expect(times(read, file)).toBe(1)
  })
  test('the numbers of a file whose padding is wrong', async () => {
    const text = await formatPrivateKey(await parsePrivateKey(ed25519.export({ format: 'pem', type: 'pkcs8' }) as string), { comment: 'four' })
    const body = Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64')
    body[body.length - 1]! ^= 1
    const wiped = await watchWiping(() => parsePrivateKey(`-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`))
    expect(wiped.error).toMatchObject({ code: 'ERR_KEY_FORMAT', message: expect.stringContaining('padding') as string })
    expect(times(wiped, part(ed25519, 'd'))).toBe(1)
  })
  test('bcrypt: each block of its output, and the hash of the passphrase', async () => {
    const wiped = await watchWiping(() => later(bcryptPbkdf(SECRET, Uint8Array.of(1, 2, 3), 48, 2)))
    const words = Buffer.from(createHash('sha512').update(SECRET).digest()).swap32()
    expect(times(wiped, words)).toBe(1)
    // Two blocks of 32 bytes, each as the last output and as the sum; and Blowfish's state, once for each of four hashes.
    expect(wiped.contents.filter((content) => content.length === 64)).toHaveLength(4)
    expect(wiped.contents.filter((content) => content.length === 2 * 4 * (18 + 4 * 256))).toHaveLength(4)
    expect(wiped.result).toHaveLength(48)
  })
})

describe('new keys', () => {
  test.each([['ed25519', 1], ['mldsa44-ed25519', 1]] as const)('%s: the random seed', async (type, count) => {
    const wiped = await watchWiping(() => generateKeyPair(type))
    const { seed } = PrivateKey.fieldsOf(wiped.result!) as { readonly seed: Uint8Array }
    expect(times(wiped, seed)).toBe(count)
  })
  test('ecdsa: the random scalar', async () => {
    const wiped = await watchWiping(() => generateKeyPair('ecdsa'))
    expect(times(wiped, (PrivateKey.fieldsOf(wiped.result!) as { readonly scalar: Uint8Array }).scalar)).toBe(1)
  })
  test('rsa: what WebCrypto exported', async () => {
    const wiped = await watchWiping(() => generateKeyPair('rsa', { bits: 2048 }))
    const { d } = PrivateKey.fieldsOf(wiped.result!) as { readonly d: Uint8Array }
    expect(holding(wiped, d)).toBe(1)
  })
})
