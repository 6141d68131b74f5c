import { binaryOf } from '../wire-format/bytes-of.ts'
import { HostKeyError, KeyError } from '../errors/ssh-error.ts'
import { type Certificate, isCertificate, parseCertificate } from '../keys/certificate.ts'
import { isCertificateName } from '../keys/key-types.ts'
import { publicKeyType, readPublicKey } from '../keys/public-key-blob.ts'
import { type Bytes, ownBytes } from '../wire-format/bytes.ts'

/** A host key as the server presented it, parsed. */
export interface PresentedKey {
  /** The plain key; for a certificate, the key that it certifies. */
  readonly publicKey: Bytes
  /** Type name of the plain key. */
  readonly type: string
  /** Present if the server sent a certificate. Nothing in it is verified yet. */
  readonly certificate?: Certificate
}

/** Parses a host key. Throws `HostKeyError` (`ERR_HOST_KEY_CERTIFICATE` for certificates, otherwise `ERR_HOST_KEY_UNKNOWN`) if it is damaged or of an unknown type. */
export function readPresentedKey(blob: Uint8Array): PresentedKey {
  binaryOf(blob, 'a host key')
  try {
    if (isCertificate(blob)) {
      const certificate = parseCertificate(blob)
      return { publicKey: certificate.publicKey, type: publicKeyType(certificate.publicKey), certificate }
    }
    const publicKey = ownBytes(blob)
    readPublicKey(publicKey)
    return { publicKey, type: publicKeyType(publicKey) }
  } catch (error) {
    if (!(error instanceof KeyError)) throw error
    const code = claimsCertificate(blob) ? 'ERR_HOST_KEY_CERTIFICATE' : 'ERR_HOST_KEY_UNKNOWN'
    throw new HostKeyError(`the server's host key cannot be read: ${error.message}`, { code, cause: error })
  }
}

function claimsCertificate(blob: Uint8Array): boolean {
  try {
    return isCertificateName(publicKeyType(blob))
  } catch {
    return false
  }
}
