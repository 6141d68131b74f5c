import { equalBytes } from '../wire-format/bytes.ts'
import type { HostKeyChange } from './first-use-options.ts'
import { KnownHostsFile } from './known-hosts/file.ts'
import type { HostKeyUpdate } from './policy.ts'
import { readPresentedKey } from './presented-key.ts'
import type { IsRevoked } from './revoked-keys/is-revoked.ts'
import { type Rotation, rotationOf } from './rotation.ts'
import { appendLine, type HostKeyStore } from './stores/host-key-store.ts'

/** Who has to be asked about a change that the rules allow. */
export interface UpdateRules {
  readonly isRevoked?: IsRevoked | undefined
  readonly agree?: ((change: HostKeyChange) => boolean | Promise<boolean>) | undefined
}

/** The change that the rules allow, once the server has proved every new key and `agree` has said yes. No key is learnt if one of the new ones is revoked. */
export async function agreedRotation(file: KnownHostsFile, update: HostKeyUpdate, { isRevoked, agree }: UpdateRules): Promise<Rotation | undefined> {
  const rotation = await rotationOf(file, update)
  if (!rotation) return undefined
  const { added, removed } = rotation
  if (isRevoked) for (const key of added) if (await isRevoked(readPresentedKey(key))) return undefined
  if (added.length > 0 && !await update.prove(added)) return undefined
  const { host, port } = update
  return !agree || await agree({ host, port, added, removed: removed.map(({ key }) => key) }) === true ? rotation : undefined
}

/**
 * Makes the host's plain lines in a store those of these keys: lines that it has stay as they are. Nothing changes if the store no longer has the
 * text `before`; a store that cannot replace its text only learns.
 * @returns whether the store has the keys now
 */
export async function keepKeys(store: HostKeyStore, before: string, { host, port }: Pick<HostKeyUpdate, 'host' | 'port'>, keys: readonly Uint8Array[], hash: boolean): Promise<boolean> {
  const file = new KnownHostsFile(before)
  const known = (await file.find(host, port)).filter(({ marker }) => marker === undefined).map(({ key }) => key)
  const has = (list: readonly Uint8Array[], key: Uint8Array) => list.some((other) => equalBytes(other, key))
  const lines: string[] = []
  for (const key of keys) if (!has(known, key)) lines.push(await file.add(host, port, key, { hash }))
  for (const key of known) if (!has(keys, key)) await file.remove(host, port, key)
  const after = file.toString()
  if (after !== before && store.replace) return store.replace(before, after)
  return await store.read() === before && appendAll(store, before, lines)
}

async function appendAll(store: HostKeyStore, before: string, lines: readonly string[]): Promise<boolean> {
  let text = before
  for (const line of lines) {
    if (await store.append(line, text) === false) return false
    text = appendLine(text, line)
  }
  return true
}
