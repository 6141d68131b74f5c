import type { KnownHostsOptions } from './known-hosts/file.ts'
import type { HostKeyInfo } from './policy.ts'

/** What a person needs to decide about a new host. */
export interface NewHost extends HostKeyInfo {
  readonly fingerprint: string
  readonly randomart: string
}

/** A change of a host's keys that its server has proved. */
export interface HostKeyChange {
  readonly host: string
  readonly port: number
  /** Public key blobs that would be recorded. */
  readonly added: readonly Uint8Array[]
  /** Public key blobs that would be forgotten. */
  readonly removed: readonly Uint8Array[]
}

export interface TrustOnFirstUseOptions extends KnownHostsOptions {
  /** Asked before a new host is trusted; without it every new host is trusted. May take any length of time, until the signal aborts. */
  readonly confirm?: (host: NewHost) => boolean | Promise<boolean>
  /** Hashes host names in the store, like `HashKnownHosts yes` of ssh_config(5). */
  readonly hash?: boolean
  /**
   * Learns the keys that a known host announces, once it has proved to own them, and forgets those that it no longer has, like `UpdateHostKeys yes`
   * of ssh_config(5), whose rules are in docs/host-key-rotation.md. A function decides about each change, like `UpdateHostKeys ask`: only `true` allows
   * it. With a store that has no `replace`, it only learns.
   */
  readonly updateHostKeys?: boolean | ((change: HostKeyChange) => boolean | Promise<boolean>)
}
