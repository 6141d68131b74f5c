import { appendLine } from './host-key-store.ts'

const STORE = 'known-hosts'
const RECORD = 'text'

/** Implements `indexedDbHostKeyStore`: one text in its own database. */
export class IndexedDbText {
  readonly #factory: IDBFactory
  readonly #database: string

  constructor(factory: IDBFactory, database: string) {
    this.#factory = factory
    this.#database = database
  }

  read(): Promise<string> {
    return transact(this.#factory, this.#database, 'readonly', readText)
  }

  append(line: string, before?: string): Promise<boolean> {
    return this.#change((text) => before === undefined || text === before ? appendLine(text, line) : undefined)
  }

  replace(before: string, after: string): Promise<boolean> {
    return this.#change((text) => text === before ? after : undefined)
  }

  /** Changes the text in one transaction; false if `next` says that it stays. */
  #change(next: (text: string) => string | undefined): Promise<boolean> {
    return transact<boolean>(this.#factory, this.#database, 'readwrite', (store, done) => readText(store, (text) => {
      const changed = next(text)
      if (changed !== undefined) store.put(changed, RECORD)
      done(changed !== undefined)
    }))
  }
}

function readText(store: IDBObjectStore, done: (text: string) => void): void {
  const request: IDBRequest<unknown> = store.get(RECORD)
  request.onsuccess = () => done(typeof request.result === 'string' ? request.result : '')
}

/** Runs `work` in one transaction on its own connection; resolves with the value that it passes to `done`, when everything is written. */
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
