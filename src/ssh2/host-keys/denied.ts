import { type ClientError, clientError } from '../client/errors.ts'
import type { HostKeysMode } from './mode.ts'

/** The beginning of every refusal. */
export const DENIED = 'Host denied (verification failed)'

interface Refused {
  readonly mode: Exclude<HostKeysMode, 'ssh2'>
  /** As text for people. */
  readonly host: string
  /** Fingerprint of the key. */
  readonly received: string
}

/** A refusal that says why, how to find out which key is right, and how to change the policy. */
export function denied(why: string, { mode, received }: Refused, cause?: unknown): ClientError {
  const verify = `Compare ${received} with what the server's administrator sees: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub (or the file of that key's type)`
  const change = `add the right key to known_hosts (ssh-keyscan, after that comparison), or pass hostVerifier or hostKey to connect(); the mode is ${mode} (setDefaultHostKeys(), SSH2_HOST_KEYS)`
  return clientError(`${DENIED}: ${why}. ${verify}; then ${change}.`, { level: 'handshake', fatal: true }, cause)
}
