import { type Bytes, decodeText, ownBytes } from '../../wire-format/bytes.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { WireFormatError } from '../../wire-format/wire-format-error.ts'
import { fixedLength } from '../big-number.ts'
import { DerReader } from '../files/der/der.ts'
import { malformed } from '../key-error.ts'
import { CURVES, signatureAlgorithms, WEBAUTHN_SK_ECDSA } from '../key-types.ts'
import { type PublicFields, typeOf } from '../public-key-blob.ts'
import { ecdsaNumbers, signatureBlob } from './signature-blob.ts'

/**
 * Makes a whole SSH signature blob from what a caller's signer returned: the blob itself, or only the signature:
 * Ed25519's 64 bytes, those of ML-DSA-44 and Ed25519 one behind the other, RSA's number, ECDSA as r and s side by side (IEEE P1363), as DER (RFC 3279) or as two mpints (RFC 5656).
 * Security keys must return the blob, because it also holds flags and counter (PROTOCOL.u2f).
 * @throws KeyError for anything else, and for a blob of another algorithm
 */
export function wholeSignature(key: PublicFields, algorithm: string, signature: Uint8Array): Bytes {
  const named = algorithmOf(key, signature)
  if (named === algorithm) return ownBytes(signature)
  if (named !== undefined) throw malformed(`the signer was asked for ${algorithm}, and signed with ${named}`)
  const raw = key.kind !== 'rsa' && key.application !== undefined ? undefined : rawSignature(key, signature)
  if (raw === undefined) throw malformed(`what the signer returned is not a signature of ${algorithm}`)
  return signatureBlob(algorithm, raw)
}

/** The algorithm at the beginning of a whole blob; undefined if the bytes are not a blob for this key. */
function algorithmOf(key: PublicFields, signature: Uint8Array): string | undefined {
  try {
    const name = decodeText(new WireReader(signature).string())
    return name === WEBAUTHN_SK_ECDSA || signatureAlgorithms(typeOf(key)).includes(name) ? name : undefined
  } catch (error) {
    if (error instanceof WireFormatError) return undefined
    throw error
  }
}

function rawSignature(key: PublicFields, signature: Uint8Array): Uint8Array | undefined {
  if (key.kind === 'ed25519') return signature.length === 64 ? signature : undefined
  if (key.kind === 'rsa') return fixedLength(signature, key.n.length)
  if (key.kind === 'mldsa44-ed25519') return signature.length === 2420 + 64 ? signature : undefined
  const { size } = CURVES[key.curve]
  if (signature.length === 2 * size) return ecdsaNumbers(signature)
  const numbers = ecdsaPair(signature, size)
  return numbers && ecdsaNumbers(numbers)
}

/** r and s side by side, each `size` bytes, from DER or from two mpints; undefined if the bytes are neither. */
export function ecdsaPair(signature: Uint8Array, size: number): Bytes | undefined {
  try {
    const [r, s] = signature[0] === 0x30 ? derPair(signature) : mpintPair(signature)
    const numbers = new Uint8Array(2 * size)
    const [left, right] = [fixedLength(r, size), fixedLength(s, size)]
    if (left === undefined || right === undefined) return undefined
    numbers.set(left)
    numbers.set(right, size)
    return numbers
  } catch (error) {
    if (error instanceof WireFormatError) return undefined
    throw error
  }
}

function derPair(signature: Uint8Array): [r: Bytes, s: Bytes] {
  const outer = new DerReader(signature)
  const reader = outer.sequence()
  outer.end()
  const pair: [Bytes, Bytes] = [reader.integer(), reader.integer()]
  reader.end()
  return pair
}

function mpintPair(signature: Uint8Array): [r: Bytes, s: Bytes] {
  const reader = new WireReader(signature)
  const pair: [Bytes, Bytes] = [reader.mpint(), reader.mpint()]
  reader.end()
  return pair
}
