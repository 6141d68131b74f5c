import { type Bytes, concatBytes } from '../../../wire-format/bytes.ts'
import type { PemBlock } from '../../../wire-format/pem.ts'
import { LEGACY_HASHES } from '../ciphers/hashes.ts'
import { aesCbc, type CbcCipher, cbcDecrypt, TRIPLE_DES } from '../ciphers/cbc-decrypt.ts'
import { decodeHex } from '../../hex.ts'
import { type Steps, take } from '../../steps.ts'
import { malformed, passphraseRequired, unsupported } from '../../key-error.ts'

/** Whether a PEM block is encrypted in the old way (RFC 1421, section 4.6.1.1, as OpenSSL writes it). */
export function isEncryptedPem(block: PemBlock): boolean {
  return block.headers.get('Proc-Type')?.replaceAll(' ', '') === '4,ENCRYPTED'
}

/** Decrypts such a block: one round of MD5 over passphrase and salt, which is weak, but what old files use. */
export function* decryptPem(block: PemBlock, passphrase: Bytes | undefined): Steps<Bytes> {
  const [name = '', ivText = ''] = (block.headers.get('DEK-Info') ?? '').split(',').map((part) => part.trim())
  const cipher = cipherOf(name)
  const iv = decodeHex(ivText)
  if (iv === undefined || iv.length !== cipher.ivLength) throw malformed('the DEK-Info of the private key has no valid IV')
  if (passphrase === undefined) throw passphraseRequired()
  const key = yield* deriveKey(passphrase, iv.subarray(0, 8), cipher.keyLength)
  try {
    return yield* cbcDecrypt(cipher, key, iv, block.bytes)
  } finally {
    key.fill(0)
  }
}

function cipherOf(name: string): CbcCipher {
  const aes = /^AES-(128|192|256)-CBC$/.exec(name)
  if (aes) return aesCbc(Number(aes[1]) / 8 as 16 | 24 | 32)
  if (name === 'DES-EDE3-CBC') return TRIPLE_DES
  if (name === '') throw malformed('the private key is encrypted, but its DEK-Info is missing')
  throw unsupported('the cipher of the private key is not supported')
}

/** EVP_BytesToKey of OpenSSL with MD5 and one iteration. */
function* deriveKey(passphrase: Bytes, salt: Bytes, length: number): Steps<Bytes> {
  const { md5 } = yield* take(LEGACY_HASHES)
  const derived = new Uint8Array(Math.ceil(length / 16) * 16)
  let last: Uint8Array = new Uint8Array()
  for (let offset = 0; offset < length; offset += 16) {
    const input = concatBytes(last, passphrase, salt)
    last = md5(input)
    input.fill(0)
    derived.set(last, offset)
  }
  last.fill(0)
  return derived.subarray(0, length)
}
