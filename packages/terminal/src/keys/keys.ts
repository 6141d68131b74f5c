import { fingerprint, formatPublicKey, generateKeyPair, KeyError, parsePrivateKey, parsePublicKey, type PrivateKey, type SigningKey, toCryptoKeys } from 'libssh2-wasm'
import type { SavedKey } from '../session/messages.ts'
import { wanted } from '../session/wanted.ts'
import { KeyDatabase, type KeptKey } from './key-database.ts'

const PASSPHRASE_TRIES = 3
type AskPassphrase = (file: string, again: boolean) => Promise<string | null>

/**
 * Keys to log in with. Only this code reads a key file; what stays is a WebCrypto key that cannot be exported, in IndexedDB,
 * or the parsed key in this session's memory if the browser lacks the algorithm or refuses to store it.
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
      return await this.#keep(key, key.comment || file.name)
    } finally {
      text.fill(0)
    }
  }

  /** A new Ed25519 key; if the browser can generate it, no script has ever seen its private half. */
  async create(comment: string): Promise<SavedKey> {
    const made = await madeByBrowser(comment)
    if (!made) return this.#keep(await generateKeyPair('ed25519', { comment }), comment)
    await this.#database.put(made)
    return saved(made)
  }

  async #keep(key: PrivateKey, comment: string): Promise<SavedKey> {
    const about = { id: await fingerprint(key.publicKey), type: key.type, comment }
    const line = formatPublicKey({ publicKey: key.publicKey, comment })
    try {
      await this.#database.put({ ...about, line, ...await toCryptoKeys(key) })
      key.wipe()
      return { ...about, line, kept: 'browser' }
    } catch {
      this.#memory.set(about.id, key)
      return { ...about, line, kept: 'memory' }
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
      ...kept.map(saved),
      ...[...this.#memory].map(([id, key]) => ({ id, type: key.type, comment: key.comment, line: formatPublicKey(key), kept: 'memory' as const })),
    ]
  }

  async get(id: string): Promise<SigningKey> {
    const key = this.#memory.get(id) ?? await this.#database.get(id)
    if (!key) throw new KeyError('this key is not here any more', { code: 'ERR_KEY_GONE' })
    return key
  }

  /** Its line of `authorized_keys`. */
  async line(id: string): Promise<string> {
    const key = (await this.list()).find((one) => one.id === id)
    if (!key) throw new KeyError('this key is not here any more', { code: 'ERR_KEY_GONE' })
    return key.line
  }

  async remove(id: string): Promise<void> {
    this.#memory.get(id)?.wipe()
    this.#memory.delete(id)
    await this.#database.remove(id)
  }
}

function saved({ id, type, comment, line }: KeptKey): SavedKey {
  return { id, type, comment, line, kept: 'browser' }
}

/** `undefined` if the browser's WebCrypto has no Ed25519. */
async function madeByBrowser(comment: string): Promise<KeptKey | undefined> {
  let pair: CryptoKeyPair
  try {
    pair = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']) as CryptoKeyPair
  } catch {
    return undefined
  }
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const blob = Uint8Array.from([...field('ssh-ed25519'), 0, 0, 0, raw.length, ...raw])
  const { type } = parsePublicKey(blob)
  return { id: await fingerprint(blob), type, comment, line: formatPublicKey({ publicKey: blob, comment }), privateKey: pair.privateKey, publicKey: blob }
}

/** A string of RFC 4251, shorter than 256 bytes. */
function field(text: string): number[] {
  const bytes = new TextEncoder().encode(text)
  return [0, 0, 0, bytes.length, ...bytes]
}
