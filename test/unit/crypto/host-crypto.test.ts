// The check of a runtime's crypto (src/transports/host-crypto/check.ts): what is right passes, and each fault is found by which a runtime could
// hurt. Each one is today's `node:crypto` with one thing wrong.
import { ctr, gcm } from '@noble/ciphers/aes.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { expect, it } from 'vitest'
import { isSound } from '../../../src/transports/host-crypto/check.ts'
import { hostCrypto, nodeCrypto } from '../../../src/transports/host-crypto/node.ts'
import type { HostCrypto, PacketCipher } from '../../../src/runtime/host-crypto.ts'

type Ctr = ReturnType<HostCrypto['aesCtr']>

const withCtr = (make: (key: Uint8Array, counter: Uint8Array, right: Ctr) => Ctr): HostCrypto =>
  ({ ...nodeCrypto, aesCtr: (key, counter) => make(key.slice(), counter.slice(), nodeCrypto.aesCtr(key, counter)) })
const withGcm = (make: (right: PacketCipher, key: Uint8Array) => Partial<PacketCipher>): HostCrypto =>
  ({ ...nodeCrypto, aesGcm: (key) => { const right = nodeCrypto.aesGcm(key); const made = make(right, key.slice()); return { ...alsoOpened({ ...right, ...made }), ...made } } })
/** A fault of `open` is one of `opened` too, and one of `seal` is one of `sealed`. */
const alsoOpened = ({ open, seal }: Pick<PacketCipher, 'open' | 'seal'>): PacketCipher => ({
  seal, open,
  sealed(nonce, associated, data) {
    const [text, tag] = [data.slice(), new Uint8Array(16)]
    seal(nonce, associated, text, tag)
    return [text, tag]
  },
  opened(nonce, associated, data, tag) {
    const text = data.slice()
    open(nonce, associated, text, tag)
    return text
  },
})
const withHmac = (make: (parts: readonly Uint8Array[], right: ReturnType<HostCrypto['hmac']>, hash: 'sha256' | 'sha512') => Uint8Array): HostCrypto =>
  ({ ...nodeCrypto, hmac: (hash, key) => { const right = nodeCrypto.hmac(hash, key); return (parts) => make(parts, right, hash) } })
/** Both directions with arguments changed on the way. */
const gcmOf = (change: (nonce: Uint8Array, associated: Uint8Array) => [Uint8Array, Uint8Array]) => withGcm(({ seal, open }) => ({
  seal: (nonce, associated, data, tag) => seal(...change(nonce, associated), data, tag),
  open: (nonce, associated, data, tag) => open(...change(nonce, associated), data, tag),
}))
/** The text of a packet, whoever vouches for it: counter mode from 2 on. */
const decipher = (key: Uint8Array, nonce: Uint8Array, data: Uint8Array) => nodeCrypto.aesCtr(key, Uint8Array.of(...nonce, 0, 0, 0, 2))(data)
/** An `open` that compares a part of the tags alone. */
const comparing = (same: (a: Uint8Array, b: Uint8Array) => boolean) => withGcm(({ seal }, key) => ({
  open(nonce, associated, data, tag) {
    const [plain, made] = [data.slice(), new Uint8Array(16)]
    decipher(key, nonce, plain)
    seal(nonce, associated, plain.slice(), made)
    if (!same(made, tag)) throw new Error('wrong tag')
    data.set(plain)
  },
}))
const equal = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0
/** Counter mode whose counter is computed by `at`: start, number of the block. */
const counting = (at: (counter: bigint, block: bigint) => bigint) => withCtr((key, counter) => {
  const start = BigInt(`0x${Buffer.from(counter).toString('hex')}`)
  let done = 0n
  return (data) => {
    for (let from = 0; from < data.length; from += 16, done++) {
      const own = Buffer.from(BigInt.asUintN(128, at(start, done)).toString(16).padStart(32, '0'), 'hex')
      nodeCrypto.aesCtr(key, own)(data.subarray(from, from + 16))
    }
  }
})
const wrapping = (bits: number) => counting((start, block) => BigInt.asUintN(128, (start >> BigInt(bits) << BigInt(bits)) | BigInt.asUintN(bits, start + block)))

