import { createHash } from 'node:crypto'
import { keyTitle } from '../../host-key/fingerprint.ts'
import { readPresentedKey } from '../../host-key/presented-key.ts'
import { drunkenBishop } from '../../host-key/randomart.ts'
import { keyBits, readPublicKey } from '../../keys/public-key-blob.ts'
import type { SshConfig } from '../config/ssh-config.ts'

type Hash = SshConfig['fingerprintHash']

/** A key's fingerprint as FingerprintHash wants it: `SHA256:` and base64, or `MD5:` and pairs of digits. */
export function shownFingerprint(key: Uint8Array, hash: Hash): string {
  const bytes = digest(key, hash)
  return `${hash}:${hash === 'MD5' ? bytes.toString('hex').replace(/(..)(?!$)/g, '$1:') : bytes.toString('base64').replace(/=+$/, '')}`
}

/** The picture of a key, by the same hash. */
export function shownArt(key: Uint8Array, hash: Hash): string {
  return drunkenBishop(digest(key, hash), [`[${keyTitle(key)} ${keyBits(readPublicKey(readPresentedKey(key).publicKey))}]`, `[${keyTitle(key)}]`], `[${hash}]`)
}

function digest(key: Uint8Array, hash: Hash): Buffer {
  return createHash(hash.toLowerCase()).update(readPresentedKey(key).publicKey).digest()
}
