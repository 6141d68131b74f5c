import { createCipheriv, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { bcryptPbkdf } from '../../../src/keys/files/ciphers/bcrypt-pbkdf.ts'
import { later } from '../../../src/keys/steps.ts'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import { decryptTripleDesCbc } from '../../../src/keys/files/ciphers/triple-des.ts'
import { quickest } from '../../support/quickest.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { PASSPHRASE, rewritten, throughOpenssl, throughPuttygen } from './key-files.ts'

// The vector of OpenBSD's regress/lib/libutil/bcrypt_pbkdf; formats with other lengths are compared with ssh-keygen in private-key-formats.test.ts.
it('bcrypt_pbkdf', async () => {
  const key = await later(bcryptPbkdf(Buffer.from('password'), Buffer.from('salt'), 32, 4))
  expect(Buffer.from(key).toString('hex')).toBe('5bbf0cc293587f1c3635555c27796598d47e579071bf427e9d8fbe842aba34d9')
})

it('3DES as node:crypto has it', () => {
  for (const length of [8, 64, 1024]) {
    const key = randomBytes(24), iv = randomBytes(8), data = randomBytes(length)
    const cipher = createCipheriv('des-ede3-cbc', key, iv).setAutoPadding(false)
    expect(Buffer.from(decryptTripleDesCbc(key, iv, Buffer.concat([cipher.update(data), cipher.final()])))).toEqual(data)
  }
})

describe('limits: refused before anything is spent, even without a passphrase', () => {
  const refused = async (text: string) => {
    for (const options of [{}, { passphrase: PASSPHRASE }]) {
      expect(await quickest(() => expect(parsePrivateKey(text, options)).rejects.toMatchObject({ name: 'KeyError', code: 'ERR_KEY_LIMIT' }))).toBeLessThan(500)
    }
  }
  /** Replaces one byte sequence inside the base64 by another of the same length. */
  const patched = (text: string, from: string, to: string) => {
    const body = /^(?:[A-Za-z0-9+/=]+\n)+/m.exec(text)![0]
    const hex = Buffer.from(body, 'base64').toString('hex')
    expect(hex.split(from)).toHaveLength(2)
    return text.replace(body, `${Buffer.from(hex.replace(from, to), 'hex').toString('base64')}\n`)
  }

  it.runIf(requirePeer('sshd'))('rounds of bcrypt', async () => {
    const text = await rewritten('ed25519', ['-a', '3'], PASSPHRASE)
    await refused(patched(text, '0000000300000001', '0000040100000001'))
    await refused(patched(text, '0000000300000001', 'ffffffff00000001'))
  })
  it.runIf(requirePeer('openssl'))('iterations of PBKDF2', async () => {
    const text = await throughOpenssl('ed25519', ['pkcs8', '-topk8', '-v2', 'aes-256-cbc', '-iter', '65537'], true)
    await refused(patched(text, '0203010001', '02037fffff'))
  })
  it.runIf(requirePeer('openssl'))('memory of scrypt', async () => {
    const text = await throughOpenssl('ed25519', ['pkcs8', '-topk8', '-scrypt', '-scrypt_N', '4096', '-scrypt_r', '8', '-scrypt_p', '1'], true)
    await refused(patched(text, '02021000020108020101', '0202400002017f02017f'))
  })
  it.runIf(requirePeer('puttygen')).each([['Memory: 64', 'Memory: 1048576'], ['Passes: 2', 'Passes: 999999999'], ['Passes: 2', 'Passes: 4294967295']])('Argon2 with %s made %s', async (from, to) => {
    const text = await throughPuttygen('ed25519', 'version=3,memory=64,passes=2', PASSPHRASE)
    expect(text).toContain(from)
    await refused(text.replace(from, to))
  })
  it('length of the text', async () => {
    await refused(`-----BEGIN OPENSSH PRIVATE KEY-----\n${'A'.repeat(300_000)}`)
  })
})
