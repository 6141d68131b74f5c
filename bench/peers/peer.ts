import type { Job, Sample } from '../types.ts'

/** A client to compare with: how its process is started, and what was measured. */
export interface Peer {
  readonly name: string
  readonly title: string
  /** Why it cannot run here, if it cannot. */
  missing?(): string | undefined
  /** Its ciphers, of those that are compared. */
  readonly ciphers: readonly string[]
  can(workload: string): boolean
  /** `enter`: words before the command, e.g. to be on the far side of a link. */
  run(job: Job, enter: readonly string[]): Promise<Sample>
}

export const CIPHERS = ['aes128-gcm@openssh.com', 'chacha20-poly1305@openssh.com', 'aes256-ctr'] as const