/** That of the published vectors. */
const ASSOCIATED = Buffer.from('feedfacedeadbeeffeedfacedeadbeefabaddad2', 'hex')

const FAULTS: Record<string, HostCrypto> = {
  'GCM: the tag is never looked at': withGcm((_, key) => ({ open: (nonce, _associated, data) => decipher(key, nonce, data) })),
  'GCM: 12 bytes of the tag are compared': comparing((a, b) => equal(a.subarray(0, 12), b.subarray(0, 12))),
  'GCM: the first 4 bytes of the tag are not compared': comparing((a, b) => equal(a.subarray(4), b.subarray(4))),
  'GCM: one bit of each byte of the tag is not compared': comparing((a, b) => a.every((byte, at) => ((byte ^ (b[at] as number)) & ~(1 << at % 8)) === 0)),
  'GCM: a wrong tag is told after the text has been given out': withGcm(({ open }, key) => ({
    open(nonce, associated, data, tag) {
      const sealed = data.slice()
      decipher(key, nonce, data)
      open(nonce, associated, sealed, tag)
    },
  })),
  'GCM: sealed leaves the text as it is': withGcm(({ sealed }) => ({ sealed: (nonce, associated, data) => [data.slice(), sealed(nonce, associated, data)[1]] })),
  'GCM: sealed gives a tag of its own': withGcm(({ sealed }) => ({ sealed: (nonce, associated, data) => [sealed(nonce, associated, data)[0], new Uint8Array(16)] })),
  'GCM: sealed gives the memory that it got': withGcm(({ sealed }) => ({
    sealed(nonce, associated, data) {
      const [text, tag] = sealed(nonce, associated, data)
      data.set(text)
      return [data, tag]
    },
  })),
  'GCM: sealed forgets the associated data': withGcm(({ sealed }) => ({ sealed: (nonce, _associated, data) => sealed(nonce, new Uint8Array(0), data) })),
  'GCM: no associated data both ways': gcmOf((nonce) => [nonce, new Uint8Array(0)]),
  'GCM: only the first 16 bytes of associated data both ways': gcmOf((nonce, associated) => [nonce, associated.subarray(0, 16)]),
  'GCM: open does not authenticate the associated data': withGcm(({ open, seal }) => {
    const kept: Uint8Array[] = []
    return {
      seal: (nonce, associated, data, tag) => { kept.push(associated.slice()); seal(nonce, associated, data, tag) },
      open(nonce, associated, data, tag) {
        for (const own of kept) try { return open(nonce, own, data, tag) } catch { /* the next one */ }
        open(nonce, associated, data, tag)
      },
    }
  }),
  'GCM: a nonce of zeros both ways': gcmOf((nonce, associated) => [new Uint8Array(nonce.length), associated]),
  'GCM: 8 bytes of the nonce both ways': gcmOf((nonce, associated) => [Uint8Array.of(...nonce.subarray(0, 8), 0, 0, 0, 0), associated]),
  'GCM: open takes the nonce of the packet before': withGcm(({ open, seal }) => {
    let last = new Uint8Array(12)
    return { seal: (nonce, ...rest) => { last = nonce.slice(); seal(nonce, ...rest) }, open: (_, ...rest) => open(last, ...rest) }
  }),
  'GCM: the third block and what follows is not enciphered': withGcm(({ seal }) => ({
    seal(nonce, associated, data, tag) {
      const rest = data.slice(32)
      seal(nonce, associated, data, tag)
      data.set(rest, 32)
    },
  })),
  'GCM: the third block and what follows is not authenticated': withGcm(({ open }, key) => {
    const known = new Map<string, Uint8Array>()
    const name = (nonce: Uint8Array, data: Uint8Array, tag: Uint8Array) => Buffer.concat([nonce, data.subarray(0, 32), tag]).toString('hex')
    return {
      open(nonce, associated, data, tag) {
        try {
          const sealed = data.slice()
          open(nonce, associated, data, tag)
          known.set(name(nonce, sealed, tag), associated.slice())
        } catch (error) {
          if (!equal(known.get(name(nonce, data, tag)) ?? new Uint8Array(1), associated)) throw error
          decipher(key, nonce, data)
        }
      },
    }
  }),
  'GCM: the counter wraps after 256 blocks': withGcm(({ seal, open }, key) => {
    const wrapped = (nonce: Uint8Array, data: Uint8Array) => { for (let at = 254 * 16; at < data.length; at += 16) nodeCrypto.aesCtr(key, Uint8Array.of(...nonce, 0, 0, 0, (at / 16 + 2) & 0xff))(data.subarray(at, at + 16)) }
    return {
      seal(nonce, associated, data, tag) {
        const plain = data.slice()
        seal(nonce, associated, data, tag)
        if (data.length > 254 * 16) { wrapped(nonce, plain); data.set(plain.subarray(254 * 16), 254 * 16) }
      },
      open,
    }
  }),
  'GCM: bytes behind the last whole block stay as they are': withGcm(({ seal, open }) => ({
    seal: (nonce, associated, data, tag) => seal(nonce, associated, data.subarray(0, data.length & ~15), tag),
    open: (nonce, associated, data, tag) => open(nonce, associated, data.subarray(0, data.length & ~15), tag),
  })),
  'GCM: after one refusal everything passes': withGcm(({ open }, key) => {
    let refused = false
    return {
      open(nonce, associated, data, tag) {
        if (refused) return decipher(key, nonce, data)
        try { open(nonce, associated, data, tag) } catch (error) { refused = true; throw error }
      },
    }
  }),
  'GCM: after one refusal nothing passes': withGcm(({ open }) => {
    let refused = false
    return {
      open(...packet) {
        if (refused) throw new Error('once refused')
        try { open(...packet) } catch (error) { refused = true; throw error }
      },
    }
  }),
  'GCM: a refusal is a result and no exception': withGcm(({ open }) => ({ open(...packet) { try { open(...packet) } catch { /* lost */ } } })),
  'GCM: a second key takes the place of the first': (() => {
    let last: PacketCipher
    return { ...nodeCrypto, aesGcm: (key) => { last = nodeCrypto.aesGcm(key); return alsoOpened({ seal: (...packet) => last.seal(...packet), open: (...packet) => last.open(...packet) }) } }
  })(),
  'GCM: opened gives the text in the memory that it came in': withGcm(({ open }) => ({ opened: (nonce, associated, data, tag) => { open(nonce, associated, data, tag); return data } })),
  'GCM: opened gives too little': withGcm(({ opened }) => ({ opened: (...packet) => opened(...packet).subarray(0, -16) })),
  'GCM: opened never looks at the tag': withGcm((_, key) => ({ opened: (nonce, _associated, data) => { const text = data.slice(); decipher(key, nonce, text); return text } })),
  'GCM: opened looks at no associated data': withGcm(({ opened }) => ({ opened: (nonce, associated, data, tag) => { try { return opened(nonce, associated, data, tag) } catch { return opened(nonce, ASSOCIATED, data, tag) } } })),
  'GCM: a byte behind the text is written': withGcm(({ seal }) => ({
    seal: (nonce, associated, data, tag) => { seal(nonce, associated, data, tag); new Uint8Array(data.buffer)[data.byteOffset + data.length] = 1 },
  })),
  'GCM: 256-bit keys are cut to 128': { ...nodeCrypto, aesGcm: (key) => nodeCrypto.aesGcm(key.subarray(0, 16)) },
  'CTR: no carry over 2^8': wrapping(8),
  'CTR: no carry over 2^32': wrapping(32),
  'CTR: no carry over 2^64': wrapping(64),
  'CTR: no carry over 2^96': wrapping(96),
  'CTR: the counter stands still': counting((start) => start),
  'CTR: every call begins again': withCtr((key, counter) => (data) => nodeCrypto.aesCtr(key, counter)(data)),
  'CTR: the second call gives nothing': withCtr((_key, _counter, right) => {
    let calls = 0
    return (data) => { if (calls++ === 0) right(data) }
  }),
  'CTR: a call of one block counts for two': withCtr((_key, _counter, right) => (data) => { right(data); if (data.length === 16) right(new Uint8Array(16)) }),
  'CTR: all keys share one stream': (() => {
    let only: Ctr
    return { ...nodeCrypto, aesCtr: (key, counter) => { only = nodeCrypto.aesCtr(key, counter); return (data) => only(data) } }
  })(),
  'CTR: what is beyond 512 bytes of a call stays as it is': withCtr((_key, _counter, right) => (data) => {
    const rest = data.slice(512)
    right(data)
    data.set(rest, 512)
  }),
  'CTR: the last block of a call is held back': withCtr((_key, _counter, right) => (data) => right(data.subarray(0, Math.max(16, data.length - 16)))),
  'CTR: 192-bit keys are cut to 128': { ...nodeCrypto, aesCtr: (key, counter) => nodeCrypto.aesCtr(key.length === 24 ? key.subarray(0, 16) : key, counter) },
  'CTR: the text is not in place': withCtr((_key, _counter, right) => (data) => right(data.slice())),
  'HMAC: the last part is left out': withHmac((parts, right) => right(parts.slice(0, -1))),
  'HMAC: the first part is left out': withHmac((parts, right) => right(parts.slice(1))),
  'HMAC: an empty part ends it': withHmac((parts, right) => { const end = parts.findIndex((part) => part.length === 0); return right(end < 0 ? parts : parts.slice(0, end)) }),
  'HMAC: what is beyond 4,096 bytes does not count': withHmac((parts, right) => right(parts.map((part) => part.subarray(0, 4_090)))),
  'HMAC: 32 bytes of SHA-512': withHmac((parts, right, hash) => hash === 'sha512' ? right(parts).subarray(0, 32) : right(parts)),
  'HMAC: the second half of SHA-512 is zero': withHmac((parts, right) => right(parts).fill(0, 32)),
  'HMAC: SHA-256 in place of SHA-512': { ...nodeCrypto, hmac: (_, key) => nodeCrypto.hmac('sha256', key) },
  'HMAC: a key of the first 32 bytes': { ...nodeCrypto, hmac: (hash, key) => nodeCrypto.hmac(hash, key.subarray(0, 32)) },
  'HMAC: what came before is in it': (() => ({
    ...nodeCrypto,
    hmac: (hash, key) => {
      const [right, all] = [nodeCrypto.hmac(hash, key), [] as Uint8Array[]]
      return (parts) => { all.push(...parts.map((part) => part.slice())); return right(all) }
    },
  }))(),
  'HMAC: the first value, again and again': { ...nodeCrypto, hmac: (hash, key) => { const right = nodeCrypto.hmac(hash, key); let value: Uint8Array; return (parts) => (value ??= right(parts)) } },
  'HMAC: nothing': withHmac(() => new Uint8Array(0)),
  'all of it throws': { aesCtr() { throw new Error('no') }, aesGcm() { throw new Error('no') }, hmac() { throw new Error('no') } },
}

