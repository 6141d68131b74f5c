// Keys as people paste them into forms, variables and YAML: n8n-io/n8n#31007, and the first page of every tracker of an SSH library.
// Read where it is unambiguous; else the error names the mistake.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { knownHosts, parsePrivateKey, parsePublicKey, publicKey } from '../../src/index.ts'
import { keyPair } from '../support/key-pairs.ts'
import { requirePeer } from '../support/require-peer.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { PASSPHRASE, rewritten, throughOpenssl, throughPuttygen } from '../unit/keys/key-files.ts'

const openssl = (...words: string[]) => execFileSync('openssl', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
const flat = (text: string) => text.trim().replace(/\r?\n/g, '')
const utf16 = (text: string, littleEndian: boolean) => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le')
  return littleEndian ? bytes : bytes.swap16()
}

/** Ways in which a text arrives, none of them ambiguous. */
const WAYS: readonly (readonly [string, (text: string) => string | Uint8Array])[] = [
  ['CR LF', (text) => text.replaceAll('\n', '\r\n')],
  ['CR only', (text) => text.replaceAll('\n', '\r')],
  ['line breaks written as \\n', (text) => text.replaceAll('\n', '\\n')],
  ['line breaks written as \\r\\n', (text) => text.replaceAll('\n', '\\r\\n')],
  ['… and quoted, as JSON', (text) => JSON.stringify(text)],
  ['in single quotes', (text) => `'${text}'`],
  ['a byte order mark', (text) => `\ufeff${text}`],
  ['a byte order mark within quotes', (text) => `"\ufeff${text}"`],
  ['blanks around', (text) => `\n\n\t ${text.trim()}  \n `],
  ['no end of the last line', (text) => text.trimEnd()],
  ['base64 of the file', (text) => Buffer.from(text).toString('base64')],
  ['base64 of the file, wrapped', (text) => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n')],
  ['bytes', (text) => Buffer.from(text)],
  ['bytes of UTF-16, as PowerShell writes', (text) => utf16(text, true)],
  ['bytes of UTF-16, the other order', (text) => utf16(text, false)],
  ['bytes of UTF-16 without a mark', (text) => utf16(text, true).subarray(2)],
  ['bytes of UTF-16 without a mark, the other order', (text) => utf16(text, false).subarray(2)],
  ['escaped twice', (text) => JSON.stringify(JSON.stringify(text))],
  ['escaped by PHP, which escapes slashes', (text) => JSON.stringify(text).replaceAll('/', '\\/')],
  ['line breaks written as \\u000a', (text) => text.replaceAll('\n', '\\u000a')],
  ['line breaks written as \\n, and one real one behind', (text) => `${text.trim().replaceAll('\n', '\\n')}\n`],
  ['a member of JSON', (text) => `{"type": "x", "private_key": ${JSON.stringify(text)}}`],
  ['a line of a .env file', (text) => `OTHER=1\nSSH_KEY="${text}"\n`],
  ['a line of a .env file, escaped', (text) => `SSH_KEY="${text.trim().replaceAll('\n', '\\n')}"`],
  ['quoted as $\'…\' of a shell', (text) => `$'${text.replaceAll('\n', '\\n')}'`],
  ['indented, as in YAML', (text) => `key: |\n${text.replace(/^/gm, '    ')}`],
  ['tabs in front, CR LF behind', (text) => text.replace(/^/gm, '\t').replaceAll('\n', '\r\n')],
  ['line breaks doubled', (text) => text.replaceAll('\n', '\n\n')],
  ['blanks at the ends of lines', (text) => text.replace(/$/gm, ' \t')],
  ['a text before and behind', (text) => `Here it is:\n${text}\n-- \nsigned`],
  ['attributes before and a signature behind', (text) => `Bag Attributes\n    friendlyName: x\nKey Attributes: <No Attributes>\n${text}\n-- \nsigned`],
  ['NULs and a control Z behind', (text) => `${text}\0\0\x1a`],
  ['base64 of the file, line breaks written as \\n', (text) => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\\n')],
]
/** Ways that only armoured text survives. */
const ARMOURED: typeof WAYS = [
  ['line breaks lost', flat],
  ['line breaks become blanks', (text) => text.trim().replaceAll('\n', ' ')],
  ['all white space lost', (text) => text.replace(/\s/g, '')],
  ['blanks of a page: no-break spaces, and some of no width', (text) => `\u200b${text.replaceAll(' ', '\u00a0').replace(/$/gm, '\u200b\u2028')}`],
  ['lines of another length', (text) => text.replace(/^[A-Za-z\d+/=]{10,}$/gm, (line) => line.replace(/.{9}/g, '$&\n'))],
  ['a backslash at the ends of lines', (text) => text.replaceAll('\n', '\\\n')],
]

const formats: readonly (readonly [string, () => Promise<string>, boolean])[] = [
  ['OpenSSH', async () => (await keyPair('ed25519', 'user')).privateKey, true],
  ['OpenSSH, encrypted', () => rewritten('ed25519', ['-a', '2'], PASSPHRASE), true],
  ['PKCS#1', () => throughOpenssl('rsa', ['rsa', '-traditional'], false), true],
  ['PKCS#1, encrypted by headers', () => throughOpenssl('rsa', ['rsa', '-traditional', '-aes256'], true), true],
  ['PKCS#8', () => throughOpenssl('ecdsa', ['pkcs8', '-topk8', '-nocrypt'], false), true],
  ...requirePeer('puttygen') ? [['PuTTY', () => throughPuttygen('ed25519', 'version=3,memory=64,passes=2', PASSPHRASE), false]] as const : [],
]

describe.runIf(requirePeer('openssl')).each(formats)('%s', (_format, make, armoured) => {
  test.each([...WAYS, ...ARMOURED])('%s', async (name, way) => {
    if (!armoured && ARMOURED.some(([other]) => other === name)) {
      await expect(parsePrivateKey(way(await make()), { passphrase: PASSPHRASE })).rejects.toMatchObject({ name: 'KeyError' })
      return
    }
    const text = await make()
    const [plain, pasted] = [await parsePrivateKey(text, { passphrase: PASSPHRASE }), await parsePrivateKey(way(text), { passphrase: PASSPHRASE })]
    expect(Buffer.from(pasted.publicKey).equals(plain.publicKey)).toBe(true)
  })
})

test('the base64 of an OpenSSH key without the lines around it', async () => {
  const { privateKey, publicKey: line } = await keyPair('ed25519', 'user')
  const key = await parsePrivateKey(privateKey.replace(/-----.*-----\n?/g, ''))
  expect(Buffer.from(key.publicKey).equals(parsePublicKey(line).blob)).toBe(true)
})

describe('what is no private key: the error says what it is', () => {
  test.each<[string, string | (() => Promise<string>), RegExp]>([
    ['nothing', '', /empty/],
    ['blanks', ' \n', /empty/],
    ['a Promise that became text', '[object Promise]', /await/],
    ['an object that became text', '[object Object]', /object/],
    ['undefined that became text', 'undefined', /not set/],
    ['a path', '/home/me/.ssh/id_rsa', /path.*readFile/],
    ['a path with a tilde', '~/.ssh/id_ed25519', /path/],
    ['a path of Windows', 'C:\\Users\\me\\.ssh\\id_rsa', /path/],
    ['a path of Windows with \\n in it', 'C:\\new\\rsa.key', /path/],
    ['a relative path', './keys/deploy.pem', /path/],
    ['a name of a file', 'id_ed25519', /path/],
    ['a URL of a file', 'file:///home/me/key', /path/],
    ['a variable of a shell', '$SSH_KEY', /placeholder/],
    ['a placeholder', '${{ secrets.SSH_KEY }}', /placeholder/],
    ['a public key', async () => (await keyPair('rsa', 'user')).publicKey, /public key/],
    ['a public key of PEM', () => throughOpenssl('rsa', ['rsa', '-pubout'], false), /public key/],
    ['an X.509 certificate', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n', /certificate/],
    ['a PGP key', '-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQO\n-----END PGP PRIVATE KEY BLOCK-----\n', /PGP/],
    ['a page', '<!DOCTYPE html><html></html>', /page/],
    ['JSON', '{"kty":"OKP"}', /JSON/],
    ['a fingerprint', 'SHA256:MHrtMS/Vf35zxTemIBpFyKqv9rT1bd1XMLqM9CnT8WY', /fingerprint/],
    ['dashes that became long', async () => (await keyPair('ed25519', 'user')).privateKey.replaceAll('-----', '\u2014\u2014-'), /dashes/],
    ['capitals that were lost', async () => (await keyPair('ed25519', 'user')).privateKey.replace(/BEGIN|END/g, (word) => word.toLowerCase()), /capitals/],
    ['dashes that were lost', async () => (await keyPair('ed25519', 'user')).privateKey.replaceAll('-----', '---'), /dashes/],
    ['a key of ssh.com', '---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nP2/56wAAA\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n', /ssh-keygen -i -f/],
    ['half a key', async () => (await keyPair('ed25519', 'user')).privateKey.slice(0, 200), /END/],
  ])('%s', async (_name, text, message) => {
    const given = typeof text === 'string' ? text : await text()
    const error = await parsePrivateKey(given).catch((reason: unknown) => reason) as Error
    expect(error).toMatchObject({ name: 'KeyError', message: expect.stringMatching(message) as string })
    if (given.trim().length > 20) expect(error.message).not.toContain(given.trim().slice(0, 20))
  })

  test.each<[string, unknown, RegExp]>([
    ['undefined', undefined, /undefined/], ['null', null, /null/], ['a number', 7, /text or its bytes|not 7/],
    ['a Promise', Promise.resolve('x'), /await/],
  ])('%s: a TypeError', async (_name, value, message) => {
    await expect(parsePrivateKey(value as string)).rejects.toMatchObject({ name: 'TypeError', message: expect.stringMatching(message) as string })
    expect(() => publicKey(value as string)).toThrow(message)
  })

})

describe.runIf(requirePeer('openssl'))('forms that are not read name the command that converts them, and it does', () => {
  const folder = () => temporaryDirectory('convert')
  const commandOf = (error: unknown) => /convert it with (openssl .*)$/.exec((error as Error).message)![1]!
  /** Runs the command that the message gives, and reads what it makes. */
  async function converted(file: string, passphrase?: string, given: string | Uint8Array = readFileSync(file, 'utf8')) {
    const command = commandOf(await parsePrivateKey(given, { passphrase: 'secret' }).catch((reason: unknown) => reason))
    execFileSync('openssl', [...command.replace('OLD', file).replace('NEW', `${file}.new`).split(' ').slice(1), ...passphrase ? ['-passin', `pass:${passphrase}`, '-passout', `pass:${passphrase}`] : []], { stdio: 'ignore' })
    return parsePrivateKey(readFileSync(`${file}.new`, 'utf8'), { passphrase: passphrase ?? '' })
  }

  test('explicit EC parameters', async () => {
    using directory = disposable(folder())
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-param_enc', 'explicit', '-noout', '-out', directory.file('key'))
    expect((await converted(directory.file('key'))).type).toBe('ecdsa-sha2-nistp256')
  })

  test('PBES1', async () => {
    using directory = disposable(folder())
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', directory.file('plain'))
    openssl('pkcs8', '-topk8', '-v1', 'PBE-SHA1-3DES', '-in', directory.file('plain'), '-out', directory.file('key'), '-passout', 'pass:secret')
    expect((await converted(directory.file('key'), 'secret')).type).toBe('ecdsa-sha2-nistp256')
  })

  test('DER', async () => {
    using directory = disposable(folder())
    openssl('genpkey', '-algorithm', 'ed25519', '-outform', 'DER', '-out', directory.file('key'))
    expect((await converted(directory.file('key'), undefined, readFileSync(directory.file('key')))).type).toBe('ssh-ed25519')
    await expect(parsePrivateKey(readFileSync(directory.file('key')).toString('base64'))).rejects.toThrow(/DER/)
  })

  test('DER that ends with a byte that is white space in text', async () => {
    const der = Buffer.from('302e020100300506032b657004220420'.padEnd(96, '20'), 'hex')
    for (const given of [der, der.toString('base64')]) await expect(parsePrivateKey(given)).rejects.toThrow(/DER/)
  })

  test.each([[['dsa']], [['pkcs8', '-topk8', '-nocrypt']]])('DSA is told by name (%s)', async (words) => {
    using directory = disposable(folder())
    openssl('dsaparam', '-out', directory.file('parameters'), '1024')
    openssl('gendsa', '-out', directory.file('key'), directory.file('parameters'))
    await expect(parsePrivateKey(openssl(...words, '-in', directory.file('key')))).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED', message: expect.stringContaining('ssh-dss') as string })
  })
})

test.runIf(requirePeer('sshd'))('a file of OpenSSH encrypted with 3des-cbc', async () => {
  const key = await parsePrivateKey(await rewritten('ed25519', ['-a', '2', '-Z', '3des-cbc'], PASSPHRASE), { passphrase: PASSPHRASE })
  expect(Buffer.from(key.publicKey).equals(parsePublicKey((await keyPair('ed25519', 'user')).publicKey).blob)).toBe(true)
  await expect(parsePrivateKey(await rewritten('ed25519', ['-a', '2', '-Z', '3des-cbc'], PASSPHRASE), { passphrase: 'wrong' })).rejects.toMatchObject({ code: 'ERR_KEY_PASSPHRASE_WRONG' })
})

test.each([['a byte order mark', (line: string) => `\ufeff${line}`], ['quotes', (line: string) => `"${line}"`], ['CR LF', (line: string) => `${line}\r\n`], ['bytes', (line: string) => Buffer.from(line)]])('a public key with %s', async (_name, way) => {
  const { publicKey: line } = await keyPair('ed25519', 'user')
  expect(Buffer.from(parsePublicKey(way(line)).blob).equals(parsePublicKey(line).blob)).toBe(true)
})

test('a byte order mark before known_hosts', async () => {
  const { publicKey: line } = await keyPair('ed25519', 'host')
  const info = { host: 'host', port: 22, key: parsePublicKey(line).blob, algorithm: 'ssh-ed25519' }
  await knownHosts(`\ufeffhost ${line}`).verify(info)
  await knownHosts(['other ' + line, `\ufeffhost ${line}`]).verify(info)
})

function disposable<T extends { remove(): void }>(directory: T): T & Disposable {
  return Object.assign(directory, { [Symbol.dispose]: () => directory.remove() })
}
