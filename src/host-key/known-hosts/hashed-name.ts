import { decodeBase64, encodeBase64 } from '../../wire-format/base64.ts'
import { type Bytes, encodeText } from '../../wire-format/bytes.ts'
import { WireFormatError } from '../../wire-format/wire-format-error.ts'

const MAGIC = '|1|'
const SHA1_LENGTH = 20

/** A host name hidden by HMAC-SHA1 under a random salt, as `ssh-keygen -H` writes it. */
export interface HashedName {
  readonly salt: Bytes
  readonly hash: Bytes
}

export function isHashedName(text: string): boolean {
  return text.startsWith('|')
}

/** Parses `|1|salt|hash`; undefined where the text is anything else. */
export function parseHashedName(text: string): HashedName | undefined {
  const [salt, hash, ...more] = text.startsWith(MAGIC) ? text.slice(MAGIC.length).split('|') : []
  if (salt === undefined || hash === undefined || more.length > 0) return undefined
  try {
    const name = { salt: decodeBase64(salt), hash: decodeBase64(hash) }
    return name.salt.length === SHA1_LENGTH && name.hash.length === SHA1_LENGTH ? name : undefined
  } catch (error) {
    if (error instanceof WireFormatError) return undefined
    throw error
  }
}

/** Hashes a name (of `knownHostName()`) under a new salt. */
export async function hashName(name: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SHA1_LENGTH))
  const hash = new Uint8Array(await crypto.subtle.sign('HMAC', await hmacKey(salt, 'sign'), encodeText(name)))
  return `${MAGIC}${encodeBase64(salt)}|${encodeBase64(hash)}`
}

export async function matchHashedName(name: string, { salt, hash }: HashedName): Promise<boolean> {
  return crypto.subtle.verify('HMAC', await hmacKey(salt, 'verify'), hash, encodeText(name))
}

function hmacKey(salt: Bytes, usage: 'sign' | 'verify'): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', salt, { name: 'HMAC', hash: 'SHA-1' }, false, [usage])
}
