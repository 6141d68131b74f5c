import { type Bytes, decodeText, encodeText, equalBytes, ownBytes } from '../../wire-format/bytes.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import { encodeBase64Url } from '../../wire-format/base64.ts'
import { malformed, unsupported } from '../key-error.ts'
import { WEBAUTHN_SK_ECDSA } from '../key-types.ts'
import { ecdsaNumbers } from './signature-blob.ts'
import type { CredentialRequest, WebAuthnSignerOptions } from './webauthn-options.ts'
import { ecdsaPair } from './whole-signature.ts'

/** The authenticator's answer; `AuthenticatorAssertionResponse` is one. */
export interface Assertion { readonly authenticatorData: ArrayBuffer, readonly clientDataJSON: ArrayBuffer, readonly signature: ArrayBuffer }

/** Asks the authenticator to sign. Returns the whole signature blob. */
export async function signByWebAuthn(data: Uint8Array, rpId: string, options: WebAuthnSignerOptions): Promise<Bytes> {
  return webAuthnSignature(await assertion(data, rpId, options), rpId, data)
}

async function assertion(data: Uint8Array, rpId: string, options: WebAuthnSignerOptions): Promise<Assertion> {
  const credentials = options.credentials ?? (globalThis.navigator as Navigator | undefined)?.credentials
  if (credentials === undefined) throw unsupported('this runtime has no WebAuthn')
  const publicKey: CredentialRequest = {
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
 * Authenticator data is the SHA-256 of the relying party's id, flags, counter, extensions (WebAuthn section 6.1).
 * Signatures that servers would refuse are refused here, where a person sees the error: another relying party, or a client that moves the
 * challenge.
 */
async function webAuthnSignature(response: Assertion, rpId: string, data: Uint8Array): Promise<Bytes> {
  const authenticator = new Uint8Array(response.authenticatorData), clientData = new Uint8Array(response.clientDataJSON)
  const rpIdHash = new Uint8Array(await crypto.subtle.digest('SHA-256', encodeText(rpId)))
  if (authenticator.length < 37 || !equalBytes(authenticator.subarray(0, 32), rpIdHash)) throw malformed('the authenticator signed for another relying party')
  const origin = readOrigin(clientData, data)
  const numbers = ecdsaPair(new Uint8Array(response.signature), 32)
  if (numbers === undefined) throw malformed('the authenticator gave a malformed signature')
  return new WireWriter(1024).string(WEBAUTHN_SK_ECDSA).string(ecdsaNumbers(numbers)).bytes(authenticator.subarray(32, 37))
    .string(origin).string(clientData).string(authenticator.subarray(37)).finish()
}

/** OpenSSH compares the beginning of the client data byte by byte. */
function readOrigin(clientData: Uint8Array, data: Uint8Array): string {
  const text = decodeText(clientData)
  const beginning = `{"type":"webauthn.get","challenge":"${encodeBase64Url(data)}","origin":"`
  const origin = text.startsWith(beginning) ? /^[^"\\]+/.exec(text.slice(beginning.length))?.[0] : undefined
  if (origin === undefined) throw malformed('the browser did not give the client data in the form that SSH expects')
  return origin
}
