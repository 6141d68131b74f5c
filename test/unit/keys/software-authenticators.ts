import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import type { ForeignSigner } from '../../../src/keys/signers/signing-key.ts'
import { webAuthnPublicKey, webAuthnSigner } from '../../../src/keys/signers/webauthn-signer.ts'
import type { Credentials } from '../../../src/keys/signers/webauthn-options.ts'
import { mpint, publicBlobOf, string, strings } from './independent-verifier.ts'

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest()

export interface Faults { rpId?: string, type?: string, nothing?: boolean, extensions?: Buffer, signature?: Buffer }

/** A browser and its authenticator: answers as WebAuthn sections 5.8.1 and 6.3.3 say. */
export function authenticator(faults: Faults = {}) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const id = Uint8Array.of(1, 2, 3)
  const asked: PublicKeyCredentialRequestOptions[] = []
  const exact = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer
  const credentials: Credentials = {
    async get({ publicKey: request }) {
      asked.push(request)
      if (faults.nothing) return null
      const flags = 0x05 | (faults.extensions ? 0x80 : 0)
      const authenticatorData = Buffer.concat([sha256(faults.rpId ?? request.rpId!), Buffer.of(flags, 0, 0, 1, 2), faults.extensions ?? Buffer.alloc(0)])
      const challenge = Buffer.from(request.challenge as Uint8Array).toString('base64url')
      const clientDataJSON = Buffer.from(JSON.stringify({ type: faults.type ?? 'webauthn.get', challenge, origin: 'https://shell.example.org', crossOrigin: false }))
      const signature = faults.signature ?? sign('sha256', Buffer.concat([authenticatorData, sha256(clientDataJSON)]), privateKey)
      return { type: 'public-key', rawId: exact(Buffer.from(id)), response: { authenticatorData: exact(authenticatorData), clientDataJSON: exact(clientDataJSON), signature: exact(signature) } }
    },
  }
  const key = webAuthnPublicKey(publicKey.export({ format: 'der', type: 'spki' }), 'example.org', 'passkey')
  return { key, asked, id, signer: webAuthnSigner({ publicKey: key.blob, credentialId: id, credentials, userVerification: 'required' }) }
}

/** An authenticator of PROTOCOL.u2f in software: signs SHA-256(application), flags, counter, SHA-256(data). */
export function securityKey(type: 'ed25519' | 'ec', { present = true } = {}): ForeignSigner {
  const { privateKey, publicKey } = type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
  const plain = strings(publicBlobOf(publicKey))
  const name = type === 'ec' ? 'sk-ecdsa-sha2-nistp256@openssh.com' : 'sk-ssh-ed25519@openssh.com'
  const after = Buffer.from(`0${present ? 1 : 0}00000007`, 'hex')
  return {
    publicKey: Buffer.concat([...[Buffer.from(name), ...plain.slice(1), Buffer.from('ssh:')].map(string)]),
    sign(bytes) {
      const signed = Buffer.concat([sha256(Buffer.from('ssh:')), after, sha256(bytes)])
      const raw = type === 'ec' ? sign('sha256', signed, { key: privateKey, dsaEncoding: 'ieee-p1363' }) : sign(null, signed, privateKey)
      const signature = type === 'ec' ? Buffer.concat([mpint(raw.subarray(0, 32)), mpint(raw.subarray(32))]) : raw
      return Buffer.concat([string(name), string(signature), after])
    },
  }
}
