import { SSHError } from 'libssh2-wasm'

export function cancelled(): SSHError {
  return new SSHError('cancelled', { code: 'CANCELLED' })
}

/** @throws SSHError `CANCELLED` if the person did not answer. */
export function wanted<T>(answer: T | null): T {
  if (answer === null) throw cancelled()
  return answer
}
