import { isPath, record, text } from '../../errors/arguments.ts'
import { KnownHostsFile, type KnownHostsOptions } from './file.ts'
import type { HostKeyPolicy } from '../policy.ts'

/**
 * Accepts the hosts of known_hosts text (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), as OpenSSH's client does with StrictHostKeyChecking=yes, including
 * hashed names, `[host]:port`, wildcards and negation, `@cert-authority` and `@revoked`. Lines that cannot be parsed are skipped and reported to
 * `onWarning`. Several texts count as one, e.g. a user's file and the system's.
 * Rejects with `HostKeyError`: `ERR_HOST_KEY_UNKNOWN`, `ERR_HOST_KEY_CHANGED`, `ERR_HOST_KEY_REVOKED` or `ERR_HOST_KEY_CERTIFICATE`.
 */
export function knownHosts(known: string | Iterable<string> | KnownHostsFile, options: KnownHostsOptions = {}): HostKeyPolicy {
  const { revoked } = record(options, 'options')
  const file = known instanceof KnownHostsFile ? known : new KnownHostsFile(typeof known === 'string' ? content(known) : joinTexts(known), options)
  return {
    preferredAlgorithms: async (host, port) => (await import('./check.ts')).knownAlgorithms(file, host, port),
    verify: async (info) => void await (await import('./check.ts')).checkKnownHosts(file, info, revoked),
  }
}

/** A path as text would be a list without any host. */
function content(known: string): string {
  if (isPath(known)) throw new TypeError('the known hosts look like a path: read the file and pass its text, for example await readFile(path, \'utf8\')')
  return known
}

function joinTexts(texts: Iterable<string>): string {
  if (typeof texts !== 'object' || !(Symbol.iterator in (texts ?? {}))) throw new TypeError('the known hosts must be a string, several strings or a KnownHostsFile')
  return [...texts].map((one) => content(text(one, 'a text of known hosts')).replace(/\n$/, '')).join('\n')
}
