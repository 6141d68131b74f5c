import { KnownHostsFile, type KnownHostsOptions } from './file.ts'
import type { HostKeyPolicy } from '../policy.ts'

/**
 * Accepts the hosts of known_hosts text (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), as OpenSSH's client does with StrictHostKeyChecking=yes:
 * hashed names, `[host]:port`, wildcards and negation, `@cert-authority` and `@revoked` included. Lines that are not understood are skipped and reported to `onWarning`.
 * Several texts are taken as one, e.g. a user's file and the system's.
 * Rejects with `HostKeyError`: `ERR_HOST_KEY_UNKNOWN`, `ERR_HOST_KEY_CHANGED`, `ERR_HOST_KEY_REVOKED` or `ERR_HOST_KEY_CERTIFICATE`.
 */
export function knownHosts(text: string | Iterable<string> | KnownHostsFile, options?: KnownHostsOptions): HostKeyPolicy {
  const file = text instanceof KnownHostsFile ? text : new KnownHostsFile(typeof text === 'string' ? text : joinTexts(text), options)
  return {
    preferredAlgorithms: async (host, port) => (await import('./check.ts')).knownAlgorithms(file, host, port),
    verify: async (info) => void await (await import('./check.ts')).checkKnownHosts(file, info, options?.revoked),
  }
}

function joinTexts(texts: Iterable<string>): string {
  return [...texts].map((text) => text.replace(/\n$/, '')).join('\n')
}
