import { decodeBase64, encodeBase64Url } from '../wire-format/base64.ts'
import type { Bytes } from '../wire-format/bytes.ts'
import { fixedLength } from './big-number.ts'
import { CURVES } from './key-types.ts'
import type { MlDsaPublic, PublicFields } from './public-key-blob.ts'

/** JSON Web Keys (RFC 7517, 7518, 8037): the form in which WebCrypto imports and exports the numbers of public keys. */

export function decodeBase64Url(text: string): Bytes {
  return decodeBase64(text.replaceAll('-', '+').replaceAll('_', '/'))
}

export function publicJwk(key: Exclude<PublicFields, MlDsaPublic>): JsonWebKey {
  if (key.kind === 'rsa') return { kty: 'RSA', n: encodeBase64Url(key.n), e: encodeBase64Url(key.e) }
  if (key.kind === 'ed25519') return { kty: 'OKP', crv: 'Ed25519', x: encodeBase64Url(key.key) }
  const { size, webCryptoName } = CURVES[key.curve]
  return { kty: 'EC', crv: webCryptoName, x: encodeBase64Url(key.point.subarray(1, 1 + size)), y: encodeBase64Url(key.point.subarray(1 + size)) }
}

/** The public part of a JWK of an RSA, EC or Ed25519 key; undefined for other kinds. */
export function publicFromJwk(jwk: JsonWebKey): PublicFields | undefined {
  if (jwk.kty === 'RSA') return { kind: 'rsa', e: decodeBase64Url(jwk.e!), n: decodeBase64Url(jwk.n!) }
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') return { kind: 'ed25519', key: decodeBase64Url(jwk.x!) }
  for (const curve of ['nistp256', 'nistp384', 'nistp521'] as const) {
    const { size, webCryptoName } = CURVES[curve]
    if (jwk.kty !== 'EC' || jwk.crv !== webCryptoName) continue
    const point = new Uint8Array(1 + 2 * size)
    point[0] = 4
    point.set(fixedLength(decodeBase64Url(jwk.x!), size)!, 1)
    point.set(fixedLength(decodeBase64Url(jwk.y!), size)!, 1 + size)
    return { kind: 'ecdsa', curve, point }
  }
  return undefined
}
