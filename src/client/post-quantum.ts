import { SSHError } from '../errors/ssh-error.ts'

/** Key exchanges whose secret a quantum computer does not find either: hybrids of a curve and ML-KEM-768 (RFC 10042) or sntrup761 (RFC 9941). */
const POST_QUANTUM: readonly string[] = [
  'mlkem768x25519-sha256', 'sntrup761x25519-sha512', 'sntrup761x25519-sha512@openssh.com', 'mlkem768nistp256-sha256',
]

export const isPostQuantum = (kex: string): boolean => POST_QUANTUM.includes(kex)

/** With `requirePostQuantum` nothing else is offered, in later exchanges either. A server without such a method ends the first exchange: this makes the error for that. */
export function asNotPostQuantum(error: unknown): unknown {
  if (!(error instanceof SSHError) || !error.message.includes('no common key exchange')) return error
  return new SSHError(`requirePostQuantum: the server has no post-quantum key exchange (${error.message})`, { code: 'ERR_NOT_POST_QUANTUM', errno: error.errno, cause: error })
}
