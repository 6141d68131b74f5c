import { able, record } from '../../errors/arguments.ts'
import { binaryOf } from '../../wire-format/bytes-of.ts'
import type { Bytes } from '../../wire-format/bytes.ts'
import { formatPem } from '../../wire-format/pem.ts'
import { unsupported } from '../key-error.ts'
import { SK_ECDSA, WEBAUTHN_SK_ECDSA } from '../key-types.ts'
import { parsePublicKey, type PublicKey } from '../public-key.ts'
import { readPublicKey, writePublicKey } from '../public-key-blob.ts'
import type { Signer } from './signer.ts'
import type { WebAuthnSignerOptions } from './webauthn-options.ts'

/**
 * Signs with a security key or passkey through the browser (WebAuthn), as `webauthn-sk-ecdsa-sha2-nistp256@openssh.com` (PROTOCOL.u2f).
 * The data to sign is the challenge, so the server sees what was signed for which origin.
 * Servers must allow the algorithm: OpenSSH does with `PubkeyAcceptedAlgorithms +webauthn-sk-ecdsa-sha2-nistp256@openssh.com`.
 */
export function webAuthnSigner(options: WebAuthnSignerOptions): Signer {
  const { credentials } = record(options, 'options')
  if (credentials !== undefined) able(record(credentials, 'credentials'), 'credentials', 'a CredentialsContainer', 'get')
  const { blob, comment } = parsePublicKey(options.publicKey)
  const fields = readPublicKey(blob)
  if (fields.kind !== 'ecdsa' || fields.application === undefined) throw unsupported(`a WebAuthn signer needs a key of type ${SK_ECDSA}`)
  const rpId = fields.application
  return {
    publicKey: blob,
    algorithms: [WEBAUTHN_SK_ECDSA],
    comment,
    asksPerson: true,
    async sign(data: Uint8Array, algorithm: string): Promise<Bytes> {
      if (algorithm !== WEBAUTHN_SK_ECDSA) throw unsupported(`WebAuthn only makes signatures of ${WEBAUTHN_SK_ECDSA}`)
      return (await import('./webauthn-signature.ts')).signByWebAuthn(data, rpId, options)
    },
  }
}

/** The SSH public key of a new credential. @param spki from `AuthenticatorAttestationResponse.getPublicKey()`; the credential must use ES256 */
export function webAuthnPublicKey(spki: ArrayBuffer | Uint8Array, rpId: string, comment = ''): PublicKey {
  const fields = readPublicKey(parsePublicKey(formatPem('PUBLIC KEY', binaryOf(spki, 'spki'))).blob)
  if (fields.kind !== 'ecdsa' || fields.curve !== 'nistp256') throw unsupported('SSH only has WebAuthn keys of P-256 (ES256)')
  return { ...parsePublicKey(writePublicKey({ ...fields, application: rpId })), comment }
}
