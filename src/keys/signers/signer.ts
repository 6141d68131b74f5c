/**
 * Anything that can sign for a public key: a parsed key, a `CryptoKeyPair`, an agent's identity, a security key.
 * Authentication (RFC 4252 section 7) needs nothing else, so private keys may stay where they are.
 */
export interface Signer {
  /** SSH public key blob (RFC 4253 section 6.6), or an OpenSSH certificate's. */
  readonly publicKey: Uint8Array
  /** Supported signature algorithms, preferred first. Missing: all of the key's type. */
  readonly algorithms?: readonly string[]
  readonly comment?: string
  /** `sign` asks a person, e.g. for a touch or a fingerprint: the clock of `connectTimeout` stops meanwhile. */
  readonly asksPerson?: boolean
  /**
   * @param algorithm one of `algorithms`, e.g. `rsa-sha2-512`; a certificate's name and the plain one mean the same
   * @returns the whole signature blob: string algorithm, string signature, and for security keys flags and counter
   */
  sign(data: Uint8Array, algorithm: string): Promise<Uint8Array>
}
