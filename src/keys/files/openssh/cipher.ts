import { type Bytes, equalBytes } from '../../../wire-format/bytes.ts'
import { unsupported } from '../../key-error.ts'

/** A cipher of OpenSSH's private keys. Derived bytes are the key, then the IV. */
export interface OpenSshCipher {
  readonly keyLength: number
  readonly ivLength: number
  readonly blockSize: number
  /** Bytes that follow the encrypted section. */
  readonly tagLength: number
  /** Ciphertext and tag to plaintext; undefined where the tag is wrong. */
  decrypt(key: Bytes, iv: Bytes, data: Bytes): Promise<Uint8Array | undefined>
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
  decrypt: async (key, iv, data) => (await import('../ciphers/triple-des.ts')).decryptTripleDesCbc(key, iv, data),
}

function aesCipher(keyLength: number, mode: 'ctr' | 'cbc' | 'gcm'): OpenSshCipher {
  return {
    keyLength, ivLength: mode === 'gcm' ? 12 : 16, blockSize: 16, tagLength: mode === 'gcm' ? 16 : 0,
    async decrypt(key, iv, data) {
      const { cbc, ctr, gcm } = await import('@noble/ciphers/aes.js')
      if (mode === 'ctr') return ctr(key, iv).decrypt(data)
      if (mode === 'cbc') return cbc(key, iv, { disablePadding: true }).decrypt(data)
      try {
        return gcm(key, iv).decrypt(data)
      } catch {
        return undefined
      }
    },
  }
}

/** PROTOCOL.chacha20poly1305 with sequence number 0 and no length field: only the first half of the key is used. */
const chachaPoly: OpenSshCipher = {
  keyLength: 64, ivLength: 0, blockSize: 8, tagLength: 16,
  async decrypt(key, _iv, data) {
    const [{ chacha20 }, { poly1305 }] = await Promise.all([import('@noble/ciphers/chacha.js'), import('@noble/ciphers/_poly1305.js')])
    const nonce = new Uint8Array(12), main = key.subarray(0, 32)
    const text = data.subarray(0, -16)
    const macKey = chacha20(main, nonce, new Uint8Array(32))
    const good = equalBytes(poly1305(text, macKey), data.subarray(-16))
    macKey.fill(0)
    return good ? chacha20(main, nonce, text, undefined, 1) : undefined
  },
}
