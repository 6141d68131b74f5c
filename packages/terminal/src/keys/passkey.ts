import { type CredentialRequest, fingerprint, type ForeignSigner, formatPublicKey, webAuthnPublicKey, webAuthnSigner } from 'libssh2-wasm'
import type { Assertion, NewPasskey } from '../session/messages.ts'
import { wanted } from '../session/wanted.ts'
import type { KeptKey } from './key-database.ts'

/** Has the page ask the authenticator; `null`: the person declines. Only pages have WebAuthn, workers do not. */
export type AskAuthenticator = (request: CredentialRequest) => Promise<Assertion | null>

/** What is kept of a passkey: its public half and its id. */
export async function keptPasskey({ spki, rpId, credentialId, comment }: NewPasskey): Promise<KeptKey & { readonly publicKey: Uint8Array }> {
  const { blob, type } = webAuthnPublicKey(spki, rpId, comment)
  return { id: await fingerprint(blob), type, comment, line: formatPublicKey({ publicKey: blob, comment }), publicKey: blob, credentialId }
}

/** Signs through the page (PROTOCOL.u2f, `webauthn-sk-ecdsa-sha2-nistp256@openssh.com`). */
export function passkeySigner({ publicKey, credentialId = new Uint8Array() }: KeptKey, ask: AskAuthenticator): ForeignSigner {
  const credentials = { get: async ({ publicKey: request }: { readonly publicKey: CredentialRequest }) => ({ response: wanted(await ask(request)) }) }
  return webAuthnSigner({ publicKey: publicKey as Uint8Array, credentialId, credentials })
}
