import { createECDH, createHash, createPublicKey, diffieHellman, generateKeyPairSync, randomBytes } from 'node:crypto'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { WireWriter } from '../../../src/wire-format/writer.ts'

type Curve = 'ecdh-sha2-nistp256' | 'curve25519-sha256'
type Hybrid = 'mlkem768x25519-sha256' | 'mlkem768nistp256-sha256'

/** All with SHA-256 and the same two messages (RFC 5656 section 4, RFC 8731, RFC 10042). */
export type KeyAgreement = Curve | Hybrid | typeof SNTRUP

/** This server cannot seal with sntrup761: its ciphertext is noise, so that the two sides never agree. */
const SNTRUP = 'sntrup761x25519-sha512'
const ML_KEM_KEY = 1184, SNTRUP_KEY = 1158, SNTRUP_CIPHERTEXT = 1039

interface Agreed {
  readonly serverPoint: Buffer
  readonly secret: Buffer
}

/** The server's half: its public value, and the shared secret with the client's, as it is hashed. */
export function agreeOnSecret(method: KeyAgreement, clientValue: Uint8Array): Agreed & { readonly encoded: Uint8Array } {
  if (method === 'ecdh-sha2-nistp256' || method === 'curve25519-sha256') {
    const agreed = agreeOnPoint(method, clientValue)
    return { ...agreed, encoded: new WireWriter().mpint(agreed.secret).finish() }
  }
  const key = clientValue.subarray(0, method === SNTRUP ? SNTRUP_KEY : ML_KEM_KEY)
  const { cipherText, sharedSecret } = method === SNTRUP ? { cipherText: randomBytes(SNTRUP_CIPHERTEXT), sharedSecret: randomBytes(32) } : ml_kem768.encapsulate(key)
  const { serverPoint, secret } = agreeOnPoint(method === 'mlkem768nistp256-sha256' ? 'ecdh-sha2-nistp256' : 'curve25519-sha256', clientValue.subarray(key.length))
  const both = createHash('sha256').update(sharedSecret).update(secret).digest()
  return { serverPoint: Buffer.concat([cipherText, serverPoint]), secret: both, encoded: new WireWriter().string(both).finish() }
}

function agreeOnPoint(curve: Curve, clientPoint: Uint8Array): Agreed {
  if (curve === 'ecdh-sha2-nistp256') {
    const ecdh = createECDH('prime256v1')
    return { serverPoint: ecdh.generateKeys(), secret: ecdh.computeSecret(clientPoint) }
  }
  const { publicKey, privateKey } = generateKeyPairSync('x25519')
  const client = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(clientPoint).toString('base64url') }, format: 'jwk' })
  const { x = '' } = publicKey.export({ format: 'jwk' })
  return { serverPoint: Buffer.from(x, 'base64url'), secret: diffieHellman({ privateKey, publicKey: client }) }
}
