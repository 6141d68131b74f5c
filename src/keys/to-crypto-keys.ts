import { record } from '../errors/arguments.ts'
import type { CryptoKeys } from './signers/crypto-key-signer.ts'
import { unsupported } from './key-error.ts'
import type { PrivateKey } from './private-key.ts'

/**
 * The key as non-extractable WebCrypto keys for `publicKey()`. IndexedDB can store them, and no script can read the private one again.
 * An RSA key becomes one for `rsa-sha2-512`. The `PrivateKey` itself is not changed: `wipe()` it.
 * @throws KeyError `ERR_KEY_UNSUPPORTED` if this runtime's WebCrypto lacks the algorithm.
 */
export async function toCryptoKeys(key: PrivateKey): Promise<CryptoKeys> {
  const algorithm = record(key, 'key').type === 'ssh-rsa' ? 'rsa-sha2-512' : key.type
  const [{ PrivateKey }, { importPrivate }] = await Promise.all([import('./private-key.ts'), import('./imported-keys.ts')])
  const privateKey = await importPrivate(PrivateKey.fieldsOf(key), algorithm)
  if (privateKey === undefined) throw unsupported(`this runtime's WebCrypto has no keys of type ${key.type}`)
  return { privateKey, publicKey: key.publicKey.slice() }
}
