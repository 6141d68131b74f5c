import { ed25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import type { Bytes } from '../wire-format/bytes.ts'
import { CURVES, type EcdsaCurve } from './key-types.ts'

/**
 * Elliptic curves in JavaScript: they derive public keys from private ones, and serve runtimes whose WebCrypto lacks a curve.
 * Import it only lazily: it is large, and most sessions never need it.
 */
const ECDSA = { nistp256: p256, nistp384: p384, nistp521: p521 }

/** The uncompressed point of a scalar of the right length; undefined if the scalar is zero or too large. */
export function ecdsaPoint(curve: EcdsaCurve, scalar: Uint8Array): Bytes | undefined {
  return ECDSA[curve].utils.isValidSecretKey(scalar) ? ECDSA[curve].getPublicKey(scalar, false) as Bytes : undefined
}

/** Signs with the hash of the curve (RFC 5656 6.2.1); r and s, each as long as a coordinate. */
export async function ecdsaSign(curve: EcdsaCurve, scalar: Uint8Array, data: Bytes): Promise<Bytes> {
  const digest = new Uint8Array(await crypto.subtle.digest(CURVES[curve].hash, data))
  return ECDSA[curve].sign(digest, scalar, { prehash: false, lowS: false }) as Bytes
}

export function ed25519Public(seed: Uint8Array): Bytes {
  return ed25519.getPublicKey(seed) as Bytes
}

export function ed25519Sign(seed: Uint8Array, data: Uint8Array): Bytes {
  return ed25519.sign(data, seed) as Bytes
}
