import { HostKeyError, SSHError } from '../errors/ssh-error.ts'
import { LIBSSH2_ERROR_HOSTKEY_INIT } from '../ffi/constants.gen.ts'

/** With `requirePostQuantum` only post-quantum methods are offered, in every exchange. A server without one ends the first exchange; this makes the error for that. */
export function asNotPostQuantum(error: unknown): unknown {
  if (!(error instanceof SSHError) || !error.message.includes('no common key exchange')) return error
  return new SSHError(`requirePostQuantum: the server has no post-quantum key exchange (${error.message})`, { code: 'ERR_NOT_POST_QUANTUM', errno: error.errno, cause: error })
}

/** For `requireStrictKex`. */
export function notStrict(): SSHError {
  return new SSHError('requireStrictKex: the server has no strict key exchange (kex-strict-s-v00@openssh.com), so that what it said first may have been cut (Terrapin, CVE-2023-48795)', { code: 'ERR_NOT_STRICT_KEX' })
}

/** For a key exchange that left no host key. */
export function noHostKey(): SSHError {
  return new SSHError('the server has no host key', { code: 'ERR_LIBSSH2_HOSTKEY_INIT', errno: LIBSSH2_ERROR_HOSTKEY_INIT })
}

/** For a result of the caller's own policy that does not accept the key: only `undefined` and `true` do. */
export function notAccepted(verdict: unknown): HostKeyError {
  if (verdict === false) return new HostKeyError('the hostKey policy refused the host key: verify() returned false', { code: 'ERR_HOST_KEY_UNKNOWN' })
  return new HostKeyError(`verify() of the hostKey policy must return true, false or nothing, not ${typeof verdict}`, { code: 'ERR_HOST_KEY_VERDICT' })
}
