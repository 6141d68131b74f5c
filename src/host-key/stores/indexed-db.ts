import type { IndexedDbFactory } from '../../runtime/globals.ts'
import { appendLine, type HostKeyStore, placeIn } from './host-key-store.ts'

const STORE = 'known-hosts'
const RECORD = 'text'

/** A store in which keys can also be forgotten: `new KnownHostsFile(text).remove(host, port)` makes the new text. */
export interface ReplaceableHostKeyStore extends HostKeyStore {
  /** Puts `after` in the place of the whole text if that still is `before`; false if it has changed meanwhile. */
  replace(before: string, after: string): Promise<boolean>
}

/** Keeps the text in an IndexedDB database of that name: for workers, which have no localStorage. Appending is atomic. */
export function indexedDbHostKeyStore(database: string = 'libssh2-wasm-known-hosts', indexedDb: IndexedDbFactory = globalThis.indexedDB): ReplaceableHostKeyStore {
  const factory = indexedDb as IDBFactory
  if (!factory) throw new TypeError('this runtime has no IndexedDB')
  return {
    place: placeIn(factory, database),
    read: () => transact(factory, database, 'readonly', readText),
    append: (line) => transact(factory, database, 'readwrite', (store, done) => readText(store, (text) => {
      store.put(appendLine(text, line), RECORD)
      done(undefined)
    })),
    replace: (before, after) => transact<boolean>(factory, database, 'readwrite', (store, done) => readText(store, (text) => {
      if (text === before) store.put(after, RECORD)
      done(text === before)
    })),
  }
}

function readText(store: IDBObjectStore, done: (text: string) => void): void {
  const request: IDBRequest<unknown> = store.get(RECORD)
  request.onsuccess = () => done(typeof request.result === 'string' ? request.result : '')
}

/** Runs `work` in one transaction of its own connection; resolves with what it gives `done`, when all is written. */
async function transact<T>(factory: IDBFactory, name: string, mode: IDBTransactionMode, work: (store: IDBObjectStore, done: (value: T) => void) => void): Promise<T> {
  const database = await open(factory, name)
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode)
      let result: T
      transaction.oncomplete = () => resolve(result)
      transaction.onabort = () => reject(transaction.error)
      work(transaction.objectStore(STORE), (value) => { result = value })
    })
  } finally {
    database.close()
  }
}

function open(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
