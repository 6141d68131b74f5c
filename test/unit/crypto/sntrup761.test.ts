// sntrup761 (wasm/crypto-sntrup761.c) against TinySSH's own checksums of what it does with known random bytes, and against what must not be taken.
import { createCipheriv, randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { CRYPTO_BUILD_MS, type CryptoModule, cryptoModule, randomness, requireCrypto, tinysshChecksums, toHex } from './module.ts'

const [PUBLIC, SECRET, CIPHERTEXT, SHARED] = [1158, 1763, 1039, 32] as const

/** Salsa20's core of its specification: 16 words of which four are `sigma`, eight the key and four the input. */
function salsa(input: Uint8Array, key: Uint8Array): Uint8Array {
  const word = (bytes: Uint8Array, at: number) => Buffer.from(bytes).readUInt32LE(4 * at)
  const sigma = Buffer.from('expand 32-byte k')
  const from = [word(sigma, 0), ...[0, 1, 2, 3].map((at) => word(key, at)), word(sigma, 1), ...[0, 1, 2, 3].map((at) => word(input, at)), word(sigma, 2), ...[4, 5, 6, 7].map((at) => word(key, at)), word(sigma, 3)]
  const x = Uint32Array.from(from)
  const turn = (to: number, a: number, b: number, n: number) => {
    const sum = ((x[a] as number) + (x[b] as number)) | 0
    x[to] = (x[to] as number) ^ ((sum << n) | (sum >>> (32 - n)))
  }
  const quarter = (a: number, b: number, c: number, d: number) => { turn(b, a, d, 7); turn(c, b, a, 9); turn(d, c, b, 13); turn(a, d, c, 18) }
  for (let round = 0; round < 10; round++) {
    quarter(0, 4, 8, 12); quarter(5, 9, 13, 1); quarter(10, 14, 2, 6); quarter(15, 3, 7, 11)
    quarter(0, 1, 2, 3); quarter(5, 6, 7, 4); quarter(10, 11, 8, 9); quarter(15, 12, 13, 14)
  }
  const out = Buffer.alloc(64)
  x.forEach((value, at) => out.writeUInt32LE((value + (from[at] as number)) >>> 0, 4 * at))
  return out
}

/** What TinySSH's test-crypto.c (from SUPERCOP's try-anything.c) makes of results, and what it takes for random. */
class Known {
  #state: Uint8Array = new Uint8Array(64)
  #key: Uint8Array = new Uint8Array(32)
  #vectors = 0n
  #stream = Buffer.alloc(0)

  checksum(data: Uint8Array): void {
    let at = 0
    for (; data.length - at >= 16; at += 16) this.#state = salsa(data.subarray(at, at + 16), this.#state)
    const block = new Uint8Array(16)
    block.set(data.subarray(at))
    block[data.length - at] = 1
    this.#state[0] = (this.#state[0] as number) ^ 1
    this.#state = salsa(block, this.#state)
  }

  result(): string {
    return toHex(this.#state.subarray(0, 32))
  }

  /** The next bytes of `knownrandombytes`; how many are used is told afterwards. */
  random(length: number): Uint8Array {
    while (this.#stream.length < length) {
      const made = createCipheriv('chacha20', this.#key, Buffer.alloc(16)).update(Buffer.alloc(32 + 736))
      this.#key = made.subarray(0, 32)
      this.#stream = Buffer.concat([this.#stream, made.subarray(32)])
    }
    return this.#stream.subarray(0, length)
  }

  used(length: number): void {
    this.#stream = this.#stream.subarray(length)
  }

  /** `myrandom() % below`. */
  number(below: number): number {
    const nonce = Buffer.alloc(16)
    nonce.writeBigUInt64LE(this.#vectors++)
    return Number(Buffer.from(salsa(nonce, Buffer.from('generate inputs for test vectors'))).readBigUInt64LE() % BigInt(below))
  }
}

describe.runIf(requireCrypto())('sntrup761', () => {
  let module: CryptoModule
  beforeAll(async () => {
    module = await cryptoModule()
  }, CRYPTO_BUILD_MS)

  const decapsulate = (ciphertext: Uint8Array, secretKey: Uint8Array) => {
    const shared = module.room(SHARED)
    expect(module.call('sntrup761_decapsulate', shared, ciphertext, secretKey)).toBe(0)
    return module.get(shared, SHARED)
  }
  const keypair = () => {
    const [publicKey, secretKey] = [module.room(PUBLIC), module.room(SECRET)]
    expect(module.call('sntrup761_keypair', publicKey, secretKey)).toBe(0)
    return { publicKey: module.get(publicKey, PUBLIC), secretKey: module.get(secretKey, SECRET) }
  }
  const encapsulate = (publicKey: Uint8Array) => {
    const [ciphertext, shared] = [module.room(CIPHERTEXT), module.room(SHARED)]
    module.call('test_sntrup761', randomBytes(8192), 8192, publicKey, null, ciphertext, shared)
    return { ciphertext: module.get(ciphertext, CIPHERTEXT), shared: module.get(shared, SHARED) }
  }

  it('key pairs, ciphertexts and secrets have the checksum of TinySSH over eight rounds', () => {
    const wanted = tinysshChecksums('kem_sntrup761')[0]
    expect(wanted).toMatch(/^[0-9a-f]{64}$/)
    const known = new Known()
    const [publicKey, secretKey, ciphertext, shared] = [PUBLIC, SECRET, CIPHERTEXT, SHARED].map((length) => module.room(length)) as [number, number, number, number]
    const run = (secret: number | null) => {
      const bytes = known.random(65_536)
      known.used(bytes.length - module.call('test_sntrup761', bytes, bytes.length, publicKey, secret, ciphertext, shared))
    }
    for (let round = 0; round < 8; round++) {
      run(secretKey)
      known.checksum(module.get(publicKey, PUBLIC))
      known.checksum(module.get(secretKey, SECRET))
      run(null)
      const sealed = module.get(ciphertext, CIPHERTEXT)
      known.checksum(sealed)
      known.checksum(module.get(shared, SHARED))
      const opened = decapsulate(sealed, module.get(secretKey, SECRET))
      expect(toHex(opened)).toBe(toHex(module.get(shared, SHARED)))
      known.checksum(opened)
      for (let change = 0; change < 3; change++) {
        // `c[myrandom() % clen] += 1 + (myrandom() % 255)`: the right side first.
        const add = 1 + known.number(255)
        const at = known.number(CIPHERTEXT)
        sealed[at] = (sealed[at] as number) + add
        known.checksum(decapsulate(sealed, module.get(secretKey, SECRET)))
      }
    }
    expect(known.result()).toBe(wanted)
  }, 120_000)

  it('each key pair is another one, and opens what was sealed for it alone', () => {
    const [one, two] = [keypair(), keypair()]
    expect(Buffer.compare(one.publicKey, two.publicKey)).not.toBe(0)
    const { ciphertext, shared } = encapsulate(one.publicKey)
    expect(toHex(decapsulate(ciphertext, one.secretKey))).toBe(toHex(shared))
    expect(toHex(decapsulate(ciphertext, two.secretKey))).not.toBe(toHex(shared))
  })

  it('any flipped bit of a ciphertext gives another secret, the same each time', () => {
    const { publicKey, secretKey } = keypair()
    const { ciphertext, shared } = encapsulate(publicKey)
    for (let at = 0; at < CIPHERTEXT; at += 61) {
      const changed = Uint8Array.from(ciphertext)
      changed[at] = (changed[at] as number) ^ (1 << at % 8)
      const secret = toHex(decapsulate(changed, secretKey))
      expect(secret).not.toBe(toHex(shared))
      expect(toHex(decapsulate(changed, secretKey))).toBe(secret)
    }
  }, 120_000)

  it('without randomness there is no key pair', () => {
    randomness.fails = true
    try {
      expect(module.call('sntrup761_keypair', module.room(PUBLIC), module.room(SECRET))).not.toBe(0)
    } finally {
      randomness.fails = false
    }
  })
})
