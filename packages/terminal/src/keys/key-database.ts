/** A key as IndexedDB stores it: the browser, or an authenticator, has the private one, and never exports it. */
export interface KeptKey {
  readonly id: string
  readonly type: string
  readonly comment: string
  /** Its line of `authorized_keys`. */
  readonly line: string
  /** Missing for a passkey. */
  readonly privateKey?: CryptoKey
  readonly publicKey: CryptoKey | string | Uint8Array
  /** The raw id of a passkey's credential. */
  readonly credentialId?: Uint8Array
  /** The line of a user certificate for this key, which is offered before the key itself. */
  readonly certificate?: string
}

const DATABASE = 'libssh2-wasm-keys'
const STORE = 'keys'

export class KeyDatabase {
  async put(key: KeptKey): Promise<void> {
    await this.#request('readwrite', (store) => store.put(key))
  }

  get(id: string): Promise<KeptKey | undefined> {
    return this.#request('readonly', (store) => store.get(id) as IDBRequest<KeptKey | undefined>)
  }

  all(): Promise<KeptKey[]> {
    return this.#request('readonly', (store) => store.getAll() as IDBRequest<KeptKey[]>)
  }

  async remove(id: string): Promise<void> {
    await this.#request('readwrite', (store) => store.delete(id))
  }

  async #request<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const database = await this.#open()
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(STORE, mode)
        const request = ask(transaction.objectStore(STORE))
        transaction.oncomplete = () => resolve(request.result)
        transaction.onabort = () => reject(transaction.error)
      })
    } finally {
      database.close()
    }
  }

  #open(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = indexedDB.open(DATABASE, 1)
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' })
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
  }
}
