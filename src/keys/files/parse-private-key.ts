import type { PrivateKey } from '../private-key.ts'
import type { ParsePrivateKeyOptions } from './parse-options.ts'

/**
 * Reads a private key: OpenSSH's format, PEM (PKCS#1, PKCS#8, SEC1), PuTTY's versions 2 and 3; encrypted or not; RSA, ECDSA, Ed25519.
 * It computes the public key from the private one and compares it with the one in the file.
 * @throws KeyError `ERR_KEY_FORMAT`, `ERR_KEY_PASSPHRASE_REQUIRED`, `ERR_KEY_PASSPHRASE_WRONG`, `ERR_KEY_UNSUPPORTED`, `ERR_KEY_LIMIT`
 */
export async function parsePrivateKey(text: string | Uint8Array, options: ParsePrivateKeyOptions = {}): Promise<PrivateKey> {
  return (await import('./read-private-key.ts')).readPrivateKey(text, options)
}
