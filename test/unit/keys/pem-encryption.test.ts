// Encrypted PEM (RFC 1421 section 4.6.1.1, as OpenSSL writes it): its two headers, its padding, and what is wiped.
import { createCipheriv, createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'

const PASSPHRASE = 'a passphrase'
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const PLAIN = privateKey.export({ format: 'der', type: 'sec1' })

/** EVP_BytesToKey with MD5 and one iteration. */
function keyOf(salt: Uint8Array, length: number): Buffer {
  let key = Buffer.alloc(0), last = Buffer.alloc(0)
  for (; key.length < length; key = Buffer.concat([key, last])) last = createHash('md5').update(last).update(PASSPHRASE).update(salt).digest()
  return key.subarray(0, length)
}

interface Parts { headers?: readonly string[], plain?: Uint8Array, padding?: Uint8Array | 'right', cut?: number, iv?: Buffer }
function file({ iv = randomBytes(16), plain = PLAIN, padding = 'right', cut = 0, headers = ['Proc-Type: 4,ENCRYPTED', `DEK-Info: AES-128-CBC,${iv.toString('hex')}`] }: Parts = {}): string {
  const cipher = createCipheriv('aes-128-cbc', keyOf(iv.subarray(0, 8), 16), iv).setAutoPadding(padding === 'right')
  const data = Buffer.concat([cipher.update(plain), ...padding === 'right' ? [] : [cipher.update(padding)], cipher.final()])
  return `-----BEGIN EC PRIVATE KEY-----\n${headers.map((line) => `${line}\n`).join('')}\n${data.subarray(0, data.length - cut).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END EC PRIVATE KEY-----\n`
}
const open = (text: string) => parsePrivateKey(text, { passphrase: PASSPHRASE })

test('a right one opens', async () => {
  expect((await open(file())).type).toBe('ecdsa-sha2-nistp256')
  expect((await open(file().replace('4,ENCRYPTED', '4, ENCRYPTED'))).type).toBe('ecdsa-sha2-nistp256')
})

// Keys of 24 and 32 bytes take two hashes of MD5.
test.each(['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc', 'des-ede3-cbc'])('%s, as OpenSSL writes it', async (cipher) => {
  const text = privateKey.export({ format: 'pem', type: 'sec1', cipher, passphrase: PASSPHRASE }) as string
  expect(text).toContain(`DEK-Info: ${cipher.toUpperCase()},`)
  expect((await open(text)).type).toBe('ecdsa-sha2-nistp256')
})

describe('headers', () => {
  const iv = 'ab'.repeat(16)
  test.each<[name: string, headers: readonly string[], code: string, message: RegExp]>([
    ['no DEK-Info', ['Proc-Type: 4,ENCRYPTED'], 'ERR_KEY_FORMAT', /DEK-Info is missing/],
    ['no cipher', ['Proc-Type: 4,ENCRYPTED', `DEK-Info: ,${iv}`], 'ERR_KEY_FORMAT', /DEK-Info is missing/],
    ['a cipher of another kind', ['Proc-Type: 4,ENCRYPTED', `DEK-Info: CAMELLIA-128-CBC,${iv}`], 'ERR_KEY_UNSUPPORTED', /cipher/],
    ['a cipher of another length', ['Proc-Type: 4,ENCRYPTED', `DEK-Info: AES-64-CBC,${iv}`], 'ERR_KEY_UNSUPPORTED', /cipher/],
    ['no IV', ['Proc-Type: 4,ENCRYPTED', 'DEK-Info: AES-128-CBC'], 'ERR_KEY_FORMAT', /no valid IV/],
    ['a short IV', ['Proc-Type: 4,ENCRYPTED', `DEK-Info: AES-128-CBC,${iv.slice(2)}`], 'ERR_KEY_FORMAT', /no valid IV/],
    ['an IV that is too long for 3DES', ['Proc-Type: 4,ENCRYPTED', `DEK-Info: DES-EDE3-CBC,${iv}`], 'ERR_KEY_FORMAT', /no valid IV/],
    ['an IV of no hexadecimal digits', ['Proc-Type: 4,ENCRYPTED', `DEK-Info: AES-128-CBC,${'xy'.repeat(16)}`], 'ERR_KEY_FORMAT', /no valid IV/],
    ['another processing', ['Proc-Type: 4,MIC-ONLY', `DEK-Info: AES-128-CBC,${iv}`], 'ERR_KEY_FORMAT', /DER/],
  ])('%s', async (_, headers, code, message) => {
    await expect(open(file({ headers }))).rejects.toMatchObject({ name: 'KeyError', code, message: expect.stringMatching(message) as string })
  })
  test('what is wrong is said before the passphrase is asked for', async () => {
    await expect(parsePrivateKey(file({ headers: ['Proc-Type: 4,ENCRYPTED'] }))).rejects.toMatchObject({ code: 'ERR_KEY_FORMAT' })
    await expect(parsePrivateKey(file())).rejects.toMatchObject({ code: 'ERR_KEY_PASSPHRASE_REQUIRED' })
  })
})

describe('padding', () => {
  /** Whole blocks of which the last one ends in this padding. */
  const padded = (padding: readonly number[]) => file({ plain: Buffer.concat([PLAIN, Buffer.alloc(16 - PLAIN.length % 16)]), padding: Uint8Array.of(...Array<number>(16 - padding.length).fill(9), ...padding) })
  test.each<[name: string, padding: readonly number[]]>([['of zero', [0]], ['of more than a block', Array<number>(16).fill(17)], ['of different bytes', [2, 3, 3]], ['that another byte begins', [3, 4, 4, 4]]])('%s', async (_, padding) => {
    await expect(open(padded(padding))).rejects.toMatchObject({ code: 'ERR_KEY_PASSPHRASE_WRONG' })
  })
  test('a whole block of it, and a single byte', async () => {
    const whole = Buffer.concat([PLAIN, Buffer.alloc((16 - PLAIN.length % 16) % 16)])
    // Bytes behind the sequence are not allowed, so the padding must reach to its end.
    const rest = 16 - PLAIN.length % 16
    expect((await open(file({ padding: new Uint8Array(rest).fill(rest) }))).type).toBe('ecdsa-sha2-nistp256')
    await expect(open(file({ plain: whole, padding: new Uint8Array(16).fill(16) }))).rejects.toMatchObject({ code: 'ERR_KEY_PASSPHRASE_WRONG' })
  })
  test('no whole number of blocks, or no block at all', async () => {
    await expect(open(file({ cut: 1 }))).rejects.toMatchObject({ code: 'ERR_KEY_FORMAT', message: expect.stringContaining('whole number of blocks') as string })
    await expect(open(file({ cut: Math.ceil((PLAIN.length + 1) / 16) * 16 }))).rejects.toMatchObject({ name: 'KeyError', code: 'ERR_KEY_FORMAT' })
  })
})
