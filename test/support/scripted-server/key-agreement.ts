import { createECDH, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto'

/** Both with SHA-256 and the same two messages (RFC 5656 section 4, RFC 8731). */
export type KeyAgreement = 'ecdh-sha2-nistp256' | 'curve25519-sha256'

/** The server's half: its public value, and the shared secret with the client's. */
export function agreeOnSecret(method: KeyAgreement, clientPoint: Uint8Array): { readonly serverPoint: Buffer, readonly secret: Buffer } {
  if (method === 'ecdh-sha2-nistp256') {
    const ecdh = createECDH('prime256v1')
    return { serverPoint: ecdh.generateKeys(), secret: ecdh.computeSecret(clientPoint) }
  }
  const { publicKey, privateKey } = generateKeyPairSync('x25519')
  const client = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(clientPoint).toString('base64url') }, format: 'jwk' })
  const { x = '' } = publicKey.export({ format: 'jwk' })
  return { serverPoint: Buffer.from(x, 'base64url'), secret: diffieHellman({ privateKey, publicKey: client }) }
}
