// The numbers of private keys: as OpenSSH writes them (PROTOCOL.key, draft-ietf-sshm-ssh-agent section 3.2), and what of them must belong together.
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import * as curveArithmetic from '../../../src/keys/curve-arithmetic.ts'
import { readOpenSshFields, writeOpenSshFields } from '../../../src/keys/files/openssh/private-fields.ts'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import { CURVE_ARITHMETIC, ed25519Private, mlDsaPrivate, rsaPrivate } from '../../../src/keys/private-fields.ts'
import { PrivateKey } from '../../../src/keys/private-key.ts'
import type { PrivateFields } from '../../../src/keys/private-numbers.ts'
import { later, now, type Step } from '../../../src/keys/steps.ts'
import { WireReader } from '../../../src/wire-format/reader.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'
import { mpint, publicBlobOf, string, strings } from './independent-verifier.ts'

afterEach(() => { vi.restoreAllMocks() })

const part = (key: KeyObject, name: keyof JsonWebKey) => new Uint8Array(Buffer.from(key.export({ format: 'jwk' })[name] as string, 'base64url'))
const ed25519 = generateKeyPairSync('ed25519').privateKey, other = generateKeyPairSync('ed25519').privateKey
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
const seed = part(ed25519, 'd'), key = part(ed25519, 'x'), otherKey = part(other, 'x')
const point = (ec: KeyObject) => Uint8Array.of(4, ...part(ec, 'x'), ...part(ec, 'y'))
const rsaNumbers = () => ({ n: part(rsa, 'n'), e: part(rsa, 'e'), d: part(rsa, 'd'), p: part(rsa, 'p'), q: part(rsa, 'q'), iqmp: part(rsa, 'qi') })

const refused = (code: string, message: string) => expect.objectContaining({ name: 'KeyError', code, message: expect.stringContaining(message) as string }) as Error

