import type { Bytes } from '../../wire-format/bytes.ts'
import { WireWriter } from '../../wire-format/writer.ts'

/** A signature as SSH sends it: its algorithm, then its bytes (RFC 4253 6.6). */
export function signatureBlob(algorithm: string, signature: Uint8Array): Bytes {
  return new WireWriter().string(algorithm).string(signature).finish()
}

/** r and s of equal length, concatenated (IEEE P1363), as the two numbers of RFC 5656 3.1.2. */
export function ecdsaNumbers(signature: Uint8Array): Bytes {
  const half = signature.length / 2
  return new WireWriter().mpint(signature.subarray(0, half)).mpint(signature.subarray(half)).finish()
}