it('the crypto of this runtime is sound, and used', () => {
  expect(isSound(nodeCrypto)).toBe(true)
  expect(hostCrypto()).toBe(nodeCrypto)
})

it.each(Object.entries(FAULTS))('found: %s', (_, crypto) => {
  expect(isSound(crypto)).toBe(false)
})

it('another implementation passes: the values are not of one alone', () => {
  const noble: HostCrypto = {
    aesCtr(key, counter) {
      const [own, start] = [key.slice(), counter.slice()]
      let done = 0
      return (data) => {
        data.set(ctr(own, start).encrypt(new Uint8Array(Buffer.concat([new Uint8Array(done), data]))).subarray(done))
        done += data.length
      }
    },
    aesGcm(key) {
      const own = key.slice()
      return alsoOpened({
        seal(nonce, associated, data, tag) {
          const sealed = gcm(own, nonce.slice(), associated.slice()).encrypt(data.slice())
          data.set(sealed.subarray(0, -16))
          tag.set(sealed.subarray(-16))
        },
        open: (nonce, associated, data, tag) => data.set(gcm(own, nonce.slice(), associated.slice()).decrypt(new Uint8Array(Buffer.concat([data, tag])))),
      })
    },
    hmac(hash, key) {
      const own = key.slice()
      return (parts) => hmac(hash === 'sha256' ? sha256 : sha512, own, new Uint8Array(Buffer.concat(parts)))
    },
  }
  expect(isSound(noble)).toBe(true)
})

it('the check leaves the stacks of later errors as they were', () => {
  const { stackTraceLimit } = Error
  isSound(nodeCrypto)
  isSound({ ...nodeCrypto, hmac: () => { throw new Error('no such hash') } })
  expect(Error.stackTraceLimit).toBe(stackTraceLimit)
})
