export interface ParsePrivateKeyOptions {
  /** Text is encoded as UTF-8. Ignored by keys that are not encrypted. */
  readonly passphrase?: string | Uint8Array | undefined
  /** RSA keys below this size are refused; 2048 by default. */
  readonly minimumRsaBits?: number
}
