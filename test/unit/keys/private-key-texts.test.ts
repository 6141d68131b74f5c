// What `parsePrivateKey` takes for a key, form by form, and what `formatPrivateKey` writes with each option. The keys are of OpenSSL.
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import { readOpenSshEnvelope } from '../../../src/keys/files/openssh/envelope.ts'
import { formatPrivateKey } from '../../../src/keys/generate-key-pair.ts'
import { publicBlobOf } from './independent-verifier.ts'

const { privateKey } = generateKeyPairSync('ed25519'), PEM = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string
const key = await parsePrivateKey(PEM), openssh = await formatPrivateKey(key, { comment: 'in a file' })
const bytesOf = (text: string) => Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64')
const base64 = (text: string) => Buffer.from(text).toString('base64')
const LIMIT = 256 * 1024

test.each<[name: string, source: string | Uint8Array]>([
  ['PKCS#8', PEM], ['OpenSSH\'s format', openssh], ['the binary form of it', bytesOf(openssh)], ['base64 of a whole file', base64(PEM)], ['base64 of the binary form', bytesOf(openssh).toString('base64')],
  ['as much text as is read', PEM + '\n'.repeat(LIMIT - PEM.length)],
])('%s', async (_, source) => {
  expect(Buffer.from((await parsePrivateKey(source)).publicKey)).toEqual(publicBlobOf(privateKey))
})

test.each<[name: string, source: string | Uint8Array, code: string, message: string]>([
  ['base64 of base64', base64(base64(PEM)), 'ERR_KEY_FORMAT', 'this is not a private key of a known format'],
  ['a byte more than is read', PEM + '\n'.repeat(LIMIT + 1 - PEM.length), 'ERR_KEY_LIMIT', 'the text is too long'],
  ['a text of no key', 'not a key', 'ERR_KEY_FORMAT', 'this is not a private key of a known format'],
  ['nothing', '', 'ERR_KEY_FORMAT', 'the private key is empty'],
  ['a version of PuTTY\'s files', 'PuTTY-User-Key-File-9: ssh-ed25519\n', 'ERR_KEY_UNSUPPORTED', 'PuTTY key files of this version'],
  ['the binary form, cut short', bytesOf(openssh).subarray(0, 40), 'ERR_KEY_FORMAT', 'damaged private key: '],
  ['DSA', PEM.replaceAll('PRIVATE', 'DSA PRIVATE'), 'ERR_KEY_UNSUPPORTED', 'this is a DSA key'],
  ['another label', PEM.replaceAll('PRIVATE', 'ANY PRIVATE'), 'ERR_KEY_UNSUPPORTED', 'private keys of this PEM label'],
  ['what OpenSSL wrote, under the label of OpenSSH', PEM.replaceAll('PRIVATE', 'OPENSSH PRIVATE'), 'ERR_KEY_FORMAT', 'openssh-key-v1'],
])('%s', async (_, source, code, message) => {
  await expect(parsePrivateKey(source)).rejects.toMatchObject({ name: 'KeyError', code, message: expect.stringContaining(message) as string })
})

test.each<[source: unknown, message: string]>([
  [undefined, 'the private key is undefined'], [null, 'the private key is null'], [Promise.resolve(PEM), 'the private key is a Promise'], [5, 'must be its text or its bytes'], [[PEM], 'must be its text or its bytes'], [{ length: 3 }, 'must be its text or its bytes'],
])('%s is a mistake of the program', async (source, message) => {
  await expect(parsePrivateKey(source as string)).rejects.toThrow(expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(message) as string }) as Error)
})

describe('what a passphrase opens', () => {
  const encrypted = (type: 'ed448' | 'ed25519') => (type === 'ed448' ? generateKeyPairSync('ed448') : { privateKey }).privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'secret' }) as string
  test('is a key, or one of a kind that SSH has not', async () => {
    expect((await parsePrivateKey(encrypted('ed25519'), { passphrase: 'secret' })).publicKey).toEqual(key.publicKey)
    await expect(parsePrivateKey(encrypted('ed448'), { passphrase: 'secret' })).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED', message: expect.stringContaining('of this algorithm') as string })
    await expect(parsePrivateKey(encrypted('ed448'), { passphrase: 'other' })).rejects.toMatchObject({ code: 'ERR_KEY_PASSPHRASE_WRONG' })
  })
})

describe('what is written', () => {
  const written = (text: string) => {
    const { cipher, kdf, kdfOptions } = readOpenSshEnvelope(bytesOf(text))
    return [cipher, kdf, kdfOptions.length > 0 ? Buffer.from(kdfOptions).readUInt32BE(kdfOptions.length - 4) : undefined]
  }
  test.each<[name: string, options: Parameters<typeof formatPrivateKey>[1], expected: readonly unknown[]]>([
    ['without options', {}, ['none', 'none', undefined]], ['with an empty passphrase', { passphrase: '' }, ['none', 'none', undefined]],
    ['with a passphrase of one character', { passphrase: 'x', rounds: 1 }, ['aes256-ctr', 'bcrypt', 1]], ['with three rounds', { passphrase: 'secret', rounds: 3 }, ['aes256-ctr', 'bcrypt', 3]],
    ['with as many rounds as ssh-keygen', { passphrase: 'secret' }, ['aes256-ctr', 'bcrypt', 16]],
  ])('%s', async (_, options, expected) => {
    expect(written(await formatPrivateKey(key, options))).toEqual(expected)
  })
  test('more rounds than can be read are refused, with a passphrase or not', async () => {
    for (const passphrase of ['', 'x']) await expect(formatPrivateKey(key, { passphrase, rounds: 1025 })).rejects.toMatchObject({ code: 'ERR_KEY_LIMIT' })
  })
})
