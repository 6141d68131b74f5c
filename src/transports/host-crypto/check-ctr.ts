import { LONG_TEXT, became, copy, equal, hex } from './check-tools.ts'
import type { HostCrypto } from '../../runtime/host-crypto.ts'

const PLAIN = '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710'
const COUNTER = 'f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'

/** NIST SP 800-38A, F.5.1, F.5.3 and F.5.5: key and ciphertext of four blocks. */
const PUBLISHED: readonly (readonly [string, string])[] = [
  ['2b7e151628aed2a6abf7158809cf4f3c', '874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee'],
  ['8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b', '1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e941e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050'],
  ['603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4', '601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c52b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6'],
]

/** Counters before a carry over 2^32, 2^64, 2^96 and 2^128. */
const BEFORE_CARRY = [8, 16, 24, 32].map((digits) => hex('f'.repeat(digits).padStart(32, '0')))

/** For all results of the carries, with each of the keys: HMAC-SHA256 with a key of zeros, on which OpenSSL and @noble/ciphers agree. */
const CARRIED = '7b03ced1d965f38aa312eea4c548a16290b4ebde53820ab9822d745aa92fcf2c'

/** AES in counter mode: published values, carries, and continuation from call to call, separately for each key. */
export function ctrIsSound(crypto: HostCrypto): boolean {
  const counted = PUBLISHED.map(([key]) => crypto.aesCtr(hex(key), hex(COUNTER)))
  return [[0, 16], [16, 64]].every(([from, to]) => PUBLISHED.every(([, sealed], at) => {
    const data = copy(hex(PLAIN).subarray(from, to))
    counted[at]?.(data)
    return became(data, hex(sealed).subarray(from, to))
  })) && carries(crypto) && PUBLISHED.every(([key]) => goesOn(crypto, hex(key)))
}

function carries(crypto: HostCrypto): boolean {
  const streams = PUBLISHED.flatMap(([key]) => BEFORE_CARRY.map((counter) => {
    const data = new Uint8Array(48)
    crypto.aesCtr(hex(key), counter)(data)
    return data
  }))
  return equal(crypto.hmac('sha256', new Uint8Array(32))(streams), hex(CARRIED))
}

/** A long text in one call gives the same as in several. */
function goesOn(crypto: HostCrypto, key: Uint8Array): boolean {
  const [whole, pieces] = [LONG_TEXT.slice(), LONG_TEXT.slice()]
  crypto.aesCtr(key, hex(COUNTER))(whole)
  const counted = crypto.aesCtr(key, hex(COUNTER))
  for (let at = 0, size = 16; at < pieces.length; at += size, size *= 2) counted(pieces.subarray(at, at + size))
  return equal(whole, pieces)
}
