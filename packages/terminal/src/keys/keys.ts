import { type CryptoKeys, fingerprint, formatPublicKey, generateKeyPair, KeyError, parsePrivateKey, parsePublicKey, type PrivateKey, type SigningKey, toCryptoKeys, toSigner } from 'libssh2-wasm'
import type { NewPasskey, SavedKey } from '../session/messages.ts'
import { wanted } from '../session/wanted.ts'
import { KeyDatabase, type KeptKey } from './key-database.ts'
import { type AskAuthenticator, keptPasskey, passkeySigner } from './passkey.ts'

const PASSPHRASE_TRIES = 3
/** The line of a certificate (PROTOCOL.certkeys). */
const CERTIFICATE = /^[\w-]+-cert-v01@openssh\.com /

/** What the keys ask of a page. */
export interface KeyQuestions {
  readonly passphrase: (file: string, again: boolean) => Promise<string | null>
  readonly authenticator: AskAuthenticator
}

/** A key to log in with, and its certificate if it has one. */
export interface Usable {
  readonly key: SigningKey
  readonly certificate: string | undefined
}

/**
 * Keys to log in with. Only this code reads a key file; what stays is a WebCrypto key that cannot be exported, in IndexedDB,
 * or the parsed key in this session's memory if the browser lacks the algorithm or refuses to store it.
 */
export class Keys {
  readonly #ask: KeyQuestions
  readonly #database = new KeyDatabase()
  readonly #memory = new Map<string, PrivateKey>()
  /** Certificates of the keys in memory. */
  readonly #certificates = new Map<string, string>()

  constructor(ask: KeyQuestions) {
    this.#ask = ask
  }

  /** Keeps a private key, or adds a user certificate (`…-cert.pub`) to the key that it certifies. */
  async add(file: File): Promise<SavedKey> {
    const text = new Uint8Array(await file.arrayBuffer())
    try {
      const line = new TextDecoder().decode(text.subarray(0, 1 << 16)).trim()
      if (CERTIFICATE.test(line)) return await this.#certify(line)
      const key = await this.#parse(text, file.name)
      return await this.#keep(key, key.comment || file.name)
    } finally {
      text.fill(0)
    }
  }

  /** A new Ed25519 key; if the browser can generate it, no script has ever seen its private half. */
  async create(comment: string): Promise<SavedKey> {
    const made = await madeByBrowser(comment)
    // Some browsers make such a key, and cannot store it.
    const stored = made && await this.#database.put(made).then(() => true, () => false)
    return made && stored ? saved(made) : this.#keep(await generateKeyPair('ed25519', { comment }), comment)
  }

  /** A passkey that the page has just made with the person's authenticator. */
  async addPasskey(made: NewPasskey): Promise<SavedKey> {
    const kept = await keptPasskey(made)
    await this.#database.put(kept)
    return saved(kept)
  }

  /** @throws KeyError `ERR_KEY_CERTIFICATE_ALONE` if no key of this browser belongs to it, or it is a host's */
  async #certify(certificate: string): Promise<SavedKey> {
    for (const one of await this.list()) {
      const { key } = await this.get(one.id)
      if (!await toSigner(key, { certificate }).then(() => true, () => false)) continue
      const kept = await this.#database.get(one.id)
      if (kept) await this.#database.put({ ...kept, certificate })
      else this.#certificates.set(one.id, certificate)
      return { ...one, certified: true }
    }
    throw new KeyError('no key of this browser belongs to this certificate', { code: 'ERR_KEY_CERTIFICATE_ALONE' })
  }

  async #keep(key: PrivateKey, comment: string): Promise<SavedKey> {
    const about = { id: await fingerprint(key.publicKey), type: key.type, comment, certified: false }
    const line = formatPublicKey({ publicKey: key.publicKey, comment })
    try {
      await this.#database.put({ id: about.id, type: about.type, comment, line, ...await toCryptoKeys(key) })
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
        passphrase = wanted(await this.#ask.passphrase(name, tries > 0))
      }
    }
  }

  async list(): Promise<readonly SavedKey[]> {
    const kept = await this.#database.all().catch(() => [])
    return [
      ...kept.map(saved),
      ...[...this.#memory].map(([id, key]) => ({ id, type: key.type, comment: key.comment, line: formatPublicKey(key), kept: 'memory' as const, certified: this.#certificates.has(id) })),
    ]
  }

  /** @throws KeyError `ERR_KEY_GONE` */
  async get(id: string): Promise<Usable> {
    const inMemory = this.#memory.get(id)
    if (inMemory) return { key: inMemory, certificate: this.#certificates.get(id) }
    const kept = await this.#database.get(id)
    if (!kept) throw new KeyError('this key is not here any more', { code: 'ERR_KEY_GONE' })
    return { key: kept.privateKey ? kept as CryptoKeys : passkeySigner(kept, this.#ask.authenticator), certificate: kept.certificate }
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
    this.#certificates.delete(id)
    await this.#database.remove(id)
  }
}

function saved({ id, type, comment, line, privateKey, certificate }: KeptKey): SavedKey {
  return { id, type, comment, line, kept: privateKey ? 'browser' : 'authenticator', certified: certificate !== undefined }
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
