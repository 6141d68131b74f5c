import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { publicJwk } from '../../keys/jwk.ts'
import { privatePkcs8 } from '../../keys/pkcs8.ts'
import { unsupported } from '../../keys/key-error.ts'
import { PrivateKey } from '../../keys/private-key.ts'
import type { MlDsaPrivate, PrivateFields } from '../../keys/private-numbers.ts'
import { type MlDsaPublic, type PublicFields, readPublicKey } from '../../keys/public-key-blob.ts'

/** The result of `utils.parseKey`. */
export interface ParsedKey {
  type: KeyType
  comment: string
  /** A raw signature as Node makes it: DER for ECDSA. Returns an Error if signing fails. @param algo Node's name of a hash; for RSA SHA-1 by default */
  sign(data: Buffer | string, algo?: string): Buffer
  verify(data: Buffer | string, signature: Buffer, algo?: string): boolean
  isPrivateKey(): boolean
  getPrivatePEM(): string
  getPublicPEM(): string
  /** The public key as SSH sends it (RFC 4253 section 6.6). */
  getPublicSSH(): Buffer
  equals(key: Buffer | string | ParsedKey): boolean
}

/** Keys that can be parsed. */
export type KeyType = 'ssh-rsa' | 'ssh-dss' | 'ssh-ed25519' | 'ecdsa-sha2-nistp256' | 'ecdsa-sha2-nistp384' | 'ecdsa-sha2-nistp521'

const HASHES: Readonly<Record<string, string>> = { 'ssh-rsa': 'sha1', 'ecdsa-sha2-nistp256': 'sha256', 'ecdsa-sha2-nistp384': 'sha384', 'ecdsa-sha2-nistp521': 'sha512' }

/** Whether a value is a parsed key, of this package or of `ssh2` itself. */
export function isParsedKey(value: unknown): value is ParsedKey {
  const key = value as Partial<ParsedKey> | null | undefined
  return typeof key === 'object' && key !== null && typeof key.type === 'string' && typeof key.getPublicSSH === 'function' && typeof key.sign === 'function' && typeof key.isPrivateKey === 'function'
}

/** Zeroes the secret numbers of a key that was parsed here. */
export function wipe(key: ParsedKey | undefined): void {
  if (key instanceof OwnKey) key.wipe()
}

/** A public key, with the private one if there is one. */
export class OwnKey implements ParsedKey {
  readonly type: KeyType
  readonly comment: string
  readonly #blob: Buffer
  readonly #public: Exclude<PublicFields, MlDsaPublic>
  readonly #private: PrivateKey | undefined
  #privateKey: KeyObject | undefined
  #publicKey: KeyObject | undefined

  readonly #parse: (key: Buffer | string) => ParsedKey | Error

  /** @param parse how `equals` reads a value that is not a parsed key */
  constructor({ type, blob, comment, key, parse }: { readonly type: string, readonly blob: Uint8Array, readonly comment: string, readonly key?: PrivateKey, readonly parse: (key: Buffer | string) => ParsedKey | Error }) {
    this.#parse = parse
    this.type = type as KeyType
    this.comment = comment
    this.#blob = Buffer.from(blob)
    const fields = readPublicKey(blob)
    if (fields.kind === 'mldsa44-ed25519') throw unsupported('keys of this type are not supported')
    this.#public = fields
    this.#private = key
  }

  get #signing(): KeyObject {
    if (!this.#private) throw new Error('No private key available')
    if (this.#privateKey) return this.#privateKey
    const pkcs8 = privatePkcs8(PrivateKey.fieldsOf(this.#private) as Exclude<PrivateFields, MlDsaPrivate>)
    try {
      return this.#privateKey = createPrivateKey({ key: Buffer.from(pkcs8.buffer, pkcs8.byteOffset, pkcs8.length), format: 'der', type: 'pkcs8' })
    } finally {
      pkcs8.fill(0)
    }
  }

  get #verifying(): KeyObject {
    return this.#publicKey ??= createPublicKey({ key: publicJwk(this.#public) as never, format: 'jwk' })
  }

  sign(data: Buffer | string, algo?: string): Buffer {
    return orError(() => sign(algo ?? HASHES[this.type], Buffer.from(data as string), this.#signing))
  }

  verify(data: Buffer | string, signature: Buffer, algo?: string): boolean {
    return orError(() => verify(algo ?? HASHES[this.type], Buffer.from(data as string), this.#verifying, signature))
  }

  isPrivateKey(): boolean {
    return this.#private !== undefined
  }

  /** The private key in the PEM form that OpenSSL uses for its type; `null` for a public one. */
  getPrivatePEM(): string {
    if (!this.#private) return null as unknown as string
    const type = this.type === 'ssh-rsa' ? 'pkcs1' : this.type === 'ssh-ed25519' ? 'pkcs8' : 'sec1'
    return this.#signing.export({ type: type as 'pkcs8', format: 'pem' }).toString().trimEnd()
  }

  getPublicPEM(): string {
    return this.#verifying.export({ type: 'spki', format: 'pem' }).toString().trimEnd()
  }

  getPublicSSH(): Buffer {
    return this.#blob
  }

  /** Zeroes the secret numbers: signing fails afterwards. */
  wipe(): void {
    this.#private?.wipe()
    this.#privateKey = undefined
  }

  equals(key: Buffer | string | ParsedKey): boolean {
    const other = isParsedKey(key) ? key : this.#parse(key)
    return isParsedKey(other) && other.type === this.type && other.isPrivateKey() === this.isPrivateKey() && this.#blob.equals(other.getPublicSSH())
  }
}

/** Returns errors instead of throwing them, as `ssh2` does. */
function orError<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    return error as T
  }
}
