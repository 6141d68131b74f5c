import { callables, record } from '../errors/arguments.ts'
import type { FirstUse } from './first-use.ts'
import type { TrustOnFirstUseOptions } from './first-use-options.ts'
import type { HostKeyPolicy, HostKeyUpdate } from './policy.ts'
import type { HostKeyStore } from './stores/host-key-store.ts'

/**
 * Accepts and records the key of a new host, and requires the same key from then on, as OpenSSH does with StrictHostKeyChecking=accept-new
 * (with `confirm`: =ask). A man in the middle of the first connection is trusted, so compare the fingerprint in another way.
 * The store holds known_hosts text and may be shared with OpenSSH. Verifications in one store take turns, whichever policy they belong to, so
 * that two first connections cannot record two keys; what holds among programs and tabs depends on the store (`HostKeyStore`).
 * Rejects with `HostKeyError`: as `knownHosts`; `ERR_HOST_KEY_UNKNOWN` if `confirm` says no; `ERR_HOST_KEY_STORE` if the store fails
 * (`cause`).
 */
export function trustOnFirstUse(store: HostKeyStore, options: TrustOnFirstUseOptions = {}): HostKeyPolicy {
  const { updateHostKeys, confirm, onWarning } = record(options, 'options')
  callables({ confirm, onWarning, ...typeof updateHostKeys !== 'boolean' && { updateHostKeys } })
  let work: Promise<FirstUse> | undefined
  const begun = () => work ??= import('./first-use.ts').then((loaded) => new loaded.FirstUse(store, options))
  return {
    preferredAlgorithms: async (host, port) => (await begun()).algorithms(host, port),
    verify: async (info) => (await begun()).verify(info),
    ...updateHostKeys && { update: async (update: HostKeyUpdate) => (await begun()).update(update) },
  }
}
