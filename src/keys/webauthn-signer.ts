import { type Bytes, decodeText, encodeText, equalBytes, ownBytes } from '../wire-format/bytes.ts'
import { formatPem } from '../wire-format/pem.ts'
import { WireWriter } from '../wire-format/writer.ts'
import { malformed, unsupported } from './key-error.ts'
import { encodeBase64Url } from './jwk.ts'
import { SK_ECDSA, WEBAUTHN_SK_ECDSA } from './key-types.ts'
import { parsePublicKey, type PublicKey } from './public-key.ts'
import { readPublicKey, writePublicKey } from './public-key-blob.ts'
import type { Signer } from './signer.ts'
import { ecdsaNumbers } from './signature-blob.ts'
import { ecdsaPair } from './whole-signature.ts'

/** The part of `navigator.credentials` that is used. */
export interface Credentials {
  get(options: { publicKey: PublicKeyCredentialRequestOptions, signal?: AbortSignal }): Promise<unknown>
}

export interface WebAuthnSignerOptions {
  /** The `.pub` line or blob of the credential's key: `sk-ecdsa-sha2-nistp256@openssh.com` with the relying party's id as application. */
  readonly publicKey: string | Uint8Array
  /** The credential's raw id, as registration gave it. */
  readonly credentialId: Uint8Array
  readonly userVerification?: 'required' | 'preferred' | 'discouraged'
  /** Milliseconds that the authenticator has. */
  readonly timeout?: number
  readonly signal?: AbortSignal
  /** `navigator.credentials` where left out. */
  readonly credentials?: Credentials
}

/**
 * Signs with a security key or passkey through the browser (WebAuthn), as `webauthn-sk-ecdsa-sha2-nistp256@openssh.com` (PROTOCOL.u2f).
 * The data to sign is the challenge, so that the server sees what was signed for which origin.
 * Servers must allow the algorithm: OpenSSH does with `PubkeyAcceptedAlgorithms +webauthn-sk-ecdsa-sha2-nistp256@openssh.com`.
 */
export function webAuthnSigner(options: WebAuthnSignerOptions): Signer {
  const { blob, type, comment } = parsePublicKey(options.publicKey)
  const fields = readPublicKey(blob)
  if (type !== SK_ECDSA || fields.kind !== 'ecdsa' || fields.application === undefined) throw unsupported(`a WebAuthn signer needs a key of type ${SK_ECDSA}`)
  const rpId = fields.application
  return {
    publicKey: blob,
    algorithms: [WEBAUTHN_SK_ECDSA],
    comment,
    async sign(data: Uint8Array, algorithm: string): Promise<Bytes> {
      if (algorithm !== WEBAUTHN_SK_ECDSA) throw unsupported(`WebAuthn makes signatures of ${WEBAUTHN_SK_ECDSA} only`)
      return webAuthnSignature(await assertion(data, rpId, options), rpId, data)
    },
  }
}

/** What an authenticator answers; `AuthenticatorAssertionResponse` is one. */
export interface Assertion { readonly authenticatorData: ArrayBuffer, readonly clientDataJSON: ArrayBuffer, readonly signature: ArrayBuffer }

/** The SSH public key of a new credential. @param spki what `AuthenticatorAttestationResponse.getPublicKey()` gave; the credential must be of ES256 */
export function webAuthnPublicKey(spki: ArrayBuffer | Uint8Array, rpId: string, comment = ''): PublicKey {
  const fields = readPublicKey(parsePublicKey(formatPem('PUBLIC KEY', new Uint8Array(spki))).blob)
  if (fields.kind !== 'ecdsa' || fields.curve !== 'nistp256') throw unsupported('SSH has WebAuthn keys of P-256 (ES256) only')
  return { ...parsePublicKey(writePublicKey({ ...fields, application: rpId })), comment }
}

async function assertion(data: Uint8Array, rpId: string, options: WebAuthnSignerOptions): Promise<Assertion> {
  const credentials = options.credentials ?? (globalThis.navigator as Navigator | undefined)?.credentials
  if (credentials === undefined) throw unsupported('this runtime has no WebAuthn')
  const publicKey: PublicKeyCredentialRequestOptions = {
    challenge: ownBytes(data),
    rpId,
    allowCredentials: [{ type: 'public-key', id: ownBytes(options.credentialId) }],
    userVerification: options.userVerification ?? 'preferred',
    ...options.timeout !== undefined && { timeout: options.timeout },
  }
  const credential = await credentials.get({ publicKey, ...options.signal && { signal: options.signal } }) as { readonly response?: Assertion } | null
  if (credential?.response === undefined) throw malformed('the authenticator gave no signature')
  return credential.response
}

/**
 * Authenticator data is SHA-256 of the relying party's id, flags, counter, extensions (WebAuthn section 6.1).
 * What servers will refuse is refused here, where there is somebody to tell: another relying party, or a client that moves the challenge.
 */
async function webAuthnSignature(response: Assertion, rpId: string, data: Uint8Array): Promise<Bytes> {
  const authenticator = new Uint8Array(response.authenticatorData), clientData = new Uint8Array(response.clientDataJSON)
  const rpIdHash = new Uint8Array(await crypto.subtle.digest('SHA-256', encodeText(rpId)))
  if (authenticator.length < 37 || !equalBytes(authenticator.subarray(0, 32), rpIdHash)) throw malformed('the authenticator signed for another relying party')
  const origin = readOrigin(clientData, data)
  const numbers = ecdsaPair(new Uint8Array(response.signature), 32)
  if (numbers === undefined) throw malformed('the authenticator gave a signature of a bad form')
  return new WireWriter(1024).string(WEBAUTHN_SK_ECDSA).string(ecdsaNumbers(numbers)).bytes(authenticator.subarray(32, 37))
    .string(origin).string(clientData).string(authenticator.subarray(37)).finish()
}

/** OpenSSH compares the client data's beginning byte by byte. */
function readOrigin(clientData: Uint8Array, data: Uint8Array): string {
  const text = decodeText(clientData)
  const beginning = `{"type":"webauthn.get","challenge":"${encodeBase64Url(data)}","origin":"`
  const origin = text.startsWith(beginning) ? /^[^"\\]+/.exec(text.slice(beginning.length))?.[0] : undefined
  if (origin === undefined) throw malformed('the browser gave client data of another form than SSH expects')
  return origin
}
