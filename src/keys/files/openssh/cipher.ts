import { type Bytes, concatBytes, equalBytes } from '../../../wire-format/bytes.ts'
import { unsupported } from '../../key-error.ts'
import { Part, type Steps, take } from '../../steps.ts'
import { AES, TRIPLE_DES_CBC } from '../ciphers/cbc-decrypt.ts'

export const CHACHA = /* @__PURE__ */ new Part(() => import('@noble/ciphers/chacha.js'))
export const POLY1305 = /* @__PURE__ */ new Part(() => import('@noble/ciphers/_poly1305.js'))

/** A cipher of OpenSSH's private keys. The derived bytes are the key, then the IV. */
export interface OpenSshCipher {
  readonly keyLength: number
  readonly ivLength: number
  readonly blockSize: number
  /** Bytes that follow the encrypted section. */
  readonly tagLength: number
  /** Decrypts ciphertext and tag; undefined if the tag is wrong. */
  decrypt(key: Bytes, iv: Bytes, data: Bytes): Steps<Uint8Array | undefined>
  /** Plaintext to ciphertext and tag. @throws KeyError where no new keys are encrypted with it */
  encrypt(key: Bytes, iv: Bytes, data: Bytes): Steps<Uint8Array>
}

/** The ciphers that `ssh-keygen -Z` offers. */
export function openSshCipher(name: string): OpenSshCipher {
  const aes = /^aes(128|192|256)-(ctr|cbc|gcm@openssh\.com)$/.exec(name)
  if (aes) return aesCipher(Number(aes[1]) / 8, aes[2]!.slice(0, 3) as 'ctr' | 'cbc' | 'gcm')
  if (name === '3des-cbc') return tripleDes
  if (name === 'chacha20-poly1305@openssh.com') return chachaPoly
  throw unsupported('the cipher of the private key is not supported: change it with ssh-keygen -p -Z aes256-ctr -f FILE')
}

const tripleDes: OpenSshCipher = {
  keyLength: 24, ivLength: 8, blockSize: 8, tagLength: 0,
  * decrypt(key, iv, data) {
    return (yield* take(TRIPLE_DES_CBC)).decryptTripleDesCbc(key, iv, data)
  },
  encrypt() {
    throw unsupported('no new private key is encrypted with 3des-cbc, which is weak: aes256-ctr is what OpenSSH takes')
  },
}

function aesCipher(keyLength: number, mode: 'ctr' | 'cbc' | 'gcm'): OpenSshCipher {
  return {
    keyLength, ivLength: mode === 'gcm' ? 12 : 16, blockSize: 16, tagLength: mode === 'gcm' ? 16 : 0,
    * decrypt(key, iv, data) {
      const { cbc, ctr, gcm } = yield* take(AES)
      if (mode === 'ctr') return ctr(key, iv).decrypt(data)
      if (mode === 'cbc') return cbc(key, iv, { disablePadding: true }).decrypt(data)
      try {
        return gcm(key, iv).decrypt(data)
      } catch {
        return undefined
      }
    },
    * encrypt(key, iv, data) {
      const { cbc, ctr, gcm } = yield* take(AES)
      if (mode === 'ctr') return ctr(key, iv).encrypt(data)
      return (mode === 'cbc' ? cbc(key, iv, { disablePadding: true }) : gcm(key, iv)).encrypt(data)
    },
  }
}

/** PROTOCOL.chacha20poly1305 with sequence number 0 and no length field: only the first half of the key is used. */
const chachaPoly: OpenSshCipher = {
  keyLength: 64, ivLength: 0, blockSize: 8, tagLength: 16,
  * decrypt(key, _iv, data) {
    const { chacha20 } = yield* take(CHACHA)
    const { poly1305 } = yield* take(POLY1305)
    const nonce = new Uint8Array(12), main = key.subarray(0, 32)
    const text = data.subarray(0, -16)
    const macKey = chacha20(main, nonce, new Uint8Array(32))
    const good = equalBytes(poly1305(text, macKey), data.subarray(-16))
    macKey.fill(0)
    return good ? chacha20(main, nonce, text, undefined, 1) : undefined
  },
  * encrypt(key, _iv, data) {
    const { chacha20 } = yield* take(CHACHA)
    const { poly1305 } = yield* take(POLY1305)
    const nonce = new Uint8Array(12), main = key.subarray(0, 32)
    const text = chacha20(main, nonce, data, undefined, 1)
    const macKey = chacha20(main, nonce, new Uint8Array(32))
    const sealed = concatBytes(text, poly1305(text, macKey))
    macKey.fill(0)
    return sealed
  },
}
