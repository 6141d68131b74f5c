import { type Bytes, ownBytes } from '../../wire-format/bytes.ts'
import { CURVES, RSA_HASHES } from '../key-types.ts'
import type { PublicFields } from '../public-key-blob.ts'
import { ecdsaNumbers, signatureBlob } from './signature-blob.ts'

/** Signs with WebCrypto. `key` must fit `algorithm`: RSA keys are bound to a hash when they are imported. */
export async function webCryptoSign(key: CryptoKey, fields: PublicFields, algorithm: string, data: Uint8Array): Promise<Bytes> {
  const input = ownBytes(data)
  if (fields.kind === 'ecdsa') {
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: CURVES[fields.curve].hash }, key, input)
    return signatureBlob(algorithm, ecdsaNumbers(new Uint8Array(signature)))
  }
  const signature = await crypto.subtle.sign(fields.kind === 'rsa' ? 'RSASSA-PKCS1-v1_5' : 'Ed25519', key, input)
  return signatureBlob(algorithm, new Uint8Array(signature))
}

/** WebCrypto's parameters to import or generate a key for a signature algorithm. */
export function webCryptoParameters(fields: PublicFields, algorithm: string): RsaHashedImportParams | EcKeyImportParams | Algorithm {
  if (fields.kind === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: RSA_HASHES[algorithm]! }
  return fields.kind === 'ecdsa' ? { name: 'ECDSA', namedCurve: CURVES[fields.curve].webCryptoName } : { name: 'Ed25519' }
}
