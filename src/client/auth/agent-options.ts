import type { Signer } from '../../keys/signers/signer.ts'

export interface AgentOptions {
  /** Only keys for which this is true are offered; servers count each one as an attempt. */
  readonly filter?: ((identity: Signer) => boolean) | undefined
  /**
   * Public keys to offer before the agent's others: the lines of `.pub` files, or blobs.
   * Those of `publicKey()` methods that could not be opened, for lack of a passphrase, go first too.
   */
  readonly first?: readonly (string | Uint8Array)[] | undefined
  /** Signature algorithms to use, preferred first; by default all that a key can make. To name `ssh-rsa` allows SHA-1. */
  readonly algorithms?: readonly string[] | undefined
}
