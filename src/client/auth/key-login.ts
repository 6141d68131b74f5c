import { SSHError } from '../../errors/ssh-error.ts'
import { publicPartOf } from '../../keys/files/public-part.ts'
import { certifiedSigner } from '../../keys/signers/certified-signer.ts'
import type { Signer } from '../../keys/signers/signer.ts'
import { toSigner } from '../../keys/signers/to-signer.ts'
import type { SigningKey } from '../../keys/signers/signing-key.ts'
import type { AuthContext } from './authenticate.ts'
import { goesOn } from './going-on.ts'
import type { PublicKeyOptions } from './public-key-options.ts'

/** Implements `publicKey()`: offers the certificate first, if there is one, then the key itself. */
export async function keyLogin(context: AuthContext, key: SigningKey, { certificate, algorithms, ...options }: PublicKeyOptions): Promise<void> {
  const signer = await signerOf(context, key, options)
  if (certificate !== undefined) {
    try {
      return await context.offerKey(certifiedSigner(signer, certificate), algorithms)
    } catch (error) {
      if (context.wasOffered(signer.publicKey) || !goesOn(context, error)) throw error
      context.note(error)
    }
  }
  await context.offerKey(signer, algorithms)
}

/** If a key cannot be opened here, an agent may have it: then that key goes first there. */
async function signerOf(context: AuthContext, key: SigningKey, options: PublicKeyOptions): Promise<Signer> {
  try {
    return await toSigner(key, options)
  } catch (error) {
    const named = error instanceof SSHError && (typeof key === 'string' || key instanceof Uint8Array) ? publicPartOf(key) : undefined
    if (named) context.preferKey(named)
    throw error
  }
}
