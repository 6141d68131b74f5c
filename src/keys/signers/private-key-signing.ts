import { type Bytes, ownBytes } from '../../wire-format/bytes.ts'
import { unsupported } from '../key-error.ts'
import { privatePkcs8 } from '../pkcs8.ts'
import type { PrivateFields } from '../private-numbers.ts'
import { ecdsaNumbers, signatureBlob } from './signature-blob.ts'
import { webCryptoParameters, webCryptoSign } from './web-crypto-sign.ts'

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

/** A key that cannot be exported again. Undefined if WebCrypto rejects the key: the numbers were checked before, so it lacks the algorithm. */
export async function importPrivate(key: PrivateFields, algorithm: string): Promise<CryptoKey | undefined> {
  if (key.kind === 'mldsa44-ed25519') return undefined
  const parameters = webCryptoParameters(key.public, algorithm)
  const pkcs8 = privatePkcs8(key)
  try {
    return await crypto.subtle.importKey('pkcs8', pkcs8, parameters, false, ['sign'])
  } catch {
    return undefined
  } finally {
    pkcs8.fill(0)
  }
}
