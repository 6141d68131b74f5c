import { readFile } from 'node:fs/promises'
import { SSHError } from '../../errors/ssh-error.ts'
import { readPresentedKey } from '../../host-key/presented-key.ts'
import { parsePublicKey } from '../../keys/public-key.ts'
import { equalBytes } from '../../wire-format/bytes.ts'
import { isKrl, type IsRevoked, readKrl } from './krl.ts'

/**
 * The keys of a RevokedHostKeys file: public keys, one a line, or an OpenSSH key revocation list (KRL) as `ssh-keygen -k` makes it.
 * @throws SSHError `ERR_REVOKED_HOST_KEYS` where it cannot be read: then every host key is refused, as ssh does
 */
export async function readRevokedKeys(path: string): Promise<IsRevoked> {
  try {
    const bytes = new Uint8Array(await readFile(path))
    return isKrl(bytes) ? readKrl(bytes) : textList(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new SSHError(`the revoked host keys cannot be read: ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { code: 'ERR_REVOKED_HOST_KEYS', cause })
  }
}

function textList(text: string): IsRevoked {
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'))
  const keys = lines.map((line) => parsePublicKey(line).blob)
  return (key) => {
    const { publicKey, certificate } = readPresentedKey(key)
    return keys.some((revoked) => equalBytes(revoked, key) || equalBytes(revoked, publicKey) || (certificate !== undefined && equalBytes(revoked, certificate.signatureKey)))
  }
}
