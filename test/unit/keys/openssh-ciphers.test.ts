// The ciphers of OpenSSH's private keys, each against OpenSSL's, and the sections of a file at their edges (PROTOCOL.key). No derivation runs here.
import { createCipheriv, createHash, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { openSshCipher } from '../../../src/keys/files/openssh/cipher.ts'
import { readOpenSshEnvelope } from '../../../src/keys/files/openssh/envelope.ts'
import { formatOpenSshPrivateKey, readOpenSshPrivateKey } from '../../../src/keys/files/openssh/private-key.ts'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import { PrivateKey } from '../../../src/keys/private-key.ts'
import { later } from '../../../src/keys/steps.ts'
import { publicBlobOf, string } from './independent-verifier.ts'
import { watchWiping } from './wiped.ts'

const some = (length: number, name: string) => new Uint8Array(Buffer.concat(Array.from({ length: Math.ceil(length / 32) }, (_, index) => createHash('sha256').update(`${name} ${index}`).digest())).subarray(0, length))
const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts))

/** Poly1305 (RFC 8439 section 2.5) in whole numbers. */
function poly1305(text: Uint8Array, key: Uint8Array): Buffer {
  const little = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex') || '0'}`)
  const r = little(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn
  let sum = 0n
  for (let at = 0; at < text.length; at += 16) sum = (sum + little(joined(text.subarray(at, at + 16), Uint8Array.of(1)))) * r % ((1n << 130n) - 5n)
  return Buffer.from(((sum + little(key.subarray(16, 32))) % (1n << 128n)).toString(16).padStart(32, '0'), 'hex').reverse()
}

/** Ciphertext and tag by OpenSSL. */
function sealed(name: string, key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Uint8Array<ArrayBuffer> {
  if (name.startsWith('chacha20')) {
    const stream = (counter: number, text: Uint8Array) => createCipheriv('chacha20', key.subarray(0, 32), Uint8Array.of(counter, ...new Uint8Array(15))).update(text)
    const text = stream(1, plain)
    return joined(text, poly1305(text, stream(0, new Uint8Array(32))))
  }
  const algorithm = name === '3des-cbc' ? 'des-ede3-cbc' : name.replace('@openssh.com', '').replace('aes', 'aes-')
  const cipher = createCipheriv(algorithm, key, iv)
  if (!name.includes('gcm')) return joined(cipher.setAutoPadding(false).update(plain), cipher.final())
  return joined(cipher.update(plain), cipher.final(), (cipher as ReturnType<typeof createCipheriv> & { getAuthTag(): Buffer }).getAuthTag())
}

const aes = [128, 192, 256].flatMap((bits): [string, number, number, number, number][] => [[`aes${bits}-ctr`, bits / 8, 16, 16, 0], [`aes${bits}-cbc`, bits / 8, 16, 16, 0]])
const CIPHERS: [name: string, keyLength: number, ivLength: number, blockSize: number, tagLength: number][] = [
  ...aes, ['aes128-gcm@openssh.com', 16, 12, 16, 16], ['aes256-gcm@openssh.com', 32, 12, 16, 16], ['chacha20-poly1305@openssh.com', 64, 0, 8, 16], ['3des-cbc', 24, 8, 8, 0],
]

describe.each(CIPHERS)('%s', (name, keyLength, ivLength, blockSize, tagLength) => {
  const cipher = openSshCipher(name), key = some(keyLength, 'key'), iv = some(ivLength, 'iv'), plain = some(96, 'text')
  test('lengths', () => {
    expect([cipher.keyLength, cipher.ivLength, cipher.blockSize, cipher.tagLength]).toEqual([keyLength, ivLength, blockSize, tagLength])
  })
  test('decrypts', async () => {
    expect(Buffer.from((await later(cipher.decrypt(key, iv, sealed(name, key, iv, plain))))!)).toEqual(Buffer.from(plain))
  })
  test('encrypts, all but the weakest', async () => {
    if (name === '3des-cbc') expect(() => cipher.encrypt(key, iv, plain)).toThrow(expect.objectContaining({ code: 'ERR_KEY_UNSUPPORTED' }) as Error)
    else expect(Buffer.from(await later(cipher.encrypt(key, iv, plain)))).toEqual(Buffer.from(sealed(name, key, iv, plain)))
  })
  if (tagLength > 0) test('every byte counts', async () => {
    const right = sealed(name, key, iv, plain)
    for (const at of [0, 95, 96, 111]) expect(await later(cipher.decrypt(key, iv, right.map((byte, index) => index === at ? byte ^ 1 : byte))), `byte ${at}`).toBeUndefined()
  })
})

test('ChaCha20: the key of the tag is zeroed', async () => {
  const cipher = openSshCipher('chacha20-poly1305@openssh.com'), key = some(64, 'key')
  const macKey = createCipheriv('chacha20', key.subarray(0, 32), new Uint8Array(16)).update(new Uint8Array(32)).toString('hex')
  const written = await watchWiping(async () => later(cipher.encrypt(key, new Uint8Array(), some(64, 'text'))))
  const read = await watchWiping(async () => later(cipher.decrypt(key, new Uint8Array(), written.result as Uint8Array<ArrayBuffer>)))
  for (const { contents } of [written, read]) expect(contents).toContain(macKey)
})

test.each(['aes256', 'aes512-ctr', 'aes256-gcm', 'aes256-ctr@openssh.com', 'xaes256-ctr', 'des3', ''])('%j is none', (name) => {
  expect(() => openSshCipher(name)).toThrow(expect.objectContaining({ code: 'ERR_KEY_UNSUPPORTED' }) as Error)
})

describe('the sections of an encrypted file', () => {
  const number = (value: number) => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(value); return bytes }
  const bcrypt = (salt = 'salt', rounds = 1, after = '') => Buffer.concat([string(salt), number(rounds), Buffer.from(after)])
  interface Parts { cipher?: string, kdf?: string, options?: Buffer, section?: Buffer, tag?: Buffer }
  const file = ({ cipher = 'aes256-ctr', kdf = 'bcrypt', options = bcrypt(), section = Buffer.alloc(32), tag = Buffer.alloc(0) }: Parts = {}) => joined(Buffer.from('openssh-key-v1\0'), string(cipher), string(kdf), string(options), number(1), string('the public key'), string(section), tag)
  const GCM = 'aes256-gcm@openssh.com', CHACHA = 'chacha20-poly1305@openssh.com'
  test.each<[name: string, parts: Parts]>([
    ['of whole blocks', {}], ['of blocks of ChaCha20', { cipher: CHACHA, section: Buffer.alloc(24), tag: Buffer.alloc(16) }], ['of blocks of 3DES', { cipher: '3des-cbc', section: Buffer.alloc(24) }], ['with a tag', { cipher: GCM, tag: Buffer.alloc(16) }],
  ])('%s: a passphrase is needed', async (_, parts) => {
    await expect(later(readOpenSshPrivateKey(file(parts), undefined))).rejects.toMatchObject({ code: 'ERR_KEY_PASSPHRASE_REQUIRED' })
  })
  test.each<[name: string, parts: Parts]>([
    ['no whole block', { section: Buffer.alloc(24) }], ['nothing', { section: Buffer.alloc(0) }], ['a tag too many', { tag: Buffer.alloc(16) }], ['no tag', { cipher: GCM }], ['half a tag', { cipher: GCM, tag: Buffer.alloc(15) }], ['no tag, ChaCha20', { cipher: CHACHA }],
    ['bytes behind the options', { options: bcrypt('salt', 1, 'x') }], ['no salt', { options: bcrypt('') }], ['no rounds', { options: bcrypt('salt', 0) }],
    ['a plain section of no whole blocks', { cipher: 'none', kdf: 'none', options: Buffer.alloc(0), section: Buffer.alloc(20) }], ['a plain section with a tag', { cipher: 'none', kdf: 'none', options: Buffer.alloc(0), tag: Buffer.alloc(1) }],
    ['a plain section with options', { cipher: 'none', kdf: 'none' }], ['a plain section with a byte of options', { cipher: 'none', kdf: 'none', options: Buffer.of(0) }], ['no cipher', { cipher: 'none' }], ['no derivation', { kdf: 'none' }],
  ])('%s', async (_, parts) => {
    for (const passphrase of [undefined, some(8, 'pass')]) await expect(later(readOpenSshPrivateKey(file(parts), passphrase))).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_(KEY|WIRE)_FORMAT$/) as string })
  })
  test('the envelope', () => {
    const { cipher, kdf, kdfOptions, publicKey, section, tag } = readOpenSshEnvelope(file({ tag: Buffer.of(9) }))
    expect([cipher, kdf, Buffer.from(kdfOptions), Buffer.from(publicKey).toString(), section.length, [...tag]]).toEqual(['aes256-ctr', 'bcrypt', bcrypt(), 'the public key', 32, [9]])
    for (const wrong of [new Uint8Array(), file().subarray(0, 14), file().map((byte, index) => index === 14 ? 1 : byte)]) expect(() => readOpenSshEnvelope(wrong)).toThrow('no openssh-key-v1 at its beginning')
    expect(() => readOpenSshEnvelope(file().subarray(0, 15))).toThrow(expect.objectContaining({ code: 'ERR_WIRE_FORMAT' }) as Error)
  })
})

