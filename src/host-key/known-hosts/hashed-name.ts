import { decodeBase64 } from '../../wire-format/base64.ts'
import type { Bytes } from '../../wire-format/bytes.ts'
import { WireFormatError } from '../../wire-format/wire-format-error.ts'

export const MAGIC = '|1|'
export const SHA1_LENGTH = 20

/** A host name hashed with HMAC-SHA1 under a random salt, as `ssh-keygen -H` writes it. */
export interface HashedName {
  readonly salt: Bytes
  readonly hash: Bytes
}

export function isHashedName(text: string): boolean {
  return text.startsWith('|')
}

/** Parses `|1|salt|hash`; undefined if the text is anything else. */
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
