import { ownBytes } from '../wire-format/bytes.ts'
import { certifiedKey } from './certificate.ts'
import { certifiedSigner } from './certified-signer.ts'
import { type CryptoKeys, cryptoKeySigner } from './crypto-key-signer.ts'
import { unsupported } from './key-error.ts'
import { plainName, signatureAlgorithms } from './key-types.ts'
import { parsePrivateKey, type ParsePrivateKeyOptions } from './parse-private-key.ts'
import { PrivateKey } from './private-key.ts'
import { checkStrength } from './private-fields.ts'
import { parsePublicKey } from './public-key.ts'
import { readPublicKey } from './public-key-blob.ts'
import type { Signer } from './signer.ts'
import { wholeSignature } from './whole-signature.ts'

/** A signer of the caller's own: a vault, a smart card, another process. See `wholeSignature` for what `sign` may return. */
export interface ForeignSigner {
  /** A `.pub` line or a blob. */
  readonly publicKey: string | Uint8Array
  /** Signature algorithms that it can make, preferred first. Missing: all of the key's type. */
  readonly algorithms?: readonly string[]
  readonly comment?: string
  sign(data: Uint8Array, algorithm: string): Promise<Uint8Array> | Uint8Array
}

/** Everything that can be signed with: the text of a private key, a parsed one, WebCrypto keys, a signer. */
export type SigningKey = string | Uint8Array | PrivateKey | CryptoKeys | ForeignSigner

export interface SignerOptions extends ParsePrivateKeyOptions {
  /** An OpenSSH user certificate of the key: the line of a `-cert.pub` file, or its blob. */
  readonly certificate?: string | Uint8Array | undefined
}

/** Makes a `Signer` of a key of any kind, with its certificate if there is one. */
export async function toSigner(key: SigningKey, options: SignerOptions = {}): Promise<Signer> {
  const signer = await plainSigner(key, options)
  return options.certificate === undefined ? signer : certifiedSigner(signer, options.certificate)
}

async function plainSigner(key: SigningKey, options: SignerOptions): Promise<Signer> {
  if (typeof key === 'string' || key instanceof Uint8Array) return parsePrivateKey(key, options)
  if (key instanceof PrivateKey) return key
  const { minimumRsaBits = 2048 } = options
  return 'privateKey' in key ? cryptoKeySigner(key, minimumRsaBits) : foreignSigner(key, minimumRsaBits)
}

/** The public key may be a certificate already, as agents have them. */
function foreignSigner(signer: ForeignSigner, minimumRsaBits: number): Signer {
  const { blob, type, comment } = parsePublicKey(signer.publicKey)
  const fields = readPublicKey(certifiedKey(blob))
  checkStrength(fields, minimumRsaBits)
  const algorithms = signer.algorithms ?? signatureAlgorithms(type)
  return {
    publicKey: blob,
    algorithms,
    comment: signer.comment ?? comment,
    async sign(data, algorithm) {
      const name = plainName(algorithm)
      if (!algorithms.map(plainName).includes(name)) throw unsupported(`the signer makes signatures of ${algorithms.join()} only`)
      return wholeSignature(fields, name, ownBytes(await signer.sign(data, name)))
    },
  }
}
