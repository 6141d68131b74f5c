import type { HostCrypto, PacketCipher } from '../runtime/host-crypto.ts'
import type { Bytes } from './exports.gen.ts'
import type { Heap } from './heap.ts'
import { HOST_AES_CTR, HOST_AES_GCM, HOST_FAILED, HOST_HMAC_SHA256, HOST_HMAC_SHA512 } from './host.gen.ts'
import type { HostKeyFunctions } from './host.ts'

type Key = ReturnType<HostCrypto['aesCtr']> | PacketCipher | ReturnType<HostCrypto['hmac']>

/** By the number of the algorithm. */
const MAKERS: Readonly<Record<number, (crypto: HostCrypto, key: Uint8Array, counter: Uint8Array) => Key>> = {
  [HOST_AES_CTR]: (crypto, key, counter) => crypto.aesCtr(key, counter),
  [HOST_AES_GCM]: (crypto, key) => crypto.aesGcm(key),
  [HOST_HMAC_SHA256]: (crypto, key) => crypto.hmac('sha256', key),
  [HOST_HMAC_SHA512]: (crypto, key) => crypto.hmac('sha512', key),
}

const COUNTER = 16
const NONCE = 12
const LENGTH_FIELD = 4
const TAG = 16

/** Keys of the runtime, by number. */
export type HostKeys = Map<number, Key>

/** C's operations on the keys of one instance. C returns each key when it is no longer used. */
export function hostKeyFunctions(crypto: HostCrypto | undefined, heap: () => Pick<Heap, 'view' | 'write'>, keys: HostKeys = new Map()): HostKeyFunctions {
  let last = 0
  const at = (pointer: number, length: number) => heap().view(pointer as Bytes, length)
  const attempt = (work: () => void): number => {
    try {
      work()
      return 0
    } catch {
      return HOST_FAILED
    }
  }

  const gcm = (way: 'seal' | 'open'): HostKeyFunctions['gcmSeal'] => (key, nonce, start, body) => {
    const text = start + LENGTH_FIELD
    try {
      (keys.get(key) as PacketCipher)[way](at(nonce, NONCE), at(start, LENGTH_FIELD), at(text, body), at(text + body, TAG))
      return 0
    } catch {
      return HOST_FAILED
    }
  }

  return {
    keyNew(algorithm, key, length, counter) {
      const number = last + 1
      const failed = !crypto || attempt(() => {
        keys.set(number, (MAKERS[algorithm] as typeof MAKERS[0])(crypto, at(key, length), at(counter, COUNTER)))
      })
      return failed ? 0 : last = number
    },
    keyFree: (key) => { keys.delete(key) },
    ctr: (key, data, length) => attempt(() => (keys.get(key) as ReturnType<HostCrypto['aesCtr']>)(at(data, length))),
    gcmSeal: gcm('seal'),
    gcmOpen: gcm('open'),
    hmac: (key, sequence, start, length, more, moreLength, mac) => attempt(() => {
      const count = Uint8Array.of(sequence >>> 24, sequence >>> 16, sequence >>> 8, sequence)
      heap().write(mac, (keys.get(key) as ReturnType<HostCrypto['hmac']>)([count, at(start, length), at(more, moreLength)]))
    }),
  }
}
