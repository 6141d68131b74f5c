// Key files of security keys (PROTOCOL.u2f), field by field: no device is needed, since the private key is not in them.
import { createCipheriv } from 'node:crypto'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { bcryptPbkdf } from '../../../src/keys/files/ciphers/bcrypt-pbkdf.ts'
import { later } from '../../../src/keys/steps.ts'
import { string } from './independent-verifier.ts'
import { times, watchWiping } from './wiped.ts'

// Each test loads the reader anew, so that its numbers are those of the test.
beforeEach(() => { vi.resetModules() })
const read = async (text: string, passphrase?: string) => (await import('../../../src/keys/files/openssh/security-key.ts')).readSecurityKey(text, passphrase)

const ED25519 = Buffer.concat(['sk-ssh-ed25519@openssh.com', Buffer.alloc(32, 1), 'ssh:'].map((field) => string(field)))
const ECDSA = Buffer.concat(['sk-ecdsa-sha2-nistp256@openssh.com', 'nistp256', Buffer.alloc(65, 4), 'ssh:'].map((field) => string(field)))
const PLAIN = Buffer.concat(['ssh-ed25519', Buffer.alloc(32, 1)].map((field) => string(field)))
const entryOf = (blob: Buffer, flags: number) => Buffer.concat([blob, Buffer.of(flags), string('the handle'), string('')])

interface Parts { blob?: Buffer, flags?: number, entry?: Buffer, passphrase?: Buffer }
async function file({ blob = ED25519, flags = 1, entry = entryOf(blob, flags), passphrase }: Parts = {}): Promise<string> {
  const block = passphrase ? 16 : 8, section = Buffer.concat([Buffer.alloc(8, 5), entry, string('on a stick')])
  const padded = Buffer.concat([section, Buffer.from(Array.from({ length: (block - section.length % block) % block }, (_, index) => index + 1))])
  const options = passphrase ? Buffer.concat([string('a salt'), Buffer.of(0, 0, 0, 1)]) : Buffer.alloc(0)
  const derived = passphrase && await later(bcryptPbkdf(new Uint8Array(passphrase), new Uint8Array(Buffer.from('a salt')), 48, 1))
  const sealed = derived ? createCipheriv('aes-256-ctr', derived.subarray(0, 32), derived.subarray(32)).update(padded) : padded
  const whole = Buffer.concat([Buffer.from('openssh-key-v1\0'), string(passphrase ? 'aes256-ctr' : 'none'), string(passphrase ? 'bcrypt' : 'none'), string(options), Buffer.of(0, 0, 0, 1), string(blob), string(sealed)])
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${whole.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`
}

describe.each([['Ed25519', ED25519], ['ECDSA', ECDSA]])('%s', (_, blob) => {
  // PROTOCOL.u2f: 0x01 asks for a touch, 0x04 for a PIN, 0x20 is of keys that live on the device.
  test.each([[0x01, true], [0x21, true], [0x05, true], [0x00, false], [0x04, false], [0x20, false]])('flags %d', async (flags, touch) => {
    const { publicKey, entry, ...rest } = await read(await file({ blob, flags }))
    expect([Buffer.from(publicKey), Buffer.from(entry), rest]).toEqual([blob, entryOf(blob, flags), { touch, comment: 'on a stick' }])
  })
})

describe('with a passphrase', () => {
  const passphrase = Buffer.from('a passphrase of this test')
  test('it opens, and the copy of the passphrase is zeroed', async () => {
    const text = await file({ passphrase })
    const wiped = await watchWiping(() => read(text, passphrase.toString()))
    expect(wiped.result).toMatchObject({ touch: true, comment: 'on a stick' })
    expect(Buffer.from(wiped.result!.entry)).toEqual(entryOf(ED25519, 1))
    expect(times(wiped, passphrase)).toBe(1)
  })
  test('that is missing or wrong', async () => {
    const text = await file({ passphrase })
    await expect(read(text)).rejects.toMatchObject({ code: 'ERR_KEY_PASSPHRASE_REQUIRED' })
    const wiped = await watchWiping(() => read(text, 'another'))
    expect(wiped.error).toMatchObject({ code: 'ERR_KEY_PASSPHRASE_WRONG', message: 'the passphrase is wrong, or the key is damaged' })
    expect(times(wiped, Buffer.from('another'))).toBe(1)
  })
})

test.each<[name: string, text: () => Promise<string>, message: string]>([
  ['a key of another kind', () => file({ blob: PLAIN, entry: Buffer.concat([PLAIN, string(Buffer.alloc(64, 1))]) }), 'the private part of the key is not of a security key'],
  ['a key of another kind, with the fields of a security key', () => file({ blob: Buffer.concat([PLAIN, string('ssh:')]) }), 'the private part of the key is not of a security key'],
  ['the public key of another', () => file({ entry: entryOf(ECDSA, 1) }), 'of different keys'],
  ['no handle', () => file({ entry: ED25519 }), 'damaged private key: '],
  ['a public key', async () => 'sk-ssh-ed25519@openssh.com AAAA', 'this is not a private key in OpenSSH\'s format'],
  ['a key of OpenSSL', async () => (await file()).replaceAll('OPENSSH PRIVATE', 'PRIVATE'), 'this is not a private key in OpenSSH\'s format'],
])('%s', async (_, text, message) => {
  await expect(read(await text())).rejects.toMatchObject({ name: 'KeyError', code: 'ERR_KEY_FORMAT', message: expect.stringContaining(message) as string })
})
