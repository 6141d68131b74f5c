import { type Bytes, joinBytes, sizeOf } from '../wire-format/bytes.ts'
import { bytesToNumber, numberToBytes } from './big-number.ts'
import type { EcdsaCurve } from './key-types.ts'
import type { MlDsaPrivate, PrivateFields, RsaPrivate } from './private-numbers.ts'

/**
 * PKCS#8 (RFC 5958) of a private key, not encrypted: the form that every WebCrypto imports. The caller zeroes it.
 * A JSON Web Key would hold the numbers as strings, which cannot be zeroed.
 */
export function privatePkcs8(key: Exclude<PrivateFields, MlDsaPrivate>): Bytes {
  if (key.kind === 'ed25519') return info(sequence(ED25519), wrap(OCTET_STRING, key.seed))
  if (key.kind === 'rsa') return info(sequence(RSA, wrap(NULL)), rsaPrivateKey(key))
  const point = wrap(TAGGED_1, wrap(BIT_STRING, Uint8Array.of(0), key.public.point))
  return info(sequence(EC, CURVE_OIDS[key.public.curve]), wiping(sequence, integer(Uint8Array.of(1)), wrap(OCTET_STRING, key.scalar), point))
}

const INTEGER = 0x02, BIT_STRING = 0x03, OCTET_STRING = 0x04, NULL = 0x05, SEQUENCE = 0x30, TAGGED_1 = 0xa1

/** Object identifiers as DER (RFC 8017, 5480, 8410). */
const RSA = Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1)
const EC = Uint8Array.of(6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1)
const ED25519 = Uint8Array.of(6, 3, 0x2b, 0x65, 0x70)
const CURVE_OIDS: Readonly<Record<EcdsaCurve, Bytes>> = {
  nistp256: Uint8Array.of(6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7),
  nistp384: Uint8Array.of(6, 5, 0x2b, 0x81, 4, 0, 0x22),
  nistp521: Uint8Array.of(6, 5, 0x2b, 0x81, 4, 0, 0x23),
}

function info(algorithm: Bytes, privateKey: Bytes): Bytes {
  return wiping(sequence, integer(Uint8Array.of()), algorithm, wiping((...parts) => wrap(OCTET_STRING, ...parts), privateKey))
}

/** RSAPrivateKey (RFC 8017 A.1.2): SSH's form of the key lacks its two exponents. */
function rsaPrivateKey({ public: { n, e }, d, p, q, iqmp }: RsaPrivate): Bytes {
  const exponent = (prime: Bytes) => numberToBytes(bytesToNumber(d) % (bytesToNumber(prime) - 1n), prime.length)
  const [dp, dq] = [exponent(p), exponent(q)]
  const key = wiping(sequence, ...[Uint8Array.of(), n, e, d, p, q, dp, dq, iqmp].map(integer))
  dp.fill(0)
  dq.fill(0)
  return key
}

/** Joins parts that nothing else uses, and zeroes them. */
function wiping(join: (...parts: Bytes[]) => Bytes, ...parts: Bytes[]): Bytes {
  const joined = join(...parts)
  for (const part of parts) part.fill(0)
  return joined
}

const sequence = (...parts: readonly Uint8Array[]) => wrap(SEQUENCE, ...parts)

/** A non-negative number; no bytes are zero. */
function integer(magnitude: Uint8Array): Bytes {
  const start = magnitude.findIndex((byte) => byte !== 0)
  const digits = start < 0 ? Uint8Array.of(0) : magnitude.subarray(start)
  return wrap(INTEGER, Uint8Array.of(...digits[0]! >= 0x80 ? [0] : []), digits)
}

function wrap(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  const length = sizeOf(parts)
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return joinBytes([Uint8Array.of(tag, ...size), ...parts])
}
