import type { HostKeyPolicy } from './policy.ts'

/** Accepts whatever key the server presents: anyone between the two ends can read and change everything, passwords included. For tests, and for networks that are trusted otherwise. */
export function insecureAcceptAnyHostKey(): HostKeyPolicy {
  return { verify: () => undefined }
}
