import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { expect, it } from 'vitest'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import { mpint, publicBlobOf, string } from './independent-verifier.ts'

/** Parts of a file that a test may replace; what is left out is right. */
interface Parts {
  magic?: string, cipher?: string, kdf?: string, options?: Buffer, count?: number, publicKey?: Buffer, checks?: Buffer, fields?: Buffer, padding?: Buffer, after?: Buffer
}

const number = (value: number) => Buffer.of(0, 0, 0, value)
const bytes = (text: string | undefined) => Buffer.from(text as string, 'base64url')

function fieldsOf(key: KeyObject, replaced: JsonWebKey = {}): Buffer {
  const jwk = { ...key.export({ format: 'jwk' }), ...replaced } as JsonWebKey
  if (jwk.kty === 'RSA') return Buffer.concat([string('ssh-rsa'), ...[jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map((part) => mpint(bytes(part)))])
  if (jwk.kty === 'EC') return Buffer.concat([publicBlobOf(key), mpint(bytes(jwk.d))])
  return Buffer.concat([string('ssh-ed25519'), string(bytes(jwk.x)), string(Buffer.concat([bytes(jwk.d), bytes(jwk.x)]))])
}

function file(key: KeyObject, parts: Parts = {}): string {
  const { magic = 'openssh-key-v1\0', cipher = 'none', kdf = 'none', options = Buffer.alloc(0), count = 1, publicKey = publicBlobOf(key), checks = Buffer.alloc(8, 7), fields = fieldsOf(key) } = parts
  const section = Buffer.concat([checks, fields, string('comment')])
  const padding = parts.padding ?? Buffer.from([1, 2, 3, 4, 5, 6, 7]).subarray(0, (8 - section.length % 8) % 8)
  const whole = Buffer.concat([Buffer.from(magic), string(cipher), string(kdf), string(options), number(count), string(publicKey), string(Buffer.concat([section, padding])), parts.after ?? Buffer.alloc(0)])
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${whole.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`
}

const ed25519 = generateKeyPairSync('ed25519').privateKey, otherEd25519 = generateKeyPairSync('ed25519').privateKey
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, otherEc = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const jwk = (key: KeyObject) => key.export({ format: 'jwk' }) as JsonWebKey

it.each([ed25519, ec, rsa])('a right file opens, %#', async (key) => {
  const parsed = await parsePrivateKey(file(key))
  expect(Buffer.from(parsed.publicKey)).toEqual(publicBlobOf(key))
  expect(parsed.comment).toBe('comment')
})

const bcrypt = Buffer.concat([string('saltsaltsaltsalt'), number(1)])
it.each<[name: string, text: string, code: string]>([
  ['another magic', file(ed25519, { magic: 'openssh-key-v2\0' }), 'ERR_KEY_FORMAT'],
  ['a cipher without a derivation', file(ed25519, { cipher: 'aes256-ctr' }), 'ERR_KEY_FORMAT'],
  ['a derivation without a cipher', file(ed25519, { kdf: 'bcrypt', options: bcrypt }), 'ERR_KEY_FORMAT'],
  ['options of no derivation', file(ed25519, { options: bcrypt }), 'ERR_KEY_FORMAT'],
  ['an unknown derivation', file(ed25519, { cipher: 'aes256-ctr', kdf: 'scrypt' }), 'ERR_KEY_UNSUPPORTED'],
  ['Blowfish', file(ed25519, { cipher: 'blowfish-cbc', kdf: 'bcrypt', options: bcrypt }), 'ERR_KEY_UNSUPPORTED'],
  ['no rounds', file(ed25519, { cipher: 'aes256-ctr', kdf: 'bcrypt', options: Buffer.concat([string('salt'), number(0)]) }), 'ERR_KEY_FORMAT'],
  ['no salt', file(ed25519, { cipher: 'aes256-ctr', kdf: 'bcrypt', options: Buffer.concat([string(''), number(1)]) }), 'ERR_KEY_FORMAT'],
  ['no key', file(ed25519, { count: 0 }), 'ERR_KEY_FORMAT'],
  ['two keys', file(ed25519, { count: 2 }), 'ERR_KEY_FORMAT'],
  ['the public key of another', file(ed25519, { publicKey: publicBlobOf(otherEd25519) }), 'ERR_KEY_FORMAT'],
  ['check numbers that differ', file(ed25519, { checks: Buffer.from('0000000100000002', 'hex') }), 'ERR_KEY_FORMAT'],
  ['wrong padding', file(ed25519, { padding: Buffer.alloc(7, 1) }), 'ERR_KEY_FORMAT'],
  ['padding of no whole block', file(ed25519, { padding: Buffer.of(1) }), 'ERR_KEY_FORMAT'],
  ['bytes at the end', file(ed25519, { after: Buffer.alloc(16) }), 'ERR_KEY_FORMAT'],
  ['an Ed25519 seed of another key', file(ed25519, { fields: fieldsOf(ed25519, { d: jwk(otherEd25519).d! }) }), 'ERR_KEY_FORMAT'],
  ['an ECDSA scalar of another key', file(ec, { fields: fieldsOf(ec, { d: jwk(otherEc).d! }) }), 'ERR_KEY_FORMAT'],
  ['an ECDSA scalar of zero', file(ec, { fields: fieldsOf(ec, { d: 'AA' }) }), 'ERR_KEY_FORMAT'],
  ['an ECDSA scalar that is too long', file(ec, { fields: fieldsOf(ec, { d: Buffer.alloc(33, 1).toString('base64url') }) }), 'ERR_KEY_FORMAT'],
  ...(['n', 'e', 'd', 'p', 'q', 'qi'] as const).map((name): [string, string, string] => [`RSA with ${name} of another key`, file(rsa, { fields: fieldsOf(rsa, { [name]: name === 'e' ? 'Aw' : jwk(otherRsa)[name]! }) }), 'ERR_KEY_FORMAT']),
  ['RSA with primes of one and itself', file(rsa, { fields: fieldsOf(rsa, { p: 'AQ', q: jwk(rsa).n! }) }), 'ERR_KEY_FORMAT'],
])('%s', async (_name, text, code) => {
  await expect(parsePrivateKey(text, { passphrase: 'x' })).rejects.toMatchObject({ name: 'KeyError', code })
})