describe('as OpenSSH writes them', () => {
  const WRITTEN: [name: string, fields: PrivateFields, bytes: Buffer][] = [
    ['RSA', rsaPrivate(rsaNumbers()), Buffer.concat([string('ssh-rsa'), ...['n', 'e', 'd', 'qi', 'p', 'q'].map((name) => mpint(part(rsa, name as keyof JsonWebKey)))])],
    ['ECDSA', { kind: 'ecdsa', public: { kind: 'ecdsa', curve: 'nistp384', point: point(p384) }, scalar: part(p384, 'd') }, Buffer.concat([publicBlobOf(p384), mpint(part(p384, 'd'))])],
    ['Ed25519', { kind: 'ed25519', public: { kind: 'ed25519', key }, seed }, Buffer.concat([publicBlobOf(ed25519), string(Buffer.concat([seed, key]))])],
  ]
  test.each(WRITTEN)('%s', async (_, fields, bytes) => {
    const writer = new WireWriter()
    writeOpenSshFields(writer, fields)
    expect(Buffer.from(writer.finish())).toEqual(bytes)
    const reader = new WireReader(bytes)
    expect(await later(readOpenSshFields(reader))).toEqual(fields)
    expect(reader.remaining).toBe(0)
  })
  test('ML-DSA-44 with Ed25519, of a file of ssh-keygen', async () => {
    const text = readFileSync(new URL('mldsa44/key', import.meta.url), 'utf8'), fields = PrivateKey.fieldsOf(await parsePrivateKey(text))
    const writer = new WireWriter()
    writeOpenSshFields(writer, fields)
    const bytes = Buffer.from(writer.finish())
    expect(strings(bytes).map(({ length }) => length)).toEqual(['ssh-mldsa44-ed25519'.length, 1344, 64])
    expect(Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64').includes(bytes)).toBe(true)
    expect(await later(readOpenSshFields(new WireReader(bytes)))).toEqual(fields)
  })
  test.each<[name: string, bytes: Buffer, code: string, message: string]>([
    ['a curve that the type does not name', Buffer.concat([string('ecdsa-sha2-nistp256'), string('nistp384'), string(point(p384)), mpint(part(p384, 'd'))]), 'ERR_KEY_FORMAT', 'the curve and the type of the ECDSA key differ'],
    ['a second copy of the public key that is another', Buffer.concat([publicBlobOf(ed25519), string(Buffer.concat([seed, otherKey]))]), 'ERR_KEY_FORMAT', 'the two halves'],
    ['a second copy of the public key that is cut short', Buffer.concat([publicBlobOf(ed25519), string(Buffer.concat([seed, key.subarray(1)]))]), 'ERR_KEY_FORMAT', 'the two halves'],
    ['two copies of a public key that is too long', Buffer.concat([string('ssh-ed25519'), string(Buffer.concat([key, Buffer.of(0)])), string(Buffer.concat([seed, key, Buffer.of(0)]))]), 'ERR_KEY_FORMAT', 'the two halves'],
    ['a security key', string('sk-ssh-ed25519@openssh.com'), 'ERR_KEY_UNSUPPORTED', 'the key is on a security key'],
    ['DSA', string('ssh-dss'), 'ERR_KEY_UNSUPPORTED', 'this is a DSA key'],
    ['another type', string('ssh-ed448'), 'ERR_KEY_UNSUPPORTED', 'private keys of this type are not supported'],
  ])('%s', async (_, bytes, code, message) => {
    await expect(later(readOpenSshFields(new WireReader(bytes)))).rejects.toThrow(refused(code, message))
  })
})

describe('Ed25519', () => {
  // New ones for each test: keys that were found to be whole are remembered.
  let seed: Uint8Array, key: Uint8Array, fields: unknown
  beforeEach(() => {
    const { privateKey } = generateKeyPairSync('ed25519')
    seed = part(privateKey, 'd')
    key = part(privateKey, 'x')
    fields = { kind: 'ed25519', public: { kind: 'ed25519', key }, seed }
  })
  /** The work up to its first step, which asks whether the two parts belong together. */
  const begun = (publicKey: Uint8Array) => {
    const steps = ed25519Private(seed, publicKey)
    return { steps, step: steps.next().value as Step<boolean> }
  }
  /** WebCrypto that refuses keys of one format. */
  const refusing = (refusedFormat: string) => {
    const real = crypto.subtle.importKey.bind(crypto.subtle) as (...args: unknown[]) => Promise<CryptoKey>
    return vi.spyOn(crypto.subtle, 'importKey').mockImplementation((async (...args: unknown[]) => {
      if (args[0] === refusedFormat) throw new DOMException('Unrecognized name.', 'NotSupportedError')
      return real(...args)
    }) as typeof crypto.subtle.importKey)
  }

  test('WebCrypto tells that the parts belong together: no curve is loaded', async () => {
    const { steps, step } = begun(key), imports = refusing('nothing')
    expect(await step.later()).toBe(true)
    expect(steps.next(true)).toEqual({ done: true, value: fields })
    expect(imports.mock.calls.find(([format]) => String(format) === 'raw')).toEqual(['raw', key, 'Ed25519', false, ['verify']])
  })
  test('a key that was found to be whole is not tried again, and another public key with its seed is', async () => {
    expect(await later(ed25519Private(seed, key))).toEqual(fields)
    const imports = refusing('nothing')
    expect(await later(ed25519Private(seed, key))).toEqual(fields)
    expect(imports).not.toHaveBeenCalled()
    await expect(later(ed25519Private(seed, otherKey))).rejects.toThrow(refused('ERR_KEY_FORMAT', 'do not belong together'))
    await expect(later(ed25519Private(part(other, 'd'), key))).rejects.toThrow(refused('ERR_KEY_FORMAT', 'do not belong together'))
    expect(imports.mock.calls.map(([format]) => String(format))).toEqual(['pkcs8', 'raw', 'pkcs8', 'raw'])
  })
  test('few are remembered, and none that is not whole', async () => {
    const imports = refusing('nothing')
    for (let again = 0; again < 2; again++) expect(await begun(otherKey).step.later()).toBe(false)
    expect(imports).toHaveBeenCalledTimes(4)
    for (let more = 0; more < 17; more++) {
      const { privateKey } = generateKeyPairSync('ed25519')
      await later(ed25519Private(part(privateKey, 'd'), part(privateKey, 'x')))
      if (more === 0) await later(ed25519Private(seed, key))
    }
    imports.mockClear()
    await later(ed25519Private(seed, key))
    expect(imports).toHaveBeenCalledTimes(2)
  })
  test('WebCrypto tells that they do not', async () => {
    expect(await begun(otherKey).step.later()).toBe(false)
    await expect(later(ed25519Private(seed, otherKey))).rejects.toThrow(refused('ERR_KEY_FORMAT', 'do not belong together'))
  })
  test.each(['pkcs8', 'raw'])('a WebCrypto without Ed25519 cannot tell: %s', async (format) => {
    refusing(format)
    expect(await begun(key).step.later()).toBe(false)
    expect(await later(ed25519Private(seed, key))).toEqual(fields)
    await expect(later(ed25519Private(seed, otherKey))).rejects.toThrow(refused('ERR_KEY_FORMAT', 'do not belong together'))
  })
  test('who cannot wait computes it', () => {
    CURVE_ARITHMETIC.provide(() => curveArithmetic)
    expect(now(ed25519Private(seed, key))).toEqual(fields)
    expect(() => now(ed25519Private(seed, otherKey))).toThrow(refused('ERR_KEY_FORMAT', 'do not belong together'))
  })
  test('a seed alone is enough', async () => {
    expect(await later(ed25519Private(seed))).toEqual(fields)
    for (const length of [0, 31, 33]) await expect(later(ed25519Private(new Uint8Array(length)))).rejects.toThrow(refused('ERR_KEY_FORMAT', '32 bytes'))
  })
})

describe('ML-DSA-44 with Ed25519', () => {
  const TYPE = 'ssh-mldsa44-ed25519', seeds = new Uint8Array(64).fill(7)
  test('the public key is computed, and compared where it is given', async () => {
    const made = await later(mlDsaPrivate(TYPE, seeds))
    expect(made).toMatchObject({ kind: 'mldsa44-ed25519', public: { type: TYPE }, seed: seeds })
    expect(await later(mlDsaPrivate(TYPE, seeds, made.public.key))).toEqual(made)
    await expect(later(mlDsaPrivate(TYPE, seeds, made.public.key.map((byte, index) => index === 1343 ? byte ^ 1 : byte)))).rejects.toThrow(refused('ERR_KEY_FORMAT', 'do not belong together'))
  })
  test.each([0, 32, 63, 65])('%d bytes are no two seeds', async (length) => {
    await expect(later(mlDsaPrivate(TYPE, new Uint8Array(length)))).rejects.toThrow(refused('ERR_KEY_FORMAT', 'two seeds'))
  })
  test('who cannot wait has none', () => {
    expect(() => now(mlDsaPrivate(TYPE, seeds))).toThrow(refused('ERR_KEY_UNSUPPORTED', 'cannot be read at once'))
  })
})

describe('RSA', () => {
  const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
  const bytesOf = (value: bigint) => new Uint8Array(Buffer.from(value.toString(16).padStart(260, '0'), 'hex'))
  test('numbers that belong together', () => {
    expect(rsaPrivate(rsaNumbers())).toMatchObject({ kind: 'rsa', d: part(rsa, 'd') })
  })
  test.each<[name: string, of: (numbers: ReturnType<typeof rsaNumbers>) => Partial<ReturnType<typeof rsaNumbers>>]>([
    ['a private exponent that is right for one prime only', ({ d, q }) => ({ d: bytesOf(number(d) + number(q) - 1n) })],
    ['a private exponent that is right for the other prime only', ({ d, p }) => ({ d: bytesOf(number(d) + number(p) - 1n) })],
    ['a private exponent above the modulus', ({ d, p, q }) => ({ d: bytesOf(number(d) + (number(p) - 1n) * (number(q) - 1n) * 2n) })],
    ['primes in the other order', ({ p, q }) => ({ p: q, q: p })],
    ['primes of one and the modulus', ({ n }) => ({ p: Uint8Array.of(1), q: n })],
    ['primes of zero', () => ({ p: new Uint8Array(), q: new Uint8Array() })],
  ])('%s', (_, changed) => {
    const numbers = rsaNumbers()
    expect(() => rsaPrivate({ ...numbers, ...changed(numbers) })).toThrow(refused('ERR_KEY_FORMAT', 'do not belong together'))
  })
})