describe('writing', () => {
  const ed25519 = generateKeyPairSync('ed25519').privateKey, PASS = new Uint8Array(Buffer.from('a passphrase'))
  const bytesOf = (text: string) => new Uint8Array(Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64'))
  const key = async () => PrivateKey.fieldsOf(await parsePrivateKey(ed25519.export({ format: 'pem', type: 'pkcs8' }) as string))
  test.each(['', 'c', 'comment', 'comment 8'])('without a passphrase, comment %j: padded to eight bytes', async (comment) => {
    const text = await later(formatOpenSshPrivateKey(await key(), comment, {}))
    expect(text.split('\n').slice(1, -2).every((line) => line.length <= 70)).toBe(true)
    expect(text.split('\n')[1]).toHaveLength(70)
    const { cipher, kdf, kdfOptions, publicKey, section, tag } = readOpenSshEnvelope(bytesOf(text))
    expect([cipher, kdf, kdfOptions.length, tag.length, section.length % 8]).toEqual(['none', 'none', 0, 0, 0])
    expect(Buffer.from(publicKey)).toEqual(publicBlobOf(ed25519))
    const plain = Buffer.from(section), fields = Buffer.concat([publicBlobOf(ed25519), string(Buffer.concat([(ed25519.export({ format: 'der', type: 'pkcs8' })).subarray(-32), publicBlobOf(ed25519).subarray(-32)])), string(comment)])
    expect(plain.subarray(0, 4)).toEqual(plain.subarray(4, 8))
    expect(plain.subarray(8)).toEqual(Buffer.concat([fields, Buffer.of(1, 2, 3, 4, 5, 6, 7).subarray(0, (8 - fields.length % 8) % 8)]))
    expect((await parsePrivateKey(text)).comment).toBe(comment)
  })
  test.each([['aes256-ctr', 0, 16], ['aes128-gcm@openssh.com', 16, 16], ['chacha20-poly1305@openssh.com', 16, 8]] as const)('with %s', async (cipher, tagLength, block) => {
    const text = await later(formatOpenSshPrivateKey(await key(), 'x', { passphrase: PASS, cipher, rounds: 1 }))
    const envelope = readOpenSshEnvelope(bytesOf(text))
    expect([envelope.cipher, envelope.kdf, envelope.tag.length, envelope.section.length % block]).toEqual([cipher, 'bcrypt', tagLength, 0])
    expect([envelope.kdfOptions.length, Buffer.from(envelope.kdfOptions).readUInt32BE(20)]).toEqual([24, 1])
    const again = await parsePrivateKey(text, { passphrase: PASS })
    expect([Buffer.from(again.publicKey), again.comment]).toEqual([publicBlobOf(ed25519), 'x'])
    await expect(parsePrivateKey(text, { passphrase: 'another' })).rejects.toMatchObject({ code: 'ERR_KEY_PASSPHRASE_WRONG' })
  })
  test('the decrypted section is zeroed, one that was never encrypted belongs to the caller', async () => {
    const opened = async (passphrase?: typeof PASS) => {
      const bytes = bytesOf(await later(formatOpenSshPrivateKey(await key(), 'a comment', { rounds: 1, ...passphrase && { passphrase } })))
      const wiped = await watchWiping(async () => later(readOpenSshPrivateKey(bytes, passphrase)))
      expect(wiped.result!.comment).toBe('a comment')
      return wiped.contents.filter((content) => content.includes(Buffer.from('a comment').toString('hex')))
    }
    expect(await opened(PASS)).toHaveLength(1)
    expect(await opened()).toHaveLength(0)
  })
  test('by default with aes256-ctr and 16 rounds; no more rounds than can be read', async () => {
    const { cipher, kdfOptions } = readOpenSshEnvelope(bytesOf(await later(formatOpenSshPrivateKey(await key(), '', { passphrase: PASS }))))
    expect([cipher, Buffer.from(kdfOptions).readUInt32BE(20)]).toEqual(['aes256-ctr', 16])
    for (const rounds of [0, 1025]) await expect(later(formatOpenSshPrivateKey(await key(), '', { rounds }))).rejects.toMatchObject({ name: 'KeyError' })
    await expect(later(formatOpenSshPrivateKey(await key(), '', { passphrase: PASS, cipher: '3des-cbc', rounds: 1 }))).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED' })
  })
  test('two files of one key have no salt and no check number in common', async () => {
    const [one, other] = [bytesOf(await later(formatOpenSshPrivateKey(await key(), '', {}))), bytesOf(await later(formatOpenSshPrivateKey(await key(), '', {})))].map((bytes) => readOpenSshEnvelope(bytes).section) as [Uint8Array, Uint8Array]
    expect(one.subarray(0, 8)).not.toEqual(other.subarray(0, 8))
  })
})
