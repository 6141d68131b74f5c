import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { formatPublicKey } from '../../../src/keys/public-key.ts'
import { webAuthnPublicKey, webAuthnSigner } from '../../../src/keys/signers/webauthn-signer.ts'
import { toSigner } from '../../../src/keys/signers/to-signer.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { opensshVerifies } from './independent-verifier.ts'
import { authenticator, type Faults } from './software-authenticators.ts'

const ALGORITHM = 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com'
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
