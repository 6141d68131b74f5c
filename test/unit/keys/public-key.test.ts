import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { KeyError } from '../../../src/errors/ssh-error.ts'
import { parseCertificate } from '../../../src/keys/certificate.ts'
import { formatPublicKey, parsePublicKey } from '../../../src/keys/public-key.ts'
import { keyPair, type KeyType } from '../../support/key-pairs.ts'
import { seededRandom } from '../../support/random.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { publicBlobOf, string } from './independent-verifier.ts'
import { inFolder, KEY_TYPES, run } from './key-files.ts'

const BITS: Record<KeyType, number> = { ed25519: 256, rsa: 2048, ecdsa: 256, ecdsa384: 384, ecdsa521: 521 }

describe.runIf(requirePeer('sshd')).each(KEY_TYPES)('%s', (type) => {
  it('a line is read and written', async () => {
    const { publicKey } = await keyPair(type, 'user')
    const key = parsePublicKey(`${publicKey}\r\n`)
    expect(key).toMatchObject({ type: publicKey.split(' ')[0], comment: `user_${type}@test`, bits: BITS[type] })
    expect(formatPublicKey(key)).toBe(publicKey)
    expect(parsePublicKey(Buffer.from(key.blob)).blob).toEqual(key.blob)
    expect(formatPublicKey({ ...key, comment: 'two\nlines ' })).toBe(`${publicKey.split(' ').slice(0, 2).join(' ')} two lines`)
  })
  it('RFC 4716, and PEM where ssh-keygen writes it', async () => {
    const pair = await keyPair(type, 'user')
    for (const format of ['RFC4716', ...type === 'ed25519' ? [] : ['PKCS8'], ...type === 'rsa' ? ['PEM'] : []]) {
      const key = parsePublicKey(run('ssh-keygen', ['-e', '-m', format, '-f', `${pair.path}.pub`]))
      expect(formatPublicKey({ blob: key.blob, comment: `user_${type}@test` }), format).toBe(pair.publicKey)
    }
  })
})

it('RFC 4716 with continued headers and a quoted comment', () => {
  const blob = publicBlobOf(generateKeyPairSync('ed25519').publicKey)
  const key = parsePublicKey(`---- BEGIN SSH2 PUBLIC KEY ----\nSubject: me\nComment: "a comment \\\nover two lines"\n${blob.toString('base64').replace(/.{30}/g, '$&\n')}\n---- END SSH2 PUBLIC KEY ----\n`)
  expect(Buffer.from(key.blob)).toEqual(blob)
  expect(key.comment).toBe('a comment over two lines')
})

it('Ed25519 as openssl writes it', () => {
  const { publicKey } = generateKeyPairSync('ed25519')
  expect(Buffer.from(parsePublicKey(publicKey.export({ format: 'pem', type: 'spki' }) as string).blob)).toEqual(publicBlobOf(publicKey))
})

describe.runIf(requirePeer('sshd'))('certificates', () => {
  const certificate = () => inFolder((file) => {
    for (const name of ['ca', 'key']) run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(name)])
    run('ssh-keygen', ['-q', '-s', file('ca'), '-I', 'the id', '-n', 'me,you', '-z', '77', '-V', '20300101000000Z:20310101000000Z', '-O', 'clear', '-O', 'permit-pty', '-O', 'force-command=ls', file('key.pub')])
    return { line: readFileSync(file('key-cert.pub'), 'utf8'), key: readFileSync(file('key.pub'), 'utf8'), ca: readFileSync(file('ca.pub'), 'utf8') }
  })
  it('are taken apart as ssh-keygen put them together', () => {
    const { line, key, ca } = certificate()
    const parsed = parseCertificate(parsePublicKey(line).blob)
    expect(parsed).toMatchObject({ type: 'ssh-ed25519-cert-v01@openssh.com', serial: 77n, role: 'user', keyId: 'the id', principals: ['me', 'you'], validAfter: BigInt(Date.UTC(2030, 0)) / 1000n, validBefore: BigInt(Date.UTC(2031, 0)) / 1000n })
    expect(parsed.publicKey).toEqual(parsePublicKey(key).blob)
    expect(parsed.signatureKey).toEqual(parsePublicKey(ca).blob)
    expect([...parsed.extensions.keys()]).toEqual(['permit-pty'])
    expect(Buffer.from(parsed.criticalOptions.get('force-command')!)).toEqual(string('ls'))
  })
  it('damaged ones give a KeyError, nothing else', () => {
    const blob = Buffer.from(parsePublicKey(certificate().line).blob)
    const random = seededRandom(5)
    for (let i = 0; i < 500; i++) {
      const damaged = i % 4 === 0 ? blob.subarray(0, random.integer(0, blob.length - 1)) : Buffer.from(blob)
      if (i % 4 !== 0) damaged[random.integer(0, damaged.length - 1)]! ^= 1 << random.integer(0, 7)
      try {
        parseCertificate(damaged)
        expect(i % 4).not.toBe(0)
      } catch (error) {
        expect(error).toBeInstanceOf(KeyError)
      }
    }
  })
})

describe('what is no public key', () => {
  const ed25519 = publicBlobOf(generateKeyPairSync('ed25519').publicKey)
  const rsa = (e: Buffer, n: Buffer) => Buffer.concat([string('ssh-rsa'), string(e), string(n)])
  const odd = (length: number) => Buffer.concat([Buffer.of(0), Buffer.alloc(length, 0xff)])
  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'ERR_KEY_FORMAT'],
    ['a word', 'ssh-ed25519', 'ERR_KEY_FORMAT'],
    ['two types', `ssh-rsa ${ed25519.toString('base64')}`, 'ERR_KEY_FORMAT'],
    ['bytes after the key', Buffer.concat([ed25519, Buffer.of(0)]), 'ERR_KEY_FORMAT'],
    ['a short key', ed25519.subarray(0, -1), 'ERR_KEY_FORMAT'],
    ['DSA', Buffer.concat([string('ssh-dss'), string('')]), 'ERR_KEY_UNSUPPORTED'],
    ['a curve that is not its type\'s', Buffer.concat([string('ecdsa-sha2-nistp256'), string('nistp384'), string(Buffer.concat([Buffer.of(4), Buffer.alloc(64)]))]), 'ERR_KEY_FORMAT'],
    ['a compressed point', Buffer.concat([string('ecdsa-sha2-nistp256'), string('nistp256'), string(Buffer.concat([Buffer.of(2), Buffer.alloc(32)]))]), 'ERR_KEY_FORMAT'],
    ['an even modulus', rsa(Buffer.of(3), Buffer.concat([odd(256), Buffer.of(0)])), 'ERR_KEY_FORMAT'],
    ['an exponent of one', rsa(Buffer.of(1), odd(256)), 'ERR_KEY_FORMAT'],
    ['an endless exponent', rsa(odd(256), odd(256)), 'ERR_KEY_FORMAT'],
    ['an endless modulus', rsa(Buffer.of(3), odd(2049)), 'ERR_KEY_LIMIT'],
    ['PEM of another kind', '-----BEGIN DSA PUBLIC KEY-----\nMAA=\n-----END DSA PUBLIC KEY-----', 'ERR_KEY_UNSUPPORTED'],
  ])('%s', (_name, key, code) => {
    expect(() => parsePublicKey(key)).toThrow(expect.objectContaining({ name: 'KeyError', code }) as Error)
  })
  it('the file of a private key', () => {
    expect(() => parsePublicKey('-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----')).toThrow(KeyError)
  })
})
