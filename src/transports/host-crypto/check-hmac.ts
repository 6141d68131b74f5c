import { LONG_TEXT, copy, equal, hex } from './check-tools.ts'
import type { HostCrypto } from '../../runtime/host-crypto.ts'

/** 152 bytes of RFC 4231, test case 7. */
const TEXT = new TextEncoder().encode('This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.')

/**
 * By hash: its key of test case 7 as HMAC uses it (hashed, since it is longer than a block), which is as long as SSH's keys; the published
 * value; and the value of `LONG_TEXT`, on which `node:crypto` (OpenSSL) and @noble/hashes agree.
 */
const VALUES = [
  { hash: 'sha256', key: '45ad4b37c6e2fc0a2cfcc1b5da524132ec707615c2cae1dbbc43c97aa521db81', published: '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2', long: 'daa4e85f42434ea68d285231e6938a0524f71a958971b307eaa3cc79c5bb4d0c' },
  {
    hash: 'sha512', key: 'e1b52c4ff8ce9c4b60bd8ec785ab7bf3dffc7023f7c51588f96b94eeba80ca3b9b9ed05ab2ac8797bb7039d681f2e41fcfe6dddab2e95122d9c716c2b8406bd4', long: '8305d283a49fa6dd7c49caa2aacc198e9cf4d26ba793ab8d68dfa57b36e1fb45567916ed2efc2ce35ebc77848fd9c8def686955374cb6b043477041197f82981',
    published: 'e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58',
  },
] as const

/** HMAC-SHA2 over the parts of a packet, some of them empty, one key for many packets. */
export function hmacIsSound(crypto: HostCrypto): boolean {
  const keys = VALUES.map(({ hash, key }) => crypto.hmac(hash, copy(hex(key))))
  const gives = (at: number, text: Uint8Array, wanted: string, cuts: readonly number[]) => {
    const parts = [0, ...cuts].map((from, index) => copy(text.subarray(from, cuts[index])))
    return equal(keys[at]?.(parts) ?? new Uint8Array(0), hex(wanted))
  }
  return [[4, 4], [4, 148]].every((cuts) => VALUES.every(({ published, long }, at) =>
    gives(at, TEXT, published, cuts) && gives(at, LONG_TEXT, long, [4, 4_160]) && gives(at, TEXT, published, cuts)))
}
