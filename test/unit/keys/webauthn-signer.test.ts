import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { formatPublicKey } from '../../../src/keys/public-key.ts'
import { type Credentials, webAuthnPublicKey, webAuthnSigner } from '../../../src/keys/webauthn-signer.ts'
import { toSigner } from '../../../src/keys/to-signer.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { opensshVerifies } from './independent-verifier.ts'

const ALGORITHM = 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com'
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest()

interface Faults { rpId?: string, type?: string, nothing?: boolean, extensions?: Buffer, signature?: Buffer }

/** A browser and its authenticator: answers as WebAuthn sections 5.8.1 and 6.3.3 say. */
function authenticator(faults: Faults = {}) {
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

describe('WebAuthn signer', () => {
  it.runIf(requirePeer('sshd')).each([[{}], [{ extensions: Buffer.from('a1', 'hex') }]])('OpenSSH verifies its signature, %#', async (faults) => {
    const { key, signer, asked, id } = authenticator(faults)
    const line = formatPublicKey(key)
    expect(line).toMatch(/^sk-ecdsa-sha2-nistp256@openssh\.com \S+ passkey$/)
    for (let i = 0; i < 5; i++) expect(await opensshVerifies(signer, ALGORITHM, line)).toBe(true)
    expect(asked[0]).toMatchObject({ rpId: 'example.org', userVerification: 'required', allowCredentials: [{ id }] })
    expect(await opensshVerifies(await toSigner(signer), ALGORITHM, line)).toBe(true)
    expect(await opensshVerifies(signer, ALGORITHM, formatPublicKey(authenticator().key))).toBe(false)
  })
  it.each<[string, Faults]>([['another relying party', { rpId: 'evil.example' }], ['a registration', { type: 'webauthn.create' }], ['no answer', { nothing: true }], ['a damaged signature', { signature: Buffer.from('30060201', 'hex') }]])('refuses %s', async (_name, faults) => {
    await expect(authenticator(faults).signer.sign(Buffer.from('data'), ALGORITHM)).rejects.toMatchObject({ name: 'KeyError', code: 'ERR_KEY_FORMAT' })
  })
  it('refuses other algorithms, other keys, and runtimes without WebAuthn', async () => {
    const { signer, key, id } = authenticator()
    await expect(signer.sign(Buffer.from('data'), 'sk-ecdsa-sha2-nistp256@openssh.com')).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED' })
    await expect(webAuthnSigner({ publicKey: key.blob, credentialId: id }).sign(Buffer.from('data'), ALGORITHM)).rejects.toThrow('no WebAuthn')
    const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' })
    expect(() => webAuthnPublicKey(ed25519, 'example.org')).toThrow('P-256')
  })
})
