import { createCipheriv, createDecipheriv, createHmac, createSecretKey } from 'node:crypto'
import type { HostCrypto } from './types.ts'

const TAG = { authTagLength: 16 } as const

/** `node:crypto` of Node, Deno and Bun. The keys are `KeyObject`s: outside of every heap that JavaScript can read. */
const nodeCrypto: HostCrypto = {
  aesCtr(key, counter) {
    const cipher = createCipheriv(`aes-${key.length * 8}-ctr`, createSecretKey(key), counter)
    return (data) => data.set(cipher.update(data))
  },

  aesGcm(key) {
    const name = key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm'
    const secret = createSecretKey(key)
    return {
      seal(nonce, associated, data, tag) {
        const cipher = createCipheriv(name, secret, nonce, TAG)
        cipher.setAAD(associated)
        data.set(cipher.update(data))
        cipher.final()
        tag.set(cipher.getAuthTag())
      },
      open(nonce, associated, data, tag) {
        const decipher = createDecipheriv(name, secret, nonce, TAG)
        decipher.setAAD(associated)
        decipher.setAuthTag(tag)
        const plain = decipher.update(data)
        decipher.final()
        data.set(plain)
      },
    }
  },

  hmac(hash, key) {
    const secret = createSecretKey(key)
    return (parts) => {
      const hmac = createHmac(hash, secret)
      for (const part of parts) hmac.update(part)
      return hmac.digest()
    }
  },
}

let checked: { crypto: HostCrypto | undefined } | undefined

/** That of this runtime, if it has all of it and gives the right answers. */
export function hostCrypto(): HostCrypto | undefined {
  checked ??= { crypto: isSound(nodeCrypto) ? nodeCrypto : undefined }
  return checked.crypto
}

/** One published value for each: NIST SP 800-38A F.5.1, test case 2 of the GCM specification, RFC 4231 test case 2 with its key padded as HMAC does. */
function isSound(crypto: HostCrypto): boolean {
  try {
    const counted = bytes('6bc1bee22e409f96e93d7e117393172a')
    crypto.aesCtr(bytes('2b7e151628aed2a6abf7158809cf4f3c'), bytes('f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'))(counted)
    const [sealed, tag] = [new Uint8Array(16), new Uint8Array(16)]
    const gcm = crypto.aesGcm(new Uint8Array(16))
    gcm.seal(new Uint8Array(12), new Uint8Array(0), sealed, tag)
    const opened = sealed.slice()
    gcm.open(new Uint8Array(12), new Uint8Array(0), opened, tag)
    const mac = (hash: 'sha256' | 'sha512', length: number) => crypto.hmac(hash, bytes('4a656665'.padEnd(2 * length, '0')))([bytes('7768617420646f2079612077616e7420'), bytes('666f72206e6f7468696e673f')])
    return hex(counted) === '874d6191b620e3261bef6864990db6ce' && hex(sealed) === '0388dace60b6a392f328c2b971b2fe78' &&
      hex(tag) === 'ab6e47d42cec13bdf53a67b21257bddf' && hex(opened) === '0'.repeat(32) &&
      hex(mac('sha256', 32)) === '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843' &&
      hex(mac('sha512', 64)).startsWith('164b7a7bfcf819e2e395fbe73b56e0a3')
  } catch {
    return false
  }
}

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
const hex = (data: Uint8Array) => Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('')
