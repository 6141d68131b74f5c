import { LIBSSH2_HOSTKEY_HASH_MD5, LIBSSH2_HOSTKEY_HASH_SHA1, LIBSSH2_HOSTKEY_HASH_SHA256 } from '../../ffi/constants.gen.ts'
import type { SessionContext } from '../session-context.ts'

/** A key that the server has proved to own. */
export interface HostKey {
  /** SSH public key blob (RFC 4253 section 6.6); a certificate if the server presented one. */
  readonly key: Uint8Array
  /** `LIBSSH2_HOSTKEY_TYPE_*`. */
  readonly type: number
}

const HASH_SIZES: ReadonlyMap<number, number> = new Map([[LIBSSH2_HOSTKEY_HASH_MD5, 16], [LIBSSH2_HOSTKEY_HASH_SHA1, 20], [LIBSSH2_HOSTKEY_HASH_SHA256, 32]])

/** For `session.hostkey()`. */
export function readHostKey(context: SessionContext): HostKey | null {
  const { heap } = context
  return heap.scoped((scope) => {
    const length = scope.out()
    const type = scope.out()
    const key = context.plain((c, session) => c.libssh2_session_hostkey(session, length, type))
    return key === 0 ? null : { key: heap.copy(key, heap.u32(length)), type: heap.i32(type) }
  })
}

/** For `session.hostkeyHash()`. */
export function readHostKeyHash(context: SessionContext, type: number): Uint8Array | null {
  const size = HASH_SIZES.get(type)
  if (size === undefined) throw new RangeError('type must be one of LIBSSH2_HOSTKEY_HASH_*')
  const hash = context.plain((c, session) => c.libssh2_hostkey_hash(session, type))
  return hash === 0 ? null : context.heap.copy(hash, size)
}
