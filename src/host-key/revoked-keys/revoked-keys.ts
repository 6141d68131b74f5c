import { HostKeyError } from '../../errors/ssh-error.ts'
import { certifiedKey } from '../../keys/certificate.ts'
import { parsePublicKey } from '../../keys/public-key.ts'
import { decodeText, encodeText, equalBytes } from '../../wire-format/bytes.ts'
import { readRevocationList, REVOCATION_LIST } from './revocation-list.ts'
import type { IsRevoked } from './is-revoked.ts'

/**
 * Reads the content of a file for `RevokedHostKeys` of ssh_config(5): public keys, one per line, or a key revocation list of `ssh-keygen -k`.
 * @throws HostKeyError `ERR_HOST_KEY_REVOKED` if it cannot be read: as with OpenSSH, no key is then accepted
 */
export function readRevokedKeys(content: string | Uint8Array): IsRevoked {
  const bytes = encodeText(content)
  try {
    if (equalBytes(bytes.subarray(0, REVOCATION_LIST.length), REVOCATION_LIST)) return readRevocationList(bytes)
    const blobs = decodeText(bytes).split(/\r\n|\r|\n/).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => certifiedKey(parsePublicKey(line).blob))
    return ({ publicKey, certificate }) => Promise.resolve(blobs.some((blob) => equalBytes(blob, publicKey) || (certificate !== undefined && equalBytes(blob, certificate.signatureKey))))
  } catch (cause) {
    throw new HostKeyError('the list of revoked host keys cannot be read, so no host key is accepted', { code: 'ERR_HOST_KEY_REVOKED', cause })
  }
}
