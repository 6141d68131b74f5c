import { certifiedKey } from '../../keys/certificate.ts'
import { publicKeyType } from '../../keys/public-key-blob.ts'
import { encodeBase64 } from '../../wire-format/base64.ts'
import { ownBytes } from '../../wire-format/bytes.ts'

/** How a list of attempts names a key. */
export interface KeyDescription {
  readonly keyType: string | undefined
  /** `SHA256:…`; for a certificate, the fingerprint of the key in it. */
  readonly fingerprint: string
}

/** Describes a public key of any type, also an unknown one, since agents may hold anything. */
export async function describeKey(publicKey: Uint8Array): Promise<KeyDescription> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', orElse(() => certifiedKey(publicKey), ownBytes(publicKey))))
  return { keyType: orElse(() => publicKeyType(publicKey), undefined), fingerprint: `SHA256:${encodeBase64(digest, { pad: false })}` }
}

function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch {
    return otherwise
  }
}
