import { ed25519 } from '@noble/curves/ed25519.js'
import { ml_dsa44 } from '@noble/post-quantum/ml-dsa.js'
import { type Bytes, encodeText, joinBytes, ownBytes } from '../wire-format/bytes.ts'

/**
 * Signatures of ML-DSA-44 (FIPS 204) and Ed25519 together: both halves sign the same text, and both must verify
 * (draft-miller-sshm-mldsa44-ed25519-composite-sigs-00 on draft-ietf-lamps-pq-composite-sigs). Import it lazily only: it is large.
 */
const PREFIX = encodeText('CompositeAlgorithmSignatures2025')
/** The second part of what is signed, and ML-DSA's context too. */
const LABEL = encodeText('COMPSIG-MLDSA44-Ed25519-SHA512')

const SEED = 32, ML_DSA_PUBLIC = 1312, ML_DSA_SIGNATURE = 2420, ED25519_SIGNATURE = 64

/** Both public keys. @param seeds 32 bytes of ML-DSA, 32 of Ed25519 */
export function mlDsaPublic(seeds: Uint8Array): Bytes {
  const { publicKey, secretKey } = ml_dsa44.keygen(seeds.subarray(0, SEED))
  secretKey.fill(0)
  return joinBytes([publicKey, ed25519.getPublicKey(seeds.subarray(SEED))])
}

/** Both signatures, ML-DSA's made with fresh randomness. */
export async function mlDsaSign(seeds: Uint8Array, data: Uint8Array): Promise<Bytes> {
  const text = await representative(data)
  const seed = seeds.slice(0, SEED)
  const { secretKey } = ml_dsa44.keygen(seed)
  try {
    return joinBytes([ml_dsa44.sign(text, secretKey, { context: LABEL }), ed25519.sign(text, seeds.subarray(SEED))])
  } finally {
    secretKey.fill(0)
    seed.fill(0)
  }
}

/** Whether both halves are of `data`. Lengths are exact. */
export async function mlDsaVerify(publicKey: Uint8Array, signature: Uint8Array, data: Uint8Array): Promise<boolean> {
  if (signature.length !== ML_DSA_SIGNATURE + ED25519_SIGNATURE) return false
  const text = await representative(data)
  try {
    return ml_dsa44.verify(signature.subarray(0, ML_DSA_SIGNATURE), text, publicKey.subarray(0, ML_DSA_PUBLIC), { context: LABEL })
      && ed25519.verify(signature.subarray(ML_DSA_SIGNATURE), text, publicKey.subarray(ML_DSA_PUBLIC), { zip215: false })
  } catch {
    // The libraries throw where a half is not a key or a signature.
    return false
  }
}

/** What both sign: the byte between is the length of an application's context, of which SSH has none. */
async function representative(data: Uint8Array): Promise<Bytes> {
  return joinBytes([PREFIX, LABEL, Uint8Array.of(0), new Uint8Array(await crypto.subtle.digest('SHA-512', ownBytes(data)))])
}
