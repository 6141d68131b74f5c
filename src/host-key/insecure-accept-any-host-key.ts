import type { HostKeyPolicy } from './policy.ts'

/**
 * Accepts any key that the server presents: a man in the middle can read and change everything, passwords included. For tests, and for
 * networks that you trust for other reasons.
 */
export function insecureAcceptAnyHostKey(): HostKeyPolicy {
  return { verify: () => undefined }
}
