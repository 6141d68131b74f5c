import { HostKeyError } from '../errors/ssh-error.ts'
import { orAbort } from '../abort/or-abort.ts'
import { fingerprint, randomart } from './fingerprint.ts'
import type { HostKeyStore } from './stores/host-key-store.ts'
import { algorithmsOf } from './known-hosts/known-hosts.ts'
import { checkKnownHosts, knownEntries } from './known-hosts/check.ts'
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
 * The store holds known_hosts text and may be shared with OpenSSH. Verifications in one store take turns, whichever policy they are of, so that two first connections cannot record two keys.
 * Rejects with `HostKeyError`: as `knownHosts`; `ERR_HOST_KEY_UNKNOWN` where `confirm` says no; `ERR_HOST_KEY_STORE` where the store fails (`cause`).
 */
export function trustOnFirstUse(store: HostKeyStore, options: TrustOnFirstUseOptions = {}): HostKeyPolicy {
  const load = loader(store, options)
  return {
    preferredAlgorithms: async (host, port) => algorithmsOf(await knownEntries(await load(), host, port)),
    verify: (info) => inTurn(store, info.signal, () => checkOrRecord(store, load, info, options)),
  }
}

/** The last verification in each store. Policies that share a store take turns too. */
const turns = new Map<unknown, Promise<unknown>>()

/** Runs `work` when what was begun before it in the same store is done. */
function inTurn<T>(store: HostKeyStore, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  const place = store.place ?? store
  const turn = (turns.get(place) ?? Promise.resolve()).then(work)
  // A store that never answers holds up nobody but its own connection.
  const done = orAbort(turn, signal).catch(() => undefined).then(() => { if (turns.get(place) === done) turns.delete(place) })
  turns.set(place, done)
  return turn
}

async function checkOrRecord(store: HostKeyStore, load: Load, info: HostKeyInfo, { confirm, hash = false, revoked }: TrustOnFirstUseOptions): Promise<void> {
  info.signal?.throwIfAborted()
  const file = await load()
  const { publicKey } = readPresentedKey(info.key)
  try {
    await checkKnownHosts(file, info, revoked)
    return
  } catch (error) {
    if (!(error instanceof HostKeyError) || error.code !== 'ERR_HOST_KEY_UNKNOWN') throw error
    if (confirm) {
      const host = { ...info, fingerprint: await fingerprint(publicKey), randomart: await randomart(publicKey) }
      const question = () => confirm(host)
      if (await (info.ask ? info.ask(question) : orAbort(question(), info.signal)) !== true) throw error
    }
  }
  const line = await new KnownHostsFile().add(info.host, info.port, publicKey, { hash })
  await stored(() => store.append(line))
}

type Load = () => Promise<KnownHostsFile>

/** Reads the store each time, and takes its text apart again only if it has changed. */
function loader(store: HostKeyStore, options: KnownHostsOptions): Load {
  let last: { readonly text: string, readonly file: KnownHostsFile } | undefined
  return async () => {
    const text = await stored(() => store.read())
    if (last?.text !== text) last = { text, file: new KnownHostsFile(text, options) }
    return last.file
  }
}

async function stored<T>(operation: () => T | Promise<T>): Promise<T> {
  try {
    return await operation()
  } catch (cause) {
    throw new HostKeyError('the store of known hosts failed', { code: 'ERR_HOST_KEY_STORE', cause })
  }
}
