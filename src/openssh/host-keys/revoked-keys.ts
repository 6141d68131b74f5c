import { readFile } from 'node:fs/promises'
import { reasonOf } from '../../errors/reason-of.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import type { IsRevoked } from '../../host-key/revoked-keys/is-revoked.ts'
import { readRevokedKeys } from '../../host-key/revoked-keys/revoked-keys.ts'

/**
 * The keys of a RevokedHostKeys file.
 * @throws SSHError `ERR_REVOKED_HOST_KEYS` if it cannot be read: then every host key is refused, as in ssh
 */
export async function revokedKeysOf(path: string): Promise<IsRevoked> {
  try {
    return readRevokedKeys(new Uint8Array(await readFile(path)))
  } catch (cause) {
    const why = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
    throw new SSHError(`the revoked host keys cannot be read: ${path}: ${reasonOf(why)}`, { code: 'ERR_REVOKED_HOST_KEYS', cause })
  }
}
