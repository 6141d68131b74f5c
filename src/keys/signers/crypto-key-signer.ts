import type { Bytes } from '../../wire-format/bytes.ts'
import { publicFromJwk } from '../jwk.ts'
import { unsupported } from '../key-error.ts'
import { RSA_HASHES } from '../key-types.ts'
import type { WebCryptoKey } from '../../runtime/globals.ts'
import { checkStrength } from '../private-fields.ts'
import { parsePublicKey } from '../public-key.ts'
import { type PublicFields, readPublicKey, typeOf, writePublicKey } from '../public-key-blob.ts'
import type { Signer } from './signer.ts'
import { webCryptoSign } from './web-crypto-sign.ts'

/** WebCrypto keys. The private one may be non-extractable; the public one may also be a `.pub` line or a blob. */
export interface CryptoKeys {
  readonly privateKey: WebCryptoKey
  readonly publicKey: WebCryptoKey | string | Uint8Array
}

/**
 * Signs with a WebCrypto key: `RSASSA-PKCS1-v1_5`, `ECDSA` of P-256, P-384 and P-521, `Ed25519`.
 * An RSA key can only sign with the hash that it was created for.
 */
export async function cryptoKeySigner(keys: CryptoKeys, minimumRsaBits: number): Promise<Signer> {
  const { privateKey } = keys
  if (privateKey.type !== 'private' || !privateKey.usages.includes('sign')) throw unsupported('the CryptoKey is not a private key for signing')
  const fields = await publicFields(keys.publicKey)
  checkStrength(fields, minimumRsaBits)
  const algorithms = algorithmsOf(privateKey, fields)
  return {
    publicKey: writePublicKey(fields),
    algorithms,
    async sign(data: Uint8Array, algorithm: string): Promise<Bytes> {
      if (!algorithms.includes(algorithm)) throw unsupported(`the CryptoKey can only make signatures of ${algorithms.join()}`)
      return webCryptoSign(privateKey, fields, algorithm, data)
    },
  }
}

async function publicFields(key: CryptoKeys['publicKey']): Promise<PublicFields> {
  if (typeof key === 'string' || key instanceof Uint8Array) return readPublicKey(parsePublicKey(key).blob)
  if (!key.extractable) throw unsupported('the public CryptoKey cannot be exported: pass its .pub line instead')
  const fields = publicFromJwk(await crypto.subtle.exportKey('jwk', key))
  if (fields === undefined) throw unsupported('SSH has no keys of this CryptoKey\'s algorithm')
  return fields
}

function algorithmsOf(key: CryptoKey, fields: PublicFields): readonly string[] {
  const expected = { rsa: 'RSASSA-PKCS1-v1_5', ecdsa: 'ECDSA', ed25519: 'Ed25519', 'mldsa44-ed25519': undefined }[fields.kind]
  if (key.algorithm.name !== expected) throw unsupported('SSH has no signatures of this CryptoKey\'s algorithm')
  if (fields.kind !== 'rsa') return [typeOf(fields)]
  const { name } = (key.algorithm as RsaHashedKeyAlgorithm).hash
  const algorithm = Object.keys(RSA_HASHES).find((candidate) => RSA_HASHES[candidate] === name)
  if (algorithm === undefined) throw unsupported('SSH has no RSA signatures with this CryptoKey\'s hash')
  return [algorithm]
}
