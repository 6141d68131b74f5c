import { createECDH, createPrivateKey, createPublicKey } from 'node:crypto'
import type { EcdsaCurve } from '../../keys/key-types.ts'
import { privatePkcs8 } from '../../keys/pkcs8.ts'
import type { Bytes } from '../../wire-format/bytes.ts'

/** Names of the curves as OpenSSL has them. */
const CURVES: Readonly<Record<EcdsaCurve, string>> = { nistp256: 'prime256v1', nistp384: 'secp384r1', nistp521: 'secp521r1' }
/** Bytes of an Ed25519 key, the last of its SPKI. */
const ED25519_LENGTH = 32

/** As `ecdsaPoint` of src/keys/curve-arithmetic.ts, by Node's own cryptography, which has less to load and is faster. */
export function ecdsaPoint(curve: EcdsaCurve, scalar: Uint8Array): Bytes | undefined {
  const pair = createECDH(CURVES[curve])
  try {
    pair.setPrivateKey(scalar)
  } catch {
    return undefined
  }
  return new Uint8Array(pair.getPublicKey())
}

/** As `ed25519Public` there. */
export function ed25519Public(seed: Uint8Array): Bytes {
  const pkcs8 = privatePkcs8({ kind: 'ed25519', seed: new Uint8Array(seed), public: { kind: 'ed25519', key: new Uint8Array() } })
  try {
    const key = createPrivateKey({ key: Buffer.from(pkcs8.buffer), format: 'der', type: 'pkcs8' })
    return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-ED25519_LENGTH))
  } finally {
    pkcs8.fill(0)
  }
}
