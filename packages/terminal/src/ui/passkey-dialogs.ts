import type { CredentialRequest } from 'libssh2-wasm'
import type { Assertion, NewPasskey, SavedKey } from '../session/messages.ts'
import type { Dialogs } from './dialog.ts'
import { button, h } from './dom.ts'

/** ES256, COSE's number for ECDSA on P-256 with SHA-256: the one that SSH has. */
const ES256 = -7
/** The line of sshd_config without which OpenSSH refuses signatures of browsers. */
const SERVER_LINE = 'PubkeyAcceptedAlgorithms +webauthn-sk-ecdsa-sha2-nistp256@openssh.com'

/** Whether this browser can make passkeys here: WebAuthn wants https or localhost, and no bare address. */
export function passkeysPossible(): boolean {
  return 'PublicKeyCredential' in globalThis && isSecureContext && !/^[\d.]+$|^\[/.test(location.hostname)
}

/** Registers a new credential for this page's host. Resolves with `null` if the person declines. */
export async function makePasskey(comment: string): Promise<NewPasskey | null> {
  const rpId = location.hostname
  let made: PublicKeyCredential | null
  try {
    made = await navigator.credentials.create({ publicKey: {
      rp: { id: rpId, name: `SSH at ${rpId}` }, challenge: crypto.getRandomValues(new Uint8Array(32)), pubKeyCredParams: [{ type: 'public-key', alg: ES256 }],
      user: { id: crypto.getRandomValues(new Uint8Array(16)), name: comment, displayName: comment },
    } }) as PublicKeyCredential | null
  } catch (error) {
    if ((error as Error).name === 'NotAllowedError') return null
    throw error
  }
  const spki = (made?.response as AuthenticatorAttestationResponse | undefined)?.getPublicKey()
  return made && spki ? { spki, rpId, credentialId: new Uint8Array(made.rawId), comment } : null
}

/** Has the authenticator sign. Some browsers want a press on a button shortly before: then there is one. */
export async function signWithPasskey(dialogs: Dialogs, request: CredentialRequest): Promise<Assertion | null> {
  return await ask(request) ?? await dialogs.ask('Log in with the passkey', [h('p', {}, 'The browser asks for the passkey of this key.')], [
    { label: 'Cancel', value: () => null },
    { label: 'Use the passkey', value: () => ask(request), kind: 'primary' },
  ])
}

async function ask(publicKey: CredentialRequest): Promise<Assertion | null> {
  try {
    const { response } = await navigator.credentials.get({ publicKey }) as PublicKeyCredential & { response: AuthenticatorAssertionResponse }
    const { authenticatorData, clientDataJSON, signature } = response
    return { authenticatorData, clientDataJSON, signature }
  } catch (error) {
    if ((error as Error).name === 'NotAllowedError') return null
    throw error
  }
}

/** What the server needs for a key: its line of `authorized_keys`, and for a passkey one of sshd_config too. */
export function serverLines({ line, kept }: SavedKey): HTMLElement[] {
  const copied = (text: string) => h('div', { class: 'public-line' }, h('code', { class: 'fingerprint', tabIndex: 0 }, text), button('Copy', () => void navigator.clipboard?.writeText(text)))
  if (kept !== 'authenticator') return [copied(line)]
  return [h('p', {}, 'For ', h('code', {}, '~/.ssh/authorized_keys'), ':'), copied(line), h('p', {}, 'For the server’s ', h('code', {}, 'sshd_config'), ', which its administrator may have to add:'), copied(SERVER_LINE)]
}
