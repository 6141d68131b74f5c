import { type Bytes, ownBytes } from '../../wire-format/bytes.ts'
import { importPrivate } from '../imported-keys.ts'
import { unsupported } from '../key-error.ts'
import type { PrivateFields } from '../private-numbers.ts'
import { ecdsaNumbers, signatureBlob } from './signature-blob.ts'
import { webCryptoSign } from './web-crypto-sign.ts'

/** Signs with a private key's numbers, using WebCrypto, or the curves in JavaScript if the runtime's WebCrypto lacks one. */
export async function signWithFields(key: PrivateFields, data: Uint8Array, algorithm: string): Promise<Bytes> {
  if (key.kind === 'mldsa44-ed25519') return signatureBlob(algorithm, await (await import('../mldsa44-ed25519.ts')).mlDsaSign(key.seed, data))
  const imported = await importPrivate(key, algorithm)
  if (imported !== undefined) return webCryptoSign(imported, key.public, algorithm, data)
  if (key.kind === 'rsa') throw unsupported('this runtime cannot sign with this RSA key')
  const { ecdsaSign, ed25519Sign } = await import('../curve-arithmetic.ts')
  if (key.kind === 'ed25519') return signatureBlob(algorithm, ed25519Sign(key.seed, data))
  return signatureBlob(algorithm, ecdsaNumbers(await ecdsaSign(key.public.curve, key.scalar, ownBytes(data))))
}
