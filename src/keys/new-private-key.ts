import { record } from '../errors/arguments.ts'
import type { Bytes } from '../wire-format/bytes.ts'
import { readPkcs8 } from './files/der/private-key.ts'
import { unsupported } from './key-error.ts'
import { CURVES, type EcdsaCurve, MLDSA44_ED25519 } from './key-types.ts'
import { ecdsaPrivate, ed25519Private, mlDsaPrivate } from './private-fields.ts'
import { PrivateKey } from './private-key.ts'
import type { PrivateFields } from './private-numbers.ts'
import { later } from './steps.ts'

export interface GenerateKeyPairOptions {
  /** RSA: 2048 to 16384, 3072 by default. ECDSA: 256 (the default), 384, 521. Ed25519 and ML-DSA-44 with Ed25519: no choice. */
  readonly bits?: number
  readonly comment?: string
}

/** Implements `generateKeyPair`, and loads with it. */
export async function newPrivateKey(type: string, options: GenerateKeyPairOptions): Promise<PrivateKey> {
  const { bits, comment = '' } = record(options, 'options')
  return new PrivateKey(await newPrivateFields(type, bits), comment)
}

/** The numbers of a new key. @param bits by default that of the type */
async function newPrivateFields(type: string, bits: number | undefined): Promise<PrivateFields> {
  if (type === 'ed25519') return wiping(crypto.getRandomValues(new Uint8Array(32)), (seed) => later(ed25519Private(seed)))
  if (type === 'ecdsa') return generateEcdsa(bits ?? 256)
  if (type === 'rsa') return generateRsa(bits ?? 3072)
  if (type === 'mldsa44-ed25519') return wiping(crypto.getRandomValues(new Uint8Array(64)), (seeds) => later(mlDsaPrivate(MLDSA44_ED25519, seeds)))
  throw unsupported('keys of this type cannot be generated')
}

/** Random scalars are drawn until one is in range: of P-521's 528 bits only 521 may be set. */
async function generateEcdsa(bits: number): Promise<PrivateFields> {
  const curve = `nistp${bits}` as EcdsaCurve
  if (!Object.hasOwn(CURVES, curve)) throw unsupported('ECDSA keys have 256, 384 or 521 bits')
  const { ecdsaPoint } = await import('./curve-arithmetic.ts')
  const scalar = new Uint8Array(CURVES[curve].size)
  do {
    crypto.getRandomValues(scalar)
    if (curve === 'nistp521') scalar[0]! &= 1
  } while (ecdsaPoint(curve, scalar) === undefined)
  return wiping(scalar, (secret) => later(ecdsaPrivate(curve, secret)))
}

async function generateRsa(bits: number): Promise<PrivateFields> {
  if (!Number.isInteger(bits) || bits < 2048 || bits > 16384) throw unsupported('RSA keys have 2048 to 16384 bits')
  const parameters = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512', modulusLength: bits, publicExponent: Uint8Array.of(1, 0, 1) }
  const pair = await crypto.subtle.generateKey(parameters, true, ['sign', 'verify'])
  return wiping(new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey)), (pkcs8) => later(readPkcs8(pkcs8)))
}

async function wiping<T>(secret: Bytes, use: (secret: Bytes) => Promise<T>): Promise<T> {
  try {
    return await use(secret)
  } finally {
    secret.fill(0)
  }
}
