import { text } from '../errors/arguments.ts'
import { HostKeyError } from '../errors/ssh-error.ts'
import { signatureAlgorithms } from '../keys/key-types.ts'
import { parsePublicKey } from '../keys/public-key.ts'
import { publicKeyType } from '../keys/public-key-blob.ts'
import { decodeBase64 } from '../wire-format/base64.ts'
import { fingerprint } from './fingerprint.ts'
import { isGarbage } from './known-hosts/line.ts'
import { type HostKeyPolicy, presented } from './policy.ts'
import { readPresentedKey } from './presented-key.ts'

const PREFIX = 'SHA256:'
const SHA256_LENGTH = 32

/**
 * Accepts one of the given host keys and no other, whatever the host's name. Give a key as its fingerprint (`SHA256:…`) or, better, as a public key
 * (`ssh-ed25519 AAAA…`, the text of a .pub file, or PEM): then the client asks a server with several keys for one of that type. For a certificate,
 * the certified key counts. A pin that cannot be read is a `TypeError`.
 * Rejects with `HostKeyError` `ERR_HOST_KEY_CHANGED`.
 */
export function pinned(keys: string | readonly string[]): HostKeyPolicy {
  const pins = (Array.isArray(keys) ? keys : [keys]).map((pin: string) => readPin(text(pin, 'a pinned host key').trim()))
  if (pins.length === 0) throw new TypeError('at least one key must be pinned')
  const algorithms = [...new Set(pins.flatMap((pin) => typeof pin === 'string' ? [] : signatureAlgorithms(publicKeyType(pin))))]
  return {
    preferredAlgorithms: () => algorithms,
    async verify(info) {
      const { host, key } = presented(info)
      const expected = await Promise.all(pins.map((pin) => typeof pin === 'string' ? pin : fingerprint(pin)))
      const received = await fingerprint(key)
      if (expected.includes(received)) return
      const list = expected.join(', ')
      throw new HostKeyError(`the host key of ${host} is not the pinned one: expected ${list}, received ${received}`, { code: 'ERR_HOST_KEY_CHANGED', expected: list, received })
    },
  }
}

/** A fingerprint in its normal form, or the plain blob of a public key. */
function readPin(text: string): string | Uint8Array {
  try {
    if (!text.startsWith(PREFIX)) return readPresentedKey(parsePublicKey(text).blob).publicKey
    const hash = text.slice(PREFIX.length).replace(/=+$/, '')
    if (decodeBase64(hash).length === SHA256_LENGTH) return PREFIX + hash
  } catch (error) {
    if (!isGarbage(error)) throw error
  }
  throw new TypeError('a pinned host key is neither SHA256:… nor a public key')
}
