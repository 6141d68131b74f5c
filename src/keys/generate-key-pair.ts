import type { GenerateKeyPairOptions } from './new-private-key.ts'
import type { PrivateKey } from './private-key.ts'
import type { FormatPrivateKeyOptions } from './write-private-key.ts'

export type { FormatPrivateKeyOptions, GenerateKeyPairOptions }

/**
 * Makes a new key with the runtime's random numbers. `mldsa44-ed25519` (`ssh-mldsa44-ed25519`) holds against quantum computers too;
 * OpenSSH accepts it since 10.6.
 */
export async function generateKeyPair(type: 'ed25519' | 'ecdsa' | 'rsa' | 'mldsa44-ed25519', options: GenerateKeyPairOptions = {}): Promise<PrivateKey> {
  return (await import('./new-private-key.ts')).newPrivateKey(type, options)
}

/** Writes a private key in OpenSSH's format, encrypted with aes256-ctr and bcrypt if there is a passphrase. */
export async function formatPrivateKey(key: PrivateKey, options: FormatPrivateKeyOptions = {}): Promise<string> {
  return (await import('./write-private-key.ts')).writePrivateKey(key, options)
}
