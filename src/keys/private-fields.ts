import { copyBytes, equalBytes } from '../wire-format/bytes.ts'
import { bytesToNumber, fixedLength } from './big-number.ts'
import type * as CurveArithmetic from './curve-arithmetic.ts'
import { forgetImported } from './imported-keys.ts'
import { malformed, unsupported } from './key-error.ts'
import { CURVES, type EcdsaCurve } from './key-types.ts'
import type * as MlDsa from './mldsa44-ed25519.ts'
import { Part, type Step, type Steps, take } from './steps.ts'
import { bitLength, checkedPoint, checkedRsa, type RsaPublic } from './public-key-blob.ts'
import { verifiesItself } from './verifies-itself.ts'
import type { EcdsaPrivate, Ed25519Private, MlDsaPrivate, PrivateFields, RsaPrivate } from './private-numbers.ts'

/** Public keys of private ones. */
type PublicArithmetic = Pick<typeof CurveArithmetic, 'ecdsaPoint' | 'ed25519Public'>

export const CURVE_ARITHMETIC = /* @__PURE__ */ new Part<PublicArithmetic>(() => import('./curve-arithmetic.ts'))

export interface RsaNumbers { readonly n: Uint8Array, readonly e: Uint8Array, readonly d: Uint8Array, readonly p: Uint8Array, readonly q: Uint8Array, readonly iqmp: Uint8Array }

/** Copies the numbers of an RSA key after checking that they belong together. */
export function rsaPrivate(numbers: RsaNumbers): RsaPrivate {
  const key: RsaPrivate = { kind: 'rsa', public: checkedRsa(copyBytes(numbers.e), copyBytes(numbers.n)), d: copyBytes(numbers.d), p: copyBytes(numbers.p), q: copyBytes(numbers.q), iqmp: copyBytes(numbers.iqmp) }
  if (!isOneRsaKey(key)) {
    wipePrivate(key)
    throw malformed('the numbers of the RSA key do not belong together')
  }
  return key
}

/** @param point checked against the scalar if given, otherwise computed */
export function* ecdsaPrivate(curve: EcdsaCurve, scalar: Uint8Array, point?: Uint8Array): Steps<EcdsaPrivate> {
  const secret = fixedLength(scalar, CURVES[curve].size)
  if (secret === undefined) throw malformed('the scalar of the ECDSA key is too large')
  const { ecdsaPoint } = yield* take(CURVE_ARITHMETIC)
  const computed = ecdsaPoint(curve, secret)
  if (computed === undefined || (point !== undefined && !equalBytes(computed, point))) {
    secret.fill(0)
    throw malformed('the private and the public part of the ECDSA key do not belong together')
  }
  return { kind: 'ecdsa', public: checkedPoint(curve, computed), scalar: secret }
}

/** @param key checked against the seed if given (signing with a foreign one would reveal the private key), otherwise computed */
export function* ed25519Private(seed: Uint8Array, key?: Uint8Array): Steps<Ed25519Private> {
  if (seed.length !== 32) throw malformed('an Ed25519 private key has 32 bytes')
  const fields: Ed25519Private = { kind: 'ed25519', public: { kind: 'ed25519', key: key ? copyBytes(key) : new Uint8Array() }, seed: copyBytes(seed) }
  if (key && (yield* take(isOneEd25519Key(fields)))) return fields
  const { ed25519Public } = yield* take(CURVE_ARITHMETIC)
  const computed = ed25519Public(seed)
  if (!key || equalBytes(computed, key)) return { ...fields, public: { kind: 'ed25519', key: computed } }
  wipePrivate(fields)
  throw malformed('the private and the public part of the Ed25519 key do not belong together')
}

/** Too large to be loaded for those who cannot wait. */
const ML_DSA: Step<typeof MlDsa> = {
  later: () => import('./mldsa44-ed25519.ts'),
  now() { throw unsupported('keys of ML-DSA cannot be read at once') },
}

/** @param type one of the names. @param key checked against the seeds where given, computed where not */
export function* mlDsaPrivate(type: string, seed: Uint8Array, key?: Uint8Array): Steps<MlDsaPrivate> {
  if (seed.length !== 64) throw malformed('a private key of ML-DSA-44 and Ed25519 has two seeds of 32 bytes')
  const { mlDsaPublic } = yield* take(ML_DSA)
  const computed = mlDsaPublic(seed)
  if (key && !equalBytes(computed, key)) throw malformed('the private and the public part of the ML-DSA key do not belong together')
  return { kind: 'mldsa44-ed25519', public: { kind: 'mldsa44-ed25519', type, key: computed }, seed: copyBytes(seed) }
}

export function wipePrivate(key: PrivateFields): void {
  const secrets = key.kind === 'rsa' ? [key.d, key.p, key.q, key.iqmp] : key.kind === 'ecdsa' ? [key.scalar] : [key.seed]
  for (const secret of secrets) secret.fill(0)
  forgetImported(key)
}

/** Refuses RSA keys that are shorter than `minimumRsaBits`. */
export function checkStrength(key: RsaPublic | { readonly kind: string }, minimumRsaBits: number): void {
  if (key.kind === 'rsa' && bitLength((key as RsaPublic).n) < minimumRsaBits) throw unsupported(`RSA keys under ${minimumRsaBits} bits are refused`)
}

function isOneRsaKey(key: RsaPrivate): boolean {
  const [n, e, d, p, q, iqmp] = [key.public.n, key.public.e, key.d, key.p, key.q, key.iqmp].map(bytesToNumber) as [bigint, bigint, bigint, bigint, bigint, bigint]
  return p > 2n && q > 2n && p * q === n && d < n && (d * e) % (p - 1n) === 1n && (d * e) % (q - 1n) === 1n && (iqmp * q) % p === 1n
}

/** Uses WebCrypto, so that most runtimes never load the curves in JavaScript. Synchronous callers have loaded them. */
const isOneEd25519Key = (key: Ed25519Private): Step<boolean> => ({ later: () => verifiesItself(key), now: () => false })
