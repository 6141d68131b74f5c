export interface ParsePrivateKeyOptions {
  /** Text is encoded as UTF-8. Ignored by keys that are not encrypted. */
  readonly passphrase?: string | Uint8Array | undefined
  /** RSA keys under this are refused; 2048 where left out. */
  readonly minimumRsaBits?: number
}
