// The parameters of PuTTY's key derivation (PuTTY manual, appendix C), which a file from anywhere may set.
import { argon2d, argon2i, argon2id } from '@noble/hashes/argon2.js'
import { describe, expect, test } from 'vitest'
import type { PpkFile } from '../../../src/keys/files/ppk/file.ts'
import { derivePpkSecrets } from '../../../src/keys/files/ppk/secrets.ts'
import { later } from '../../../src/keys/steps.ts'

const PASSPHRASE = new TextEncoder().encode('passphrase')
const RIGHT = { 'Key-Derivation': 'Argon2id', 'Argon2-Memory': '8', 'Argon2-Passes': '1', 'Argon2-Parallelism': '1', 'Argon2-Salt': '0011223344556677' }
function file(changed: Record<string, string | undefined> = {}, version: 2 | 3 = 3, encryption = 'aes256-cbc'): PpkFile {
  const lines = Object.entries({ ...RIGHT, ...changed }).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { version, type: 'ssh-ed25519', encryption, comment: '', publicBlob: new Uint8Array(), privateBlob: new Uint8Array(), mac: '', derivation: new Map(lines) }
}
const derive = (changed?: Record<string, string | undefined>, passphrase: Uint8Array<ArrayBuffer> | undefined = PASSPHRASE) => later(derivePpkSecrets(file(changed), passphrase))

test.each(['Argon2id', 'Argon2i', 'Argon2d'])('%s gives a key, an IV and the key of the MAC', async (flavour) => {
  const { key, iv, macKey } = await derive({ 'Key-Derivation': flavour })
  expect([key.length, iv.length, macKey.length]).toEqual([32, 16, 32])
  expect(Buffer.concat([key, iv, macKey]).equals(Buffer.from(key.buffer))).toBe(true)
})
test.each([['Argon2id', argon2id], ['Argon2i', argon2i], ['Argon2d', argon2d]] as const)('%s is the one of this name', async (flavour, argon2) => {
  const { key } = await derive({ 'Key-Derivation': flavour })
  expect(key).toEqual(argon2(PASSPHRASE, Uint8Array.from(Buffer.from(RIGHT['Argon2-Salt'], 'hex')), { m: 8, t: 1, p: 1, dkLen: 80 }).subarray(0, 32))
})
test('each flavour gives another', async () => {
  const keys = await Promise.all(['Argon2id', 'Argon2i', 'Argon2d'].map(async (flavour) => Buffer.from((await derive({ 'Key-Derivation': flavour })).key).toString('hex')))
  expect(new Set(keys).size).toBe(3)
})

describe('the edges', () => {
  test.each<[string, Record<string, string>]>([['the shortest salt', { 'Argon2-Salt': '00'.repeat(8) }], ['the longest salt', { 'Argon2-Salt': '00'.repeat(1024) }]])('%s is allowed', async (_, changed) => {
    expect((await derive(changed)).key).toHaveLength(32)
  })
  test.each<[what: string, changed: Record<string, string | undefined>, code?: string]>([
    ['a salt that is too short', { 'Argon2-Salt': '00'.repeat(7) }], ['a salt that is too long', { 'Argon2-Salt': '00'.repeat(1025) }], ['no salt', { 'Argon2-Salt': undefined }], ['a salt of no digits', { 'Argon2-Salt': 'xy'.repeat(8) }],
    ...['Argon2-Memory', 'Argon2-Passes', 'Argon2-Parallelism'].flatMap((name): [string, Record<string, string | undefined>][] => [[`no ${name}`, { [name]: undefined }], [`${name} of zero`, { [name]: '0' }], [`${name} of a word`, { [name]: 'x8' }], [`${name} below zero`, { [name]: '-8' }], [`${name} of eleven digits`, { [name]: '00000000008' }]]),
    ['too much memory', { 'Argon2-Memory': '262145' }, 'ERR_KEY_LIMIT'],
    ['another derivation', { 'Key-Derivation': 'bcrypt' }, 'ERR_KEY_UNSUPPORTED'], ['no derivation', { 'Key-Derivation': undefined }, 'ERR_KEY_UNSUPPORTED'],
  ])('%s is refused, with and without a passphrase', async (_, changed, code = 'ERR_KEY_FORMAT') => {
    await expect(derive(changed)).rejects.toMatchObject({ name: 'KeyError', code })
    await expect(later(derivePpkSecrets(file(changed), undefined))).rejects.toMatchObject({ name: 'KeyError', code })
  })
  test('ten digits are read as a number', async () => {
    expect(await derive({ 'Argon2-Memory': '0000000008' })).toEqual(await derive())
  })
})

describe('a passphrase', () => {
  test.each([2, 3] as const)('is needed where the file is encrypted, version %d', async (version) => {
    await expect(later(derivePpkSecrets(file({}, version), undefined))).rejects.toMatchObject({ code: 'ERR_KEY_PASSPHRASE_REQUIRED' })
  })
  test.each([2, 3] as const)('is ignored where it is not, version %d', async (version) => {
    const plain = file({}, version, 'none')
    const secrets = await later(derivePpkSecrets(plain, PASSPHRASE))
    expect(secrets).toEqual(await later(derivePpkSecrets(plain, undefined)))
    expect([secrets.key.length, secrets.iv.length, secrets.macKey.length]).toEqual([0, 0, version === 2 ? 20 : 0])
  })
  test('of version 2 gives a key of 32 bytes and an IV of zeros', async () => {
    const { key, iv, macKey } = await later(derivePpkSecrets(file({}, 2), PASSPHRASE))
    expect([key.length, iv, macKey.length]).toEqual([32, new Uint8Array(16), 20])
  })
})
