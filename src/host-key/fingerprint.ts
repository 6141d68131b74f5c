import { isCertificateName, plainName } from '../keys/key-types.ts'
import { keyBits, publicKeyType, readPublicKey } from '../keys/public-key-blob.ts'
import { encodeBase64 } from '../wire-format/base64.ts'
import type { Bytes } from '../wire-format/bytes.ts'
import { readPresentedKey } from './presented-key.ts'

const TITLES: Readonly<Record<string, string>> = {
  'ssh-ed25519': 'ED25519',
  'ssh-rsa': 'RSA',
  'sk-ssh-ed25519@openssh.com': 'ED25519-SK',
  'sk-ecdsa-sha2-nistp256@openssh.com': 'ECDSA-SK',
}

/** `SHA256:` and the hash of the key in base64 without padding, as OpenSSH shows it. A certificate has the fingerprint of the key that it certifies. */
export async function fingerprint(key: Uint8Array): Promise<string> {
  return `SHA256:${encodeBase64(await sha256(readPresentedKey(key).publicKey), { pad: false })}`
}

/** The picture that `ssh-keygen -lv` draws of a key, eleven lines, for people to recognise. */
export async function randomart(key: Uint8Array): Promise<string> {
  const { drunkenBishop } = await import('./randomart.ts')
  const { publicKey } = readPresentedKey(key)
  return drunkenBishop(await sha256(publicKey), [`[${keyTitle(key)} ${keyBits(readPublicKey(publicKey))}]`, `[${keyTitle(key)}]`], '[SHA256]')
}

/** OpenSSH's title for a key's type: `ED25519`, `RSA-CERT`, … */
export function keyTitle(key: Uint8Array): string {
  const type = publicKeyType(key)
  const title = TITLES[plainName(type)] ?? (/mldsa/.test(type) ? 'MLDSA44-ED25519' : 'ECDSA')
  return isCertificateName(type) ? `${title}-CERT` : title
}

async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}
