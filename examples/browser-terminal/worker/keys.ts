import { fingerprint, KeyError, parsePrivateKey, type PrivateKey, type SigningKey, toCryptoKeys } from 'libssh2-wasm'
import type { SavedKey } from '../messages.ts'
import { wanted } from './connection.ts'
import { KeyDatabase } from './key-database.ts'

const PASSPHRASE_TRIES = 3
type AskPassphrase = (file: string, again: boolean) => Promise<string | null>

/**
 * Keys to log in with. The file is read here and nowhere else; what stays is a WebCrypto key that cannot be exported, in IndexedDB,
 * or the parsed key in this worker's memory where the browser lacks the algorithm or refuses to keep it.
 */
export class Keys {
  readonly #ask: AskPassphrase
  readonly #database = new KeyDatabase()
  readonly #memory = new Map<string, PrivateKey>()

  constructor(ask: AskPassphrase) {
    this.#ask = ask
  }

  async add(file: File): Promise<SavedKey> {
    const text = new Uint8Array(await file.arrayBuffer())
    try {
      const key = await this.#parse(text, file.name)
      const about = { id: await fingerprint(key.publicKey), type: key.type, comment: key.comment || file.name }
      try {
        await this.#database.put({ ...about, ...await toCryptoKeys(key) })
        key.wipe()
        return { ...about, kept: 'browser' }
      } catch {
        this.#memory.set(about.id, key)
        return { ...about, kept: 'memory' }
      }
    } finally {
      text.fill(0)
    }
  }

  async #parse(text: Uint8Array, name: string): Promise<PrivateKey> {
    let passphrase: string | undefined
    for (let tries = 0; ; tries++) {
      try {
        return await parsePrivateKey(text, { passphrase })
      } catch (error) {
        const locked = error instanceof KeyError && /^ERR_KEY_PASSPHRASE/.test(error.code)
        if (!locked || tries === PASSPHRASE_TRIES) throw error
        passphrase = wanted(await this.#ask(name, tries > 0))
      }
    }
  }

  async list(): Promise<readonly SavedKey[]> {
    const kept = await this.#database.all().catch(() => [])
    return [
      ...kept.map(({ id, type, comment }) => ({ id, type, comment, kept: 'browser' as const })),
      ...[...this.#memory].map(([id, { type, comment }]) => ({ id, type, comment, kept: 'memory' as const })),
    ]
  }

  async get(id: string): Promise<SigningKey> {
    const key = this.#memory.get(id) ?? await this.#database.get(id)
    if (!key) throw new KeyError('this key is not here any more', { code: 'ERR_KEY_GONE' })
    return key
  }

  async remove(id: string): Promise<void> {
    this.#memory.get(id)?.wipe()
    this.#memory.delete(id)
    await this.#database.remove(id)
  }
}
