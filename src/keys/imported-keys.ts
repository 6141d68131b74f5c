import { privatePkcs8 } from './pkcs8.ts'
import type { PrivateFields } from './private-numbers.ts'
import { webCryptoParameters } from './signers/web-crypto-sign.ts'

/**
 * WebCrypto's copies of private keys, by signature algorithm: importing one costs more than a signature with it, and a login needs it twice. They live as
 * long as the numbers do: wiping these forgets the copies, so that no later signature is made with them.
 */
const copies = new WeakMap<PrivateFields, Map<string, Promise<CryptoKey>>>()
const wiped = new WeakSet<PrivateFields>()

/** A key that cannot be exported again. Undefined if WebCrypto rejects the key: the numbers were checked before, so it lacks the algorithm. */
export async function importPrivate(key: PrivateFields, algorithm: string): Promise<CryptoKey | undefined> {
  if (key.kind === 'mldsa44-ed25519') return undefined
  const ofKey = copies.get(key) ?? new Map<string, Promise<CryptoKey>>()
  const copy = ofKey.get(algorithm) ?? imported(key, algorithm)
  if (!wiped.has(key)) copies.set(key, ofKey.set(algorithm, copy))
  try {
    return await copy
  } catch {
    ofKey.delete(algorithm)
    return undefined
  }
}

async function imported(key: Exclude<PrivateFields, { kind: 'mldsa44-ed25519' }>, algorithm: string): Promise<CryptoKey> {
  const parameters = webCryptoParameters(key.public, algorithm)
  const pkcs8 = privatePkcs8(key)
  try {
    return await crypto.subtle.importKey('pkcs8', pkcs8, parameters, false, ['sign'])
  } finally {
    pkcs8.fill(0)
  }
}

/** The numbers are wiped now. */
export function forgetImported(key: PrivateFields): void {
  wiped.add(key)
  copies.delete(key)
}
