import { type Bytes, equalBytes } from '../wire-format/bytes.ts'
import { WireReader } from '../wire-format/reader.ts'
import { WireWriter } from '../wire-format/writer.ts'
import { asKeyError, malformed, overLimit, unsupported } from './key-error.ts'
import { CURVES, type EcdsaCurve, isMlDsa, SK_ECDSA, SK_ED25519 } from './key-types.ts'

/** Largest RSA modulus accepted anywhere, like OpenSSH's `OPENSSL_RSA_MAX_MODULUS_BITS`: larger ones only waste time. */
export const MAXIMUM_RSA_BITS = 16384

export interface RsaPublic { readonly kind: 'rsa', readonly e: Bytes, readonly n: Bytes }
export interface EcdsaPublic { readonly kind: 'ecdsa', readonly curve: EcdsaCurve, /** Uncompressed, SEC1 2.3.3. */ readonly point: Bytes, /** Only of security keys. */ readonly application?: string }
export interface Ed25519Public { readonly kind: 'ed25519', readonly key: Bytes, /** Only of security keys. */ readonly application?: string }
/** ML-DSA-44 and Ed25519 in one (draft-miller-sshm-mldsa44-ed25519-composite-sigs); `type` is one of its two names. */
export interface MlDsaPublic { readonly kind: 'mldsa44-ed25519', readonly type: string, /** 1312 bytes of ML-DSA-44, 32 of Ed25519. */ readonly key: Bytes, readonly application?: undefined }
export type PublicFields = RsaPublic | EcdsaPublic | Ed25519Public | MlDsaPublic

/** The name of a public key's type, without reading the rest. */
export function publicKeyType(blob: Uint8Array): string {
  return asKeyError('public key', () => new WireReader(blob).text())
}

/** Parses a public key blob (RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4, PROTOCOL.u2f). Certificates: see `parseCertificate`. */
export function readPublicKey(blob: Uint8Array): PublicFields {
  return asKeyError('public key', () => {
    const reader = new WireReader(blob)
    const fields = readPublicFields(reader.text(), reader)
    reader.end()
    return fields
  })
}

/** The fields after the type's name: in a blob, in a certificate, in an agent's message. `type` is a plain name. */
export function readPublicFields(type: string, reader: WireReader): PublicFields {
  switch (type) {
    case 'ssh-rsa':
      return checkedRsa(reader.mpint(), reader.mpint())
    case 'ssh-ed25519':
      return { kind: 'ed25519', key: checkedLength(reader.string(), 32) }
    case SK_ED25519:
      return { kind: 'ed25519', key: checkedLength(reader.string(), 32), application: reader.text() }
    case SK_ECDSA:
      return { ...readEcdsa('nistp256', reader), application: reader.text() }
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
      return readEcdsa(type.slice('ecdsa-sha2-'.length) as EcdsaCurve, reader)
    default:
      if (isMlDsa(type)) return { kind: 'mldsa44-ed25519', type, key: checkedLength(reader.string(), 1344) }
      throw unsupported('public keys of this type are not supported')
  }
}

export function writePublicKey(fields: PublicFields): Bytes {
  const writer = new WireWriter().string(typeOf(fields))
  if (fields.kind === 'rsa') return writer.mpint(fields.e).mpint(fields.n).finish()
  if (fields.kind === 'ecdsa') writer.string(fields.curve).string(fields.point)
  else writer.string(fields.key)
  if (fields.application !== undefined) writer.string(fields.application)
  return writer.finish()
}

export function typeOf(fields: PublicFields): string {
  if (fields.kind === 'mldsa44-ed25519') return fields.type
  if (fields.kind === 'rsa') return 'ssh-rsa'
  if (fields.kind === 'ed25519') return fields.application === undefined ? 'ssh-ed25519' : SK_ED25519
  return fields.application === undefined ? `ecdsa-sha2-${fields.curve}` : SK_ECDSA
}

/** Size of a key as shown by `ssh-keygen -l`. */
export function keyBits(fields: PublicFields): number {
  if (fields.kind === 'rsa') return bitLength(fields.n)
  if (fields.kind === 'mldsa44-ed25519') return 512
  return fields.kind === 'ed25519' ? 256 : Number(fields.curve.slice('nistp'.length))
}

/** Bits of a number without leading zeros. */
export function bitLength(magnitude: Uint8Array): number {
  return magnitude.length === 0 ? 0 : magnitude.length * 8 - Math.clz32(magnitude[0]!) + 24
}

export function samePublicKey(a: PublicFields, b: PublicFields): boolean {
  return equalBytes(writePublicKey(a), writePublicKey(b))
}

export function checkedRsa(e: Bytes, n: Bytes): RsaPublic {
  if (bitLength(n) > MAXIMUM_RSA_BITS) throw overLimit(`RSA keys of over ${MAXIMUM_RSA_BITS} bits are refused`)
  if (bitLength(n) < 512 || (n.at(-1)! & 1) === 0 || bitLength(e) < 2 || bitLength(e) > 64 || (e.at(-1)! & 1) === 0) throw malformed('the numbers of the RSA key are invalid')
  return { kind: 'rsa', e, n }
}

export function checkedPoint(curve: EcdsaCurve, point: Bytes): EcdsaPublic {
  if (point.length !== 1 + 2 * CURVES[curve].size || point[0] !== 4) throw malformed('the point of the ECDSA key is not an uncompressed point of its curve')
  return { kind: 'ecdsa', curve, point }
}

function checkedLength(key: Bytes, length: number): Bytes {
  if (key.length !== length) throw malformed(`a public key of this type has ${length} bytes`)
  return key
}

function readEcdsa(curve: EcdsaCurve, reader: WireReader): EcdsaPublic {
  if (reader.text() !== curve) throw malformed('the curve and the type of the ECDSA key differ')
  return checkedPoint(curve, reader.string())
}
