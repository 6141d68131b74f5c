import type { Ask } from '../abort/deadline.ts'
import { checkSignal } from '../abort/on-abort.ts'
import { record, text } from '../errors/arguments.ts'

/** The presented key, and the server that presented it. */
export interface HostKeyInfo {
  /** The host as the caller named it, not resolved. */
  readonly host: string
  readonly port: number
  /** Public key blob of RFC 4253 section 6.6, or an OpenSSH host certificate (PROTOCOL.certkeys). */
  readonly key: Uint8Array
  /** The host-key algorithm that was negotiated, e.g. `rsa-sha2-512` or `ssh-ed25519-cert-v01@openssh.com`. */
  readonly algorithm: string
  /** Aborts a verification that waits, e.g. for a person. */
  readonly signal?: AbortSignal | undefined
  /** Wraps questions to a person: the clock of `connectTimeout` stops until there is an answer. */
  readonly ask?: Ask | undefined
}

/**
 * Decides whether a host key is the right one. The key exchange, not the policy, proves that the server owns the key.
 * `knownHosts`, `pinned`, `trustOnFirstUse`, `verifyHostKeyWith` and `insecureAcceptAnyHostKey` make one.
 */
export interface HostKeyPolicy {
  /**
   * Names of the host-key algorithms under which this host is known. The client offers these before all others, in its own order,
   * so that a server with several keys presents one that can be checked. An empty list if nothing is known.
   */
  preferredAlgorithms?(host: string, port: number): readonly string[] | Promise<readonly string[]>
  /**
   * Accepts the key by returning `true` or `undefined`; refuses it by returning `false`, or better by throwing a `HostKeyError` that says why.
   * Anything else is an error (`ERR_HOST_KEY_VERDICT`). It may be slow: ask a person through `info.ask`.
   */
  verify(info: HostKeyInfo): void | boolean | Promise<void | boolean>
  /**
   * Receives the host keys that the server announces after the login (`hostkeys-00@openssh.com`), so that a planned change of keys is no surprise.
   * `connect` does not wait for it, and its errors go to `debug`. To receive them with any policy: `{ ...knownHosts(text), update }`.
   */
  update?(update: HostKeyUpdate): void | Promise<void>
}

/** Host keys that a server claims to have. Only `prove` shows whether the claim is true. */
export interface HostKeyUpdate {
  readonly host: string
  readonly port: number
  /** The host key of this connection. */
  readonly current: Uint8Array
  /** Public key blobs, of the types that this client offers. */
  readonly keys: readonly Uint8Array[]
  /** Asks the server to sign with each of these keys: true if it does (`hostkeys-prove-00@openssh.com`). */
  prove(keys: readonly Uint8Array[]): Promise<boolean>
}

/** Checks the argument of a policy that is not called by `connect`. The key is checked when it is read. */
export function presented(info: HostKeyInfo): HostKeyInfo {
  checkSignal(record(info, 'info').signal)
  text(info.host, 'info.host')
  return info
}
