import type { ParsePrivateKeyOptions } from '../files/parse-options.ts'
import type { PrivateKey } from '../private-key.ts'
import type { CryptoKeys } from './crypto-key-signer.ts'

/** The caller's own signer: a vault, a smart card, another process. See `wholeSignature` for what `sign` may return. */
export interface ForeignSigner {
  /** A `.pub` line or a blob. */
  readonly publicKey: string | Uint8Array
  /** Supported signature algorithms, preferred first. Missing: all of the key's type. */
  readonly algorithms?: readonly string[]
  readonly comment?: string
  /** `sign` asks a person, e.g. for a touch or a fingerprint: the clock of `connectTimeout` stops meanwhile. */
  readonly asksPerson?: boolean
  sign(data: Uint8Array, algorithm: string): Promise<Uint8Array> | Uint8Array
}

/** Everything that can sign: the text of a private key, a parsed one, WebCrypto keys, a signer. */
export type SigningKey = string | Uint8Array | PrivateKey | CryptoKeys | ForeignSigner

export interface SignerOptions extends ParsePrivateKeyOptions {
  /** An OpenSSH user certificate of the key: the line of a `-cert.pub` file, or its blob. */
  readonly certificate?: string | Uint8Array | undefined
}
