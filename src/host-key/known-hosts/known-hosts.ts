import { certificateName, signatureAlgorithms } from '../../keys/key-types.ts'
import { checkKnownHosts, knownEntries } from './check.ts'
import { KnownHostsFile, type KnownHostsOptions } from './file.ts'
import type { KnownHostsEntry } from './line.ts'
import type { HostKeyPolicy } from '../policy.ts'

/** Key types that a certificate can hold: which of them a host has is not known from its authority. */
const CERTIFIABLE = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'sk-ssh-ed25519@openssh.com', 'sk-ecdsa-sha2-nistp256@openssh.com', 'ssh-rsa']

/**
 * Accepts the hosts of known_hosts text (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), as OpenSSH's client does with StrictHostKeyChecking=yes:
 * hashed names, `[host]:port`, wildcards and negation, `@cert-authority` and `@revoked` included. Lines that are not understood are skipped and reported to `onWarning`.
 * Several texts are taken as one, e.g. a user's file and the system's.
 * Rejects with `HostKeyError`: `ERR_HOST_KEY_UNKNOWN`, `ERR_HOST_KEY_CHANGED`, `ERR_HOST_KEY_REVOKED` or `ERR_HOST_KEY_CERTIFICATE`.
 */
export function knownHosts(text: string | Iterable<string> | KnownHostsFile, options?: KnownHostsOptions): HostKeyPolicy {
  const file = text instanceof KnownHostsFile ? text : new KnownHostsFile(typeof text === 'string' ? text : joinTexts(text), options)
  return {
    preferredAlgorithms: async (host, port) => algorithmsOf(await knownEntries(file, host, port)),
    verify: async (info) => { await checkKnownHosts(file, info, options?.revoked) },
  }
}

/** The algorithms under which a host with these entries can prove itself: certificates where an authority is known, then the types of its keys. */
export function algorithmsOf(entries: readonly KnownHostsEntry[]): readonly string[] {
  const certificates = entries.some(({ marker }) => marker === '@cert-authority') ? CERTIFIABLE.map(certificateName) : []
  const plain = entries.filter(({ marker }) => marker === undefined).map(({ type }) => type)
  return [...new Set([...certificates, ...plain].flatMap(signatureAlgorithms))]
}

function joinTexts(texts: Iterable<string>): string {
  return [...texts].map((text) => text.replace(/\n$/, '')).join('\n')
}
