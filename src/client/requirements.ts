import { SSHError } from '../errors/ssh-error.ts'

/** With `requirePostQuantum` only post-quantum methods are offered, in every exchange. A server without one ends the first exchange; this makes the error for that. */
export function asNotPostQuantum(error: unknown): unknown {
  if (!(error instanceof SSHError) || !error.message.includes('no common key exchange')) return error
  return new SSHError(`requirePostQuantum: the server has no post-quantum key exchange (${error.message})`, { code: 'ERR_NOT_POST_QUANTUM', errno: error.errno, cause: error })
}

/** For `requireStrictKex`. */
export function notStrict(): SSHError {
  return new SSHError('requireStrictKex: the server has no strict key exchange (kex-strict-s-v00@openssh.com), so that what it said first may have been cut (Terrapin, CVE-2023-48795)', { code: 'ERR_NOT_STRICT_KEX' })
}
