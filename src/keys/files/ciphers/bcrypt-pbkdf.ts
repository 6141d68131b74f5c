import { type Bytes, concatBytes } from '../../../wire-format/bytes.ts'
import { digest } from '../../digest.ts'
import { type Steps, take } from '../../steps.ts'
import { Blowfish } from './blowfish.ts'

/**
 * bcrypt_pbkdf, the key derivation of OpenSSH's private keys: PBKDF2 with bcrypt in place of HMAC, and with the output bytes spread over the
 * blocks.
 * @param rounds at least 1; each takes some milliseconds per 32 bytes of output. The caller limits them.
 */
export function* bcryptPbkdf(passphrase: Uint8Array, salt: Uint8Array, length: number, rounds: number): Steps<Bytes> {
  const key = new Uint8Array(length)
  const blocks = Math.ceil(length / BLOCK)
  const pass = yield* sha512Words(passphrase)
  for (let block = 0; block < blocks; block++) {
    const counter = Uint8Array.of(0, 0, 0, block + 1)
    let output = bcryptHash(pass, yield* sha512Words(concatBytes(salt, counter)))
    const sum = output.slice()
    for (let round = 1; round < rounds; round++) {
      output = bcryptHash(pass, yield* sha512Words(output))
      for (let i = 0; i < BLOCK; i++) sum[i]! ^= output[i]!
    }
    for (let i = 0; i * blocks + block < length && i < BLOCK; i++) key[i * blocks + block] = sum[i]!
    output.fill(0)
    sum.fill(0)
  }
  pass.fill(0)
  return key
}

const BLOCK = 32
const COST = 64
const TEXT = 'OxychromaticBlowfishSwatDynamite'

function bcryptHash(pass: Int32Array, salt: Int32Array): Bytes {
  const cipher = new Blowfish()
  cipher.expand(pass, salt)
  for (let i = 0; i < COST; i++) {
    cipher.expand(salt)
    cipher.expand(pass)
  }
  const words = bigEndianWords(new TextEncoder().encode(TEXT))
  for (let i = 0; i < COST; i++) cipher.encrypt(words)
  cipher.wipe()
  const output = new Uint8Array(BLOCK)
  const view = new DataView(output.buffer)
  words.forEach((word, i) => view.setInt32(i * 4, word, true))
  return output
}

function* sha512Words(bytes: Uint8Array): Steps<Int32Array> {
  return bigEndianWords(yield* take(digest('SHA-512', bytes)))
}

function bigEndianWords(bytes: Bytes): Int32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return Int32Array.from({ length: bytes.length / 4 }, (_, i) => view.getInt32(i * 4))
}
