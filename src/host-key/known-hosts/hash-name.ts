/// The computation for hashed host names, which loads if a file has such names.
import { encodeBase64 } from '../../wire-format/base64.ts'
import { type Bytes, encodeText, equalBytes } from '../../wire-format/bytes.ts'
import { type HashedName, MAGIC, SHA1_LENGTH } from './hashed-name.ts'

const SHA1_BLOCK = 64

/** Hashes a name (of `knownHostName()`) under a new salt. */
export async function hashName(name: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(SHA1_LENGTH))
  return `${MAGIC}${encodeBase64(salt)}|${encodeBase64((await hmacOf(name))(salt))}`
}

/**
 * Finds the hashed names that equal this one. A file may have tens of thousands, each with its own salt. WebCrypto would need a task for each,
 * so SHA-1 is computed in JavaScript here, and the input of HMAC (RFC 2104) lies in two reused blocks.
 */
export async function hashedNameMatcher(name: string): Promise<(hashed: HashedName) => boolean> {
  const hmac = await hmacOf(name)
  return ({ salt, hash }) => equalBytes(hmac(salt), hash)
}

/** HMAC-SHA1 of one text under keys of 20 bytes. */
async function hmacOf(text: string): Promise<(key: Bytes) => Uint8Array> {
  const { sha1 } = await import('@noble/hashes/legacy.js')
  const message = encodeText(text)
  const inner = new Uint8Array(SHA1_BLOCK + message.length), outer = new Uint8Array(SHA1_BLOCK + SHA1_LENGTH)
  inner.set(message, SHA1_BLOCK)
  return (key) => {
    inner.fill(0x36, 0, SHA1_BLOCK)
    outer.fill(0x5c, 0, SHA1_BLOCK)
    for (let i = 0; i < key.length; i++) {
      inner[i]! ^= key[i]!
      outer[i]! ^= key[i]!
    }
    outer.set(sha1(inner), SHA1_BLOCK)
    return sha1(outer)
  }
}
