import type { EcdsaPublic, Ed25519Public, MlDsaPublic, RsaPublic } from './public-key-blob.ts'
import type { Bytes } from '../wire-format/bytes.ts'

export interface RsaPrivate {
  readonly kind: 'rsa'
  readonly public: RsaPublic
  readonly d: Bytes
  readonly p: Bytes
  readonly q: Bytes
  /** q⁻¹ mod p */
  readonly iqmp: Bytes
}

export interface EcdsaPrivate { readonly kind: 'ecdsa', readonly public: EcdsaPublic, /** As long as a coordinate. */ readonly scalar: Bytes }

export interface Ed25519Private { readonly kind: 'ed25519', readonly public: Ed25519Public, /** The 32 bytes of RFC 8032 5.1.5. */ readonly seed: Bytes }

export interface MlDsaPrivate { readonly kind: 'mldsa44-ed25519', readonly public: MlDsaPublic, /** 32 bytes of FIPS 204's seed, 32 of RFC 8032's. */ readonly seed: Bytes }

/** A private key's numbers, which are known to belong together. The owner zeroes them with `wipePrivate`. */
export type PrivateFields = RsaPrivate | EcdsaPrivate | Ed25519Private | MlDsaPrivate
