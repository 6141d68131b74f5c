import type { SignerOptions } from '../../keys/signers/signing-key.ts'

export interface PublicKeyOptions extends SignerOptions {
  /**
   * Signature algorithms to use, preferred first, e.g. `['rsa-sha2-256']`. By default all that the key can make; of RSA SHA-2 only, and then,
   * with `legacyAlgorithms`, `ssh-rsa`. To name `ssh-rsa` here allows SHA-1 for this key.
   */
  readonly algorithms?: readonly string[] | undefined
}
