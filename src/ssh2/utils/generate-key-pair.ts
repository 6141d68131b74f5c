import { generateKeyPair as generate, generateKeyPairSync as generateSync } from 'node:crypto'
import { formatOpenSshPrivateKey } from '../../keys/files/openssh/private-key.ts'
import { readPkcs8 } from '../../keys/files/der/private-key.ts'
import { wipePrivate } from '../../keys/private-fields.ts'
import type { PrivateFields } from '../../keys/private-numbers.ts'
import { writePublicKey } from '../../keys/public-key-blob.ts'
import { formatPublicKey } from '../../keys/public-key.ts'
import { now } from '../../keys/steps.ts'
import { tell } from '../tell.ts'
import { loadParts } from './synchronous-parts.ts'

/** The options of each key type. */
export interface KeySettings {
  rsa: { bits: number }
  ecdsa: { bits: 256 | 384 | 521 }
  ed25519: object
}

export interface KeyPairOptions {
  bits?: number | undefined
  comment?: string | undefined
  format?: 'new' | undefined
  /** Encrypts the private key. */
  passphrase?: string | Buffer | undefined
  /** What encrypts it, by its name in OpenSSH: AES in counter, CBC and GCM mode, and chacha20-poly1305. `aes256-ctr` if none is given. */
  cipher?: string | undefined
  /** Rounds of bcrypt: 16 by default. */
  rounds?: number | undefined
}

/** A new key as OpenSSH writes it. */
export interface KeyPairReturn {
  private: string
  public: string
}

/** Receives a new key. */
export type KeyPairCallback = (error: Error | null, keyPair: KeyPairReturn) => void

const ENCODINGS = { publicKeyEncoding: { type: 'spki', format: 'der' }, privateKeyEncoding: { type: 'pkcs8', format: 'der' } } as const
const CURVES: Readonly<Record<number, string>> = { 256: 'prime256v1', 384: 'secp384r1', 521: 'secp521r1' }

/** The request to Node. @throws TypeError, RangeError, Error for invalid options */
function wanted(keyType: string, options: KeyPairOptions | undefined): { readonly type: string, readonly parameters: object } {
  if (typeof keyType !== 'string') throw new TypeError('Key type must be a string')
  const type = keyType.toLowerCase()
  if (type === 'ed25519') return { type, parameters: ENCODINGS }
  if (type !== 'rsa' && type !== 'ecdsa') throw new Error(`Unsupported key type: ${keyType}`)
  const name = type.toUpperCase()
  if (typeof options !== 'object' || options === null) throw new TypeError(`Missing options object for ${name} key`)
  const { bits } = options
  if (!Number.isInteger(bits)) throw new TypeError(`${name} bits must be an integer`)
  if (type === 'rsa') {
    if (bits! < 1024 || bits! > 16384) throw new RangeError('RSA bits must be from 1024 to 16384')
    return { type, parameters: { modulusLength: bits, ...ENCODINGS } }
  }
  const namedCurve = CURVES[bits!]
  if (namedCurve === undefined) throw new Error('ECDSA bits must be 256, 384, or 521')
  return { type: 'ec', parameters: { namedCurve, ...ENCODINGS } }
}

/** Names that `ssh2` has for ciphers of OpenSSH's. */
const ALIASES: Readonly<Record<string, string>> = { 'aes128-gcm': 'aes128-gcm@openssh.com', 'aes256-gcm': 'aes256-gcm@openssh.com' }
const CIPHERS = /^(?:aes(?:128|192|256)-(?:ctr|cbc)|aes(?:128|256)-gcm@openssh\.com|chacha20-poly1305@openssh\.com)$/

/** How the private key is encrypted. @throws TypeError, Error for what cannot be meant */
function encryption({ passphrase, cipher, rounds, format }: KeyPairOptions): { readonly passphrase?: Uint8Array<ArrayBuffer>, readonly cipher?: string, readonly rounds?: number } {
  if (format !== undefined && format !== 'new') throw new Error('Invalid output key format')
  if (!passphrase) return {}
  if (typeof passphrase !== 'string' && !(passphrase instanceof Uint8Array)) throw new Error('Invalid passphrase')
  if (rounds !== undefined && !Number.isInteger(rounds)) throw new TypeError('rounds must be an integer')
  const name = cipher === undefined ? undefined : ALIASES[cipher] ?? cipher
  if (name !== undefined && !CIPHERS.test(name)) throw new Error('Invalid cipher name')
  return { passphrase: new Uint8Array(Buffer.from(passphrase as string)), ...name !== undefined && { cipher: name }, ...rounds !== undefined && rounds > 0 && { rounds } }
}

function written(pkcs8: Buffer, options: KeyPairOptions): KeyPairReturn {
  loadParts()
  const comment = typeof options.comment === 'string' ? options.comment : ''
  let how: ReturnType<typeof encryption> = {}
  let fields: PrivateFields | undefined
  try {
    how = encryption(options)
    fields = now(readPkcs8(pkcs8))
    const text = now(formatOpenSshPrivateKey(fields, comment, how.passphrase?.length === 0 ? {} : how))
    return { private: text, public: formatPublicKey({ blob: writePublicKey(fields.public), comment }) }
  } finally {
    pkcs8.fill(0)
    how.passphrase?.fill(0)
    if (fields) wipePrivate(fields)
  }
}

/** Makes a new key synchronously. @throws TypeError, RangeError, Error for invalid options */
export function generateKeyPairSync<K extends keyof KeySettings>(keyType: K, options?: KeySettings[K] & KeyPairOptions): KeyPairReturn {
  const { type, parameters } = wanted(keyType, options)
  return written((generateSync as unknown as (type: string, parameters: object) => { privateKey: Buffer })(type, parameters).privateKey, options ?? {})
}

/** Makes a new key in the background. @throws like `generateKeyPairSync`, synchronously */
export function generateKeyPair<K extends keyof KeySettings>(keyType: K, options: KeySettings[K] & KeyPairOptions, callback?: KeyPairCallback): void
export function generateKeyPair(keyType: 'ed25519', callback?: KeyPairCallback): void
export function generateKeyPair(keyType: string, options?: KeyPairOptions | KeyPairCallback, callback?: KeyPairCallback): void {
  if (typeof options === 'function') return generateKeyPair(keyType as 'ed25519', {}, options)
  const { type, parameters } = wanted(keyType, options)
  const told = callback ?? (() => {});
  (generate as unknown as (type: string, parameters: object, made: (error: Error | null, publicKey: Buffer, privateKey: Buffer) => void) => void)(type, parameters, (error, _publicKey, privateKey) => {
    tell(() => {
      if (error) return told(error, undefined as never)
      let pair: KeyPairReturn
      try {
        pair = written(privateKey, options ?? {})
      } catch (failure) {
        return told(failure as Error, undefined as never)
      }
      told(null, pair)
    })
  })
}
