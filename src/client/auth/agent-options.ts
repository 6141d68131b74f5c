import type { Signer } from '../../keys/signers/signer.ts'

export interface AgentOptions {
  /** Offers only the keys for which this returns true; servers count each key as an attempt. */
  readonly filter?: ((identity: Signer) => boolean) | undefined
  /**
   * Public keys to offer before the agent's others: lines of `.pub` files, or blobs.
   * Keys of `publicKey()` methods that could not be opened because the passphrase is missing also go first.
   */
  readonly first?: readonly (string | Uint8Array)[] | undefined
  /** Signature algorithms to use, preferred first; by default all that a key supports. Naming `ssh-rsa` allows SHA-1. */
  readonly algorithms?: readonly string[] | undefined
}
