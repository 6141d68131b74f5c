import type { IndexedDbFactory } from '../../runtime/globals.ts'
import { type HostKeyStore, placeIn } from './host-key-store.ts'

/** A store in which keys can also be forgotten: `new KnownHostsFile(text).remove(host, port)` makes the new text. */
export interface ReplaceableHostKeyStore extends HostKeyStore {
  /** Replaces the whole text with `after` if it still equals `before`; false if it has changed meanwhile. */
  replace(before: string, after: string): Promise<boolean>
}

/** Keeps the text in an IndexedDB database of that name: for workers, which have no localStorage. Each change is atomic, also among tabs. */
export function indexedDbHostKeyStore(database: string = 'libssh2-wasm-known-hosts', indexedDb: IndexedDbFactory = globalThis.indexedDB): ReplaceableHostKeyStore {
  const factory = indexedDb as IDBFactory
  if (!factory) throw new TypeError('this runtime has no IndexedDB')
  const place = placeIn(factory, database)
  const stored = async () => new (await import('./indexed-db-text.ts')).IndexedDbText(factory, database)
  return {
    place,
    read: async () => (await stored()).read(),
    append: async (line, before) => (await stored()).append(line, before),
    replace: async (before, after) => (await stored()).replace(before, after),
  }
}
