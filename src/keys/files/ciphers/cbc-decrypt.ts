import type { Bytes } from '../../../wire-format/bytes.ts'
import { malformed, passphraseWrong } from '../../key-error.ts'
import { Part, type Steps, take } from '../../steps.ts'

export const AES = /* @__PURE__ */ new Part(() => import('@noble/ciphers/aes.js'))
export const TRIPLE_DES_CBC = /* @__PURE__ */ new Part(() => import('./triple-des.ts'))

/** A CBC cipher of PEM and PKCS#8 files. */
export interface CbcCipher { readonly name: 'aes' | '3des', readonly keyLength: 16 | 24 | 32, readonly ivLength: 8 | 16 }

export const TRIPLE_DES: CbcCipher = { name: '3des', keyLength: 24, ivLength: 8 }

export const aesCbc = (keyLength: 16 | 24 | 32): CbcCipher => ({ name: 'aes', keyLength, ivLength: 16 })

/** Decrypts and removes the PKCS#7 padding. Wrong padding usually shows a wrong passphrase; otherwise the key does not parse. */
export function* cbcDecrypt(cipher: CbcCipher, key: Bytes, iv: Bytes, data: Bytes): Steps<Bytes> {
  const block = cipher.ivLength
  if (iv.length !== block) throw malformed('the IV of the encrypted private key has a wrong length')
  if (data.length === 0 || data.length % block !== 0) throw malformed('the encrypted private key is not a whole number of blocks')
  const plain = yield* decryptBlocks(cipher, key, iv, data)
  const padding = plain.at(-1)!
  const good = padding >= 1 && padding <= block && plain.subarray(-padding).every((byte) => byte === padding)
  if (good) return plain.subarray(0, -padding)
  plain.fill(0)
  throw passphraseWrong()
}

function* decryptBlocks(cipher: CbcCipher, key: Bytes, iv: Bytes, data: Bytes): Steps<Bytes> {
  if (cipher.name === '3des') return (yield* take(TRIPLE_DES_CBC)).decryptTripleDesCbc(key, iv, data)
  const { cbc } = yield* take(AES)
  return cbc(key, iv, { disablePadding: true }).decrypt(data) as Bytes
}
