import { plainName } from '../../keys/key-types.ts'
import type { Signer } from '../../keys/signers/signer.ts'
import { type SignerOptions, type SigningKey, toSigner } from '../../keys/signers/to-signer.ts'
import type { AuthContext, AuthMethod } from './authenticate.ts'

/**
 * Authenticates with a private key: its text in any known format, a parsed key, a `CryptoKeyPair`, or a signer of the caller's own.
 * It is read when its turn comes. @throws KeyError then, if it cannot be read.
 */
export function publicKey(key: SigningKey, options: SignerOptions = {}): AuthMethod {
  return {
    method: 'publickey',
    async authenticate(context) {
      await authenticateWith(await toSigner(key, options), context)
    },
  }
}

export async function authenticateWith(signer: Signer, { session, username, signal, legacyAlgorithms }: AuthContext): Promise<void> {
  const algorithms = signer.algorithms?.filter((name) => legacyAlgorithms || plainName(name) !== 'ssh-rsa')
  await session.complete(() => session.userauthPublickey(username, signer.publicKey, (data, algorithm) => signer.sign(data, algorithm), algorithms), { signal })
}
