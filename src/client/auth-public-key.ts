import type { Session } from '../bindings/session.ts'
import { type Signer } from '../keys/signer.ts'
import { type SignerOptions, type SigningKey, toSigner } from '../keys/to-signer.ts'
import type { AuthMethod } from './auth.ts'

/**
 * Authenticates with a private key: its text in any known format, a parsed key, a `CryptoKeyPair`, or a signer of the caller's own.
 * It is read when its turn comes. @throws KeyError then, if it cannot be read.
 */
export function publicKey(key: SigningKey, options: SignerOptions = {}): AuthMethod {
  return {
    method: 'publickey',
    async authenticate({ session, username, signal }) {
      const signer = await toSigner(key, options)
      await authenticateWith(session, username, signer, signal)
    },
  }
}

export async function authenticateWith(session: Session, username: string, signer: Signer, signal: AbortSignal | undefined): Promise<void> {
  await session.complete(() => session.userauthPublickey(username, signer.publicKey, (data, algorithm) => signer.sign(data, algorithm), signer.algorithms), { signal })
}
