import { HostKeyError } from '../errors/ssh-error.ts'
import { orAbort } from '../abort/or-abort.ts'
import { fingerprint, randomart } from './fingerprint.ts'
import type { HostKeyStore } from './stores/host-key-store.ts'
import { algorithmsOf } from './known-hosts/known-hosts.ts'
import { checkKnownHosts } from './known-hosts/check.ts'
import { KnownHostsFile, type KnownHostsOptions } from './known-hosts/file.ts'
import type { HostKeyInfo, HostKeyPolicy } from './policy.ts'
import { readPresentedKey } from './presented-key.ts'

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
}

/**
 * Accepts and records the key of a host that is seen for the first time, and holds the host to it from then on, as OpenSSH does with StrictHostKeyChecking=accept-new
 * (with `confirm`: =ask). Whoever stands between at the first connection is trusted: compare the fingerprint by other means.
 * The store holds known_hosts text and may be shared with OpenSSH. Verifications of one policy take turns, so that two first connections cannot record two keys.
 * Rejects with `HostKeyError`: as `knownHosts`; `ERR_HOST_KEY_UNKNOWN` where `confirm` says no; `ERR_HOST_KEY_STORE` where the store fails (`cause`).
 */
export function trustOnFirstUse(store: HostKeyStore, options: TrustOnFirstUseOptions = {}): HostKeyPolicy {
  let turns: Promise<unknown> = Promise.resolve()
  return {
    preferredAlgorithms: async (host, port) => algorithmsOf(await (await load(store, options)).find(host, port)),
    verify(info) {
      const turn = turns.then(() => checkOrRecord(store, info, options))
      // A store that never answers holds up nobody but its own connection.
      turns = orAbort(turn, info.signal).catch(() => undefined)
      return turn
    },
  }
}

async function checkOrRecord(store: HostKeyStore, info: HostKeyInfo, { confirm, hash = false, ...options }: TrustOnFirstUseOptions): Promise<void> {
  info.signal?.throwIfAborted()
  const file = await load(store, options)
  const { publicKey } = readPresentedKey(info.key)
  try {
    return await checkKnownHosts(file, info)
  } catch (error) {
    if (!(error instanceof HostKeyError) || error.code !== 'ERR_HOST_KEY_UNKNOWN') throw error
    if (confirm) {
      const host = { ...info, fingerprint: await fingerprint(publicKey), randomart: await randomart(publicKey) }
      const question = () => confirm(host)
      if (await (info.ask ? info.ask(question) : orAbort(question(), info.signal)) !== true) throw error
    }
  }
  const line = await file.add(info.host, info.port, publicKey, { hash })
  await stored(() => store.append(line))
}

async function load(store: HostKeyStore, options: KnownHostsOptions): Promise<KnownHostsFile> {
  return new KnownHostsFile(await stored(() => store.read()), options)
}

async function stored<T>(operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (cause) {
    throw new HostKeyError('the store of known hosts failed', { code: 'ERR_HOST_KEY_STORE', cause })
  }
}
