import { type HostKeyPolicy, indexedDbHostKeyStore, knownHosts, KnownHostsFile, trustOnFirstUse } from 'libssh2-wasm'
import type { PageApi } from './messages.ts'

const store = indexedDbHostKeyStore()

/**
 * If the page gives known_hosts text, only its keys are accepted. Otherwise the user confirms new keys, which are then stored, and a different
 * key later
 * is refused. `presented` is called before anybody is asked.
 */
export function hostKeyPolicy(page: () => PageApi, text: string | null, presented: () => void): HostKeyPolicy {
  const policy = text !== null ? knownHosts(text) : trustOnFirstUse(store, {
    confirm: ({ host, port, fingerprint, randomart }) => page().confirmHostKey({ host, port, fingerprint, randomart }),
  })
  return {
    preferredAlgorithms: (host, port) => policy.preferredAlgorithms?.(host, port) ?? [],
    verify(info) {
      presented()
      return policy.verify(info)
    },
  }
}

/** Forgets a host; the next connection shows its key as a new one. */
export async function removeHostKeys(host: string, port: number): Promise<void> {
  for (;;) {
    const before = await store.read()
    const file = new KnownHostsFile(before)
    await file.remove(host, port)
    if (await store.replace(before, file.toString())) return
  }
}
