import type { Signer } from './signer.ts'
import type { SignerOptions, SigningKey } from './signing-key.ts'

/** Makes a `Signer` from a key of any kind, with its certificate if there is one. @throws KeyError if it cannot be read. */
export async function toSigner(key: SigningKey, options: SignerOptions = {}): Promise<Signer> {
  return (await import('./signer-of.ts')).signerOf(key, options)
}
