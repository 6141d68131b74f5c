import type { SignerOptions } from '../../keys/signers/signing-key.ts'

export interface PublicKeyOptions extends SignerOptions {
  /**
   * Signature algorithms to use, preferred first, e.g. `['rsa-sha2-256']`. By default all that the key supports. For RSA these are the SHA-2 ones,
   * followed by `ssh-rsa` with `legacyAlgorithms`. Naming `ssh-rsa` here allows SHA-1 for this key.
   */
  readonly algorithms?: readonly string[] | undefined
}
