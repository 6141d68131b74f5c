import { bitLength, readPublicKey } from '../keys/public-key-blob.ts'

/** Of hosts, and of the authorities that vouch for them: whoever finds the private half of a shorter one can be the host, or all of theirs. */
export const LEAST_RSA_BITS = 2048

/** Whether a public key is an RSA key below that. @throws KeyError if it is no public key */
export function isShortRsaKey(publicKey: Uint8Array): boolean {
  const fields = readPublicKey(publicKey)
  return fields.kind === 'rsa' && bitLength(fields.n) < LEAST_RSA_BITS
}
