import { afterEach, describe, expect, test, vi } from 'vitest'
import { formatPrivateKey, generateKeyPair } from '../../../src/keys/generate-key-pair.ts'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import { PrivateKey } from '../../../src/keys/private-key.ts'
import { importPrivate } from '../../../src/keys/imported-keys.ts'
import { verifySignature } from '../../../src/host-key/verify-signature.ts'

const DATA = new TextEncoder().encode('to be signed')

afterEach(() => vi.restoreAllMocks())

/** How often WebCrypto has imported a private key since. */
function countImports(): () => number {
  const spy = vi.spyOn(crypto.subtle, 'importKey')
  return () => spy.mock.calls.filter(([format]) => String(format) === 'pkcs8').length
}

describe('WebCrypto\'s copy of a private key', () => {
  test.each([['ed25519', 'ssh-ed25519'], ['ecdsa', 'ecdsa-sha2-nistp256']] as const)('is made once for all signatures of a key: %s', async (type, algorithm) => {
    const text = await formatPrivateKey(await generateKeyPair(type))
    const imports = countImports()
    const key = await parsePrivateKey(text)
    const signatures = await Promise.all([key.sign(DATA, algorithm), key.sign(DATA, algorithm), key.sign(DATA, algorithm)])
    expect(imports()).toBe(1)
    for (const signature of signatures) expect(await verifySignature(key.publicKey, signature, DATA)).toBe(true)
  })

  test('is one for each hash of an RSA key', async () => {
    const key = await generateKeyPair('rsa', { bits: 2048 })
    const imports = countImports()
    for (const algorithm of ['rsa-sha2-256', 'rsa-sha2-512', 'rsa-sha2-256']) {
      expect(await verifySignature(key.publicKey, await key.sign(DATA, algorithm), DATA)).toBe(true)
    }
    expect(imports()).toBe(2)
  })

  test('is forgotten with the numbers, also if it comes after that', async () => {
    const key = await generateKeyPair('ed25519')
    const fields = PrivateKey.fieldsOf(key)
    const late = importPrivate(fields, 'ssh-ed25519')
    key.wipe()
    await late
    const imports = countImports()
    await importPrivate(fields, 'ssh-ed25519')
    await importPrivate(fields, 'ssh-ed25519')
    expect(imports()).toBe(2)
    await expect(key.sign(DATA, 'ssh-ed25519')).rejects.toThrow('the private key was wiped')
  })

  test('is tried again where WebCrypto refused it', async () => {
    const key = await generateKeyPair('ed25519')
    vi.spyOn(crypto.subtle, 'importKey').mockRejectedValueOnce(new DOMException('not now', 'OperationError'))
    expect(await importPrivate(PrivateKey.fieldsOf(key), 'ssh-ed25519')).toBeUndefined()
    expect((await importPrivate(PrivateKey.fieldsOf(key), 'ssh-ed25519'))?.type).toBe('private')
  })
})
