import { describe, expect, it } from 'vitest'
import { KeyError } from '../../../src/errors/ssh-error.ts'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import { keyPair } from '../../support/key-pairs.ts'
import { type Random, seededRandom } from '../../support/random.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { KEY_TYPES, PASSPHRASE, pkcs8, rewritten, throughOpenssl, throughPuttygen } from './key-files.ts'

/** Every way to damage a file ends in the same key (where the damage is in a comment or between the lines), or in a KeyError. */
async function survives(text: string, secrets: readonly string[], passphrase = ''): Promise<'opened' | 'refused'> {
  const started = performance.now()
  try {
    await parsePrivateKey(text, { passphrase })
    return 'opened'
  } catch (error) {
    if (!(error instanceof KeyError)) throw new Error(`not a KeyError: ${String(error)} for\n${text}`, { cause: error })
    for (const secret of secrets) expect(error.message).not.toContain(secret)
    return 'refused'
  } finally {
    expect(performance.now() - started).toBeLessThan(15_000)
  }
}

function* truncations(text: string, count: number): Generator<string> {
  for (let i = 0; i < count; i++) yield text.slice(0, Math.floor(text.trimEnd().length * i / count))
}

/** Changes characters of the text: armour, headers, base64. */
function* textDamage(text: string, random: Random, count: number): Generator<string> {
  for (let i = 0; i < count; i++) {
    const at = random.integer(0, text.length - 1)
    yield text.slice(0, at) + random.pick(['', 'A', '=', ':', '\n', '\0', '-', 'é', '9', text.slice(at, at + 40)]) + text.slice(at + random.integer(0, 2))
  }
}

/** Flips bits and cuts inside the base64, with the armour whole. */
function* binaryDamage(text: string, random: Random, count: number): Generator<string> {
  const body = [...text.matchAll(/^(?:[A-Za-z0-9+/]{50,}={0,2}\n)+(?:[A-Za-z0-9+/]+={0,2}\n)?/gm)].at(-1)![0]
  for (let i = 0; i < count; i++) {
    let bytes = Buffer.from(body, 'base64')
    if (i % 8 === 0) bytes = bytes.subarray(0, random.integer(0, bytes.length - 1))
    // The first bytes hold the lengths and the parameters: half of the damage goes there.
    else for (let flips = random.integer(1, 2); flips > 0; flips--) bytes[random.integer(0, (i % 2 ? Math.min(120, bytes.length) : bytes.length) - 1)]! ^= 1 << random.integer(0, 7)
    const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
    yield text.replace(body, `${lines.join('\n')}\n`).replace(/Private-Lines: \d+/, `Private-Lines: ${lines.length}`)
  }
}

describe.runIf(requirePeer('sshd') && requirePeer('openssl') && requirePeer('puttygen')).each(KEY_TYPES)('damaged, %s', (type) => {
  const formats: [name: string, make: () => Promise<string>][] = [
    ['OpenSSH', async () => (await keyPair(type, 'user')).privateKey],
    ['PKCS#8', async () => (await pkcs8(type)).plainPkcs8],
    ...type === 'ed25519' ? [] : [['traditional PEM', () => throughOpenssl(type, type === 'rsa' ? ['rsa', '-traditional'] : ['ec'])]] as [string, () => Promise<string>][],
    ['PPK 2', () => throughPuttygen(type, 'version=2')],
    ['PPK 3', () => throughPuttygen(type, 'version=3')],
  ]
  it.each(formats)('%s: a KeyError, nothing else', async (name, make) => {
    const text = await make()
    const secrets = text.match(/[A-Za-z0-9+/]{20,}/g) ?? []
    expect(await survives(text, secrets)).toBe('opened')
    for (const damaged of truncations(text, 80)) expect(await survives(damaged, secrets)).toBe('refused')
    for (const damaged of textDamage(text, seededRandom(1), 150)) await survives(damaged, secrets)
    let refused = 0
    for (const damaged of binaryDamage(text, seededRandom(2), 150)) if (await survives(damaged, secrets) === 'refused') refused++
    // Any 32 bytes are an Ed25519 key, and PKCS#8 has nothing to compare them with.
    expect(refused).toBeGreaterThan(type === 'ed25519' && name === 'PKCS#8' ? 50 : 125)
  }, 60_000)
})

describe.runIf(requirePeer('sshd') && requirePeer('openssl') && requirePeer('puttygen'))('damaged and encrypted', () => {
  it.each<[name: string, make: () => Promise<string>]>([
    ['OpenSSH, aes256-ctr', () => rewritten('ecdsa', ['-a', '1'], PASSPHRASE)],
    ['OpenSSH, aes256-gcm', () => rewritten('ecdsa', ['-a', '1', '-Z', 'aes256-gcm@openssh.com'], PASSPHRASE)],
    ['OpenSSH, chacha20-poly1305', () => rewritten('ed25519', ['-a', '1', '-Z', 'chacha20-poly1305@openssh.com'], PASSPHRASE)],
    ['PKCS#8, PBKDF2', () => throughOpenssl('ecdsa', ['pkcs8', '-topk8', '-v2', 'aes-256-cbc'], true)],
    ['PKCS#8, scrypt', () => throughOpenssl('ecdsa', ['pkcs8', '-topk8', '-scrypt', '-scrypt_N', '1024', '-scrypt_r', '8', '-scrypt_p', '1'], true)],
    ['traditional PEM', () => throughOpenssl('rsa', ['rsa', '-traditional', '-aes256'], true)],
    ['PPK 2', () => throughPuttygen('rsa', 'version=2', PASSPHRASE)],
    ['PPK 3', () => throughPuttygen('ed25519', 'version=3,memory=32,passes=1', PASSPHRASE)],
  ])('%s: a KeyError, nothing else', async (_name, make) => {
    const text = await make()
    const secrets = [PASSPHRASE, ...text.match(/[A-Za-z0-9+/]{20,}/g) ?? []]
    expect(await survives(text, secrets, PASSPHRASE)).toBe('opened')
    for (const damaged of truncations(text, 25)) expect(await survives(damaged, secrets, PASSPHRASE)).toBe('refused')
    for (const damaged of textDamage(text, seededRandom(3), 40)) await survives(damaged, secrets, PASSPHRASE)
    for (const damaged of binaryDamage(text, seededRandom(4), 60)) await survives(damaged, secrets, PASSPHRASE)
  }, 120_000)
})
