import type { KnownHostsOptions } from './known-hosts/file.ts'
import type { HostKeyInfo } from './policy.ts'

/** What a person needs to decide about a new host. */
export interface NewHost extends HostKeyInfo {
  readonly fingerprint: string
  readonly randomart: string
}

export interface TrustOnFirstUseOptions extends KnownHostsOptions {
  /** Asked before a new host is trusted; without it every new host is. Waits as long as it takes, or until the signal aborts. */
  readonly confirm?: (host: NewHost) => boolean | Promise<boolean>
  /** Hide host names in the store by hashing, as `HashKnownHosts yes` of ssh_config(5). */
  readonly hash?: boolean
  /**
   * Learns the keys that a known host announces, once it has proved to have them, and forgets those that it no longer has, as `UpdateHostKeys yes` of ssh_config(5).
   * A store without `replace` only learns.
   */
  readonly updateHostKeys?: boolean
}
