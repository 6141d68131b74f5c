// Ciphers and MACs of wasm/crypto-{cipher,gcm,ghash,chachapoly,mac}.c against published vectors and Node's OpenSSL:
// our own code, and the same with the ciphers of the runtime (src/transports/host-crypto/).
import { poly1305 } from '@noble/ciphers/_poly1305.js'
import { createCipheriv, createHash, createHmac, randomBytes, randomInt } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { hostCrypto } from '../../../src/transports/host-crypto/node.ts'
import type { HostCrypto } from '../../../src/runtime/host-crypto.ts'
import { CRYPTO_BUILD_MS, type CryptoModule, cryptoModule, hex, mbedtlsVectors, requireCrypto, toHex } from './module.ts'

let module: CryptoModule
const possible = requireCrypto()

/** Runs data through a cipher method as transport.c does; `extra` bytes of room for a tag. */
function crypt(method: string, iv: Uint8Array, key: Uint8Array, encrypt: boolean, data: Uint8Array, options: { seqno?: number; length?: number } = {}) {
  const cipher = module.call('test_cipher_new', method, iv, key, encrypt ? 1 : 0)
  expect(cipher).not.toBe(0)
  const at = module.put(data)
  const status = module.function('test_cipher_crypt')(cipher, options.seqno ?? 0, at, options.length ?? data.length)
  module.function('test_cipher_free')(cipher)
  return { status, data: module.get(at, data.length) }
}

/** Whose AES and HMAC it is. */
const implementations: [string, HostCrypto | undefined][] = [['WebAssembly', undefined], ['of the runtime', hostCrypto()]]

it('this runtime has ciphers of its own', () => {
  expect(hostCrypto()).toBeDefined()
})

describe.runIf(possible).each(implementations)('ciphers, %s', (_, host) => {
  beforeAll(async () => {
    module = await cryptoModule(host)
  }, CRYPTO_BUILD_MS)

  it('AES-CTR: NIST SP 800-38A, F.5', () => {
    const vectors = mbedtlsVectors('aes.ctr', 'aes_ctr').filter((vector) => vector[4] === '0')
    expect(vectors.length).toBeGreaterThanOrEqual(3)
    for (const [key, iv, plain, sealed] of vectors as [string, string, string, string][]) {
      if (hex(plain).length % 16) continue
      expect(toHex(crypt(`aes${key.length * 4}-ctr`, hex(iv), hex(key), true, hex(plain)).data)).toBe(sealed.toLowerCase())
    }
  })

  it('AES-CBC, both ways: NIST AESAVS known answers', () => {
    for (const [name, encrypt] of [['aes_encrypt_cbc', true], ['aes_decrypt_cbc', false]] as const) {
      const vectors = mbedtlsVectors('aes.cbc', name).filter((vector) => vector[4] === '0')
      expect(vectors.length).toBeGreaterThan(30)
      for (const [key, iv, before, after] of vectors as [string, string, string, string][]) {
        expect(toHex(crypt(`aes${key.length * 4}-cbc`, hex(iv), hex(key), encrypt, hex(before)).data)).toBe(after.toLowerCase())
      }
    }
  })

  it('3DES-CBC, both ways: the example of NIST SP 800-67', () => {
    for (const [name, encrypt] of [['des3_encrypt_cbc', true], ['des3_decrypt_cbc', false]] as const) {
      const vectors = mbedtlsVectors('des', name).filter((vector) => vector[0] === '3' && vector[5] === '0')
      expect(vectors.length).toBeGreaterThan(0)
      for (const [, key, iv, before, after] of vectors as [string, string, string, string, string][]) {
        expect(toHex(crypt('3des-cbc', hex(iv), hex(key), encrypt, hex(before)).data)).toBe(after.toLowerCase())
      }
    }
  })

  it.each(['aes256-ctr', 'aes128-cbc', '3des-cbc'])('%s goes on from call to call', (method) => {
    const [key, iv, data] = [randomBytes(32), randomBytes(16), randomBytes(4800)]
    const whole = crypt(method, iv, key, true, data).data
    const cipher = module.call('test_cipher_new', method, iv, key, 1)
    const at = module.put(data)
    for (let done = 0, step = 48; done < data.length; done += step) module.function('test_cipher_crypt')(cipher, 0, at + done, step)
    expect(module.get(at, data.length)).toEqual(whole)
  })

  it('AES-GCM: NIST CAVP, 128 and 256 bits, many lengths of text and associated data', () => {
    for (const suite of ['gcm.aes128_en', 'gcm.aes256_en']) {
      const vectors = mbedtlsVectors(suite, 'gcm_encrypt_and_tag').filter((vector) => vector[8] === '0')
      expect(vectors.length).toBeGreaterThan(100)
      for (const [, key, plain, nonce, aad, sealed, , tag] of vectors as [string, string, string, string, string, string, string, string][]) {
        const [data, out, length] = [module.put(hex(plain)), module.room(16), plain.length / 2]
        module.call('test_gcm', hex(key), key.length / 2, hex(nonce), nonce.length / 2, hex(aad), aad.length / 2, data, length, out)
        expect(toHex(module.get(data, length))).toBe(sealed.toLowerCase())
        expect(toHex(module.get(out, tag.length / 2))).toBe(tag.toLowerCase())
      }
    }
  })

  it('AES-GCM: every length around those where blocks go side by side, by Node\'s OpenSSL', () => {
    const text = randomBytes(70_000)
    const lengths = [...Array.from({ length: 1100 }, (_, at) => at), 4095, 4096, 4097, 32_768, 65_551]
    for (const length of lengths) {
      const [key, nonce, aad] = [randomBytes(length % 2 ? 16 : 32), randomBytes(12), text.subarray(0, length % 7 ? 4 : length)]
      const cipher = createCipheriv(length % 2 ? 'aes-128-gcm' : 'aes-256-gcm', key, nonce)
      cipher.setAAD(aad)
      const sealed = Buffer.concat([cipher.update(text.subarray(0, length)), cipher.final()])
      const [data, out] = [module.put(text.subarray(0, length)), module.room(16)]
      module.call('test_gcm', key, key.length, nonce, nonce.length, aad, aad.length, data, length, out)
      expect(Buffer.compare(sealed, module.get(data, length)), `${length}`).toBe(0)
      expect(toHex(module.get(out, 16)), `${length}`).toBe(toHex(cipher.getAuthTag()))
    }
  })
})

/** An SSH packet as transport.c fills it: length, body, room for the tag. */
function packet(body: Uint8Array): Buffer {
  const whole = Buffer.alloc(4 + body.length + 16)
  whole.writeUInt32BE(body.length)
  whole.set(body, 4)
  return whole
}

/** The packets that aesN-gcm@openssh.com makes, by Node's OpenSSL. */
function gcmByNode(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Buffer {
  const cipher = createCipheriv(key.length === 16 ? 'aes-128-gcm' : 'aes-256-gcm', key, nonce)
  cipher.setAAD(plain.subarray(0, 4))
  return Buffer.concat([plain.subarray(0, 4), cipher.update(plain.subarray(4, -16)), cipher.final(), cipher.getAuthTag()])
}

/** PROTOCOL.chacha20poly1305 of OpenSSH, by Node's OpenSSL and another Poly1305. */
function chachapolyByNode(key: Uint8Array, seqno: number, plain: Uint8Array): Buffer {
  const stream = (part: Uint8Array, block: number) => {
    const iv = Buffer.alloc(16)
    iv.writeUInt32LE(block, 0)
    iv.writeUInt32BE(seqno, 12)
    return createCipheriv('chacha20', part, iv)
  }
  const [bodyKey, lengthKey] = [key.subarray(0, 32), key.subarray(32)]
  const sealed = Buffer.concat([stream(lengthKey, 0).update(plain.subarray(0, 4)), stream(bodyKey, 1).update(plain.subarray(4, -16))])
  return Buffer.concat([sealed, poly1305(new Uint8Array(sealed), new Uint8Array(stream(bodyKey, 0).update(Buffer.alloc(32))))])
}

describe.runIf(possible).each(implementations)('packets of AEAD ciphers, %s', (_, host) => {
  beforeAll(async () => {
    module = await cryptoModule(host)
  }, CRYPTO_BUILD_MS)
  const methods = ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com']
  const keys = { 'aes128-gcm@openssh.com': 16, 'aes256-gcm@openssh.com': 32, 'chacha20-poly1305@openssh.com': 64 } as Record<string, number>

  it.each(methods)('%s: sealed as Node does it, for every size', (method) => {
    for (const size of [16, 32, 48, 96, 112, 128, 144, 256, 496, 512, 528, 1024, 8208, 32768]) {
      const [key, iv, seqno] = [randomBytes(keys[method] as number), randomBytes(12), 0xfffffff0 + (size % 16)]
      const plain = packet(randomBytes(size))
      const wanted = method.startsWith('aes') ? gcmByNode(key, iv, plain) : chachapolyByNode(key, seqno, plain)
      expect(Buffer.compare(crypt(method, iv, key, true, plain, { seqno, length: 4 + size }).data, wanted)).toBe(0)
      const opened = crypt(method, iv, key, false, wanted, { seqno, length: size })
      expect(opened.status).toBe(0)
      expect(Buffer.compare(opened.data.subarray(4, 4 + size), plain.subarray(4, 4 + size))).toBe(0)
    }
  })

  // With the runtime's ciphers, AES-GCM of up to 112 bytes is the module's own.
  it.each(methods.flatMap((method) => [48, 112, 128].map((size) => [method, size] as const)))('%s: any changed bit of %i bytes is found, and there is no text then', (method, size) => {
    const [key, iv] = [randomBytes(keys[method] as number), randomBytes(12)]
    const sealed = crypt(method, iv, key, true, packet(randomBytes(size)), { length: 4 + size }).data
    for (let at = 0; at < sealed.length; at++) {
      const changed = new Uint8Array(sealed)
      changed[at] = (changed[at] as number) ^ (1 << (at % 8))
      const opened = crypt(method, iv, key, false, changed, { length: size })
      expect(opened.status).not.toBe(0)
      // ChaCha20 deciphers while it authenticates, and takes the text away again; the others do nothing before.
      expect(opened.data).toEqual(method.startsWith('chacha') ? changed.map((byte, index) => (index >= 4 && index < 4 + size ? 0 : byte)) : changed)
    }
  })

  it.each(methods)('%s: no text of a long packet whose last bit is wrong', (method) => {
    const [key, iv, size] = [randomBytes(keys[method] as number), randomBytes(12), 4096]
    const sealed = crypt(method, iv, key, true, packet(randomBytes(size)), { length: 4 + size }).data
    sealed[sealed.length - 1] = (sealed[sealed.length - 1] as number) ^ 0x80
    const opened = crypt(method, iv, key, false, sealed, { length: size })
    expect(opened.status).not.toBe(0)
    expect(opened.data.subarray(4, 4 + size)).toEqual(method.startsWith('chacha') ? new Uint8Array(size) : sealed.subarray(4, 4 + size))
  })

  it.each(methods)('%s: lengths that are no packet are refused', (method) => {
    for (const length of [0, 1, 4, 7, 17]) {
      expect(crypt(method, randomBytes(12), randomBytes(64), false, packet(randomBytes(64)), { length }).status).not.toBe(0)
    }
    expect(crypt(method, randomBytes(12), randomBytes(64), true, packet(randomBytes(64)), { length: 3 }).status).not.toBe(0)
  })

  it.each(['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com'])('%s: the nonce counts packets and carries', (method) => {
    const [key, iv] = [randomBytes(keys[method] as number), Buffer.from('01020304fffffffffffffffe', 'hex')]
    // Small packets and large ones, which may have different ciphers, count together.
    for (const sizes of [[32, 32, 32, 32], [32, 1024, 112, 128], [4096, 16, 128, 112]]) {
      const sealing = module.call('test_cipher_new', method, iv, key, 1)
      const opening = module.call('test_cipher_new', method, iv, key, 0)
      for (const [at, nonce] of ['01020304fffffffffffffffe', '01020304ffffffffffffffff', '010203040000000000000000', '010203040000000000000001'].entries()) {
        const size = sizes[at]!
        const plain = packet(randomBytes(size))
        const place = module.put(plain)
        module.function('test_cipher_crypt')(sealing, 0, place, 4 + size)
        expect(Buffer.compare(module.get(place, plain.length), gcmByNode(key, hex(nonce), plain))).toBe(0)
        expect(module.function('test_cipher_crypt')(opening, 0, place, size)).toBe(0)
        expect(Buffer.compare(module.get(place, 4 + size), plain.subarray(0, 4 + size))).toBe(0)
      }
    }
  })

  it('the length of a packet is read before the rest is there', () => {
    for (const method of methods) {
      const [key, iv] = [randomBytes(keys[method] as number), randomBytes(12)]
      const sealed = crypt(method, iv, key, true, packet(randomBytes(48)), { length: 52, seqno: 7 }).data
      const cipher = module.call('test_cipher_new', method, iv, key, 0)
      expect(module.call('test_cipher_length', cipher, 7, sealed, 4)).toBe(48)
      expect(module.call('test_cipher_length', cipher, 7, sealed, 3)).toBe(-1)
    }
  })
})

describe.runIf(possible).each(implementations)('hashes and MACs, %s', (_, host) => {
  beforeAll(async () => {
    module = await cryptoModule(host)
  }, CRYPTO_BUILD_MS)
  const digest = (bits: number, data: Uint8Array, length: number) => {
    const out = module.room(64)
    module.call('test_hash', bits, data, data.length, out)
    return toHex(module.get(out, length))
  }

  it('SHA-1 and SHA-2: "abc" of FIPS 180-4, and lengths around a block against Node', () => {
    expect(digest(1, Buffer.from('abc'), 20)).toBe('a9993e364706816aba3e25717850c26c9cd0d89d')
    expect(digest(256, Buffer.from('abc'), 32)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    for (const [bits, name, length] of [[1, 'sha1', 20], [256, 'sha256', 32], [384, 'sha384', 48], [512, 'sha512', 64]] as const) {
      for (const size of [0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 5000]) {
        const data = randomBytes(size)
        expect(digest(bits, data, length)).toBe(createHash(name).update(data).digest('hex'))
      }
    }
  })

  // RFC 4231, key and data of test cases 1-4, 6 and 7. Shorter keys are padded with zeros and longer ones hashed, which
  // is what HMAC does with them: SSH's keys have the digest's length.
  const cases: [string, string][] = [
    ['0b'.repeat(20), Buffer.from('Hi There').toString('hex')],
    [Buffer.from('Jefe').toString('hex'), Buffer.from('what do ya want for nothing?').toString('hex')],
    ['aa'.repeat(20), 'dd'.repeat(50)],
    ['0102030405060708090a0b0c0d0e0f10111213141516171819', 'cd'.repeat(50)],
    ['aa'.repeat(131), Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First').toString('hex')],
  ]
  const published: [string, string, string][] = [
    ['hmac-sha2-256', '0', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    ['hmac-sha2-256', '1', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
    ['hmac-sha2-512', '1', '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737'],
  ]
  const hmac = (method: string, name: string, length: number, key: Uint8Array, data: Uint8Array, keyLength = length) => {
    const fitted = Buffer.alloc(keyLength)
    fitted.set(key.length > 64 ? createHash(name).update(key).digest() : key)
    const mac = module.call('test_mac_new', method, fitted)
    const out = module.room(64)
    // The sequence number is the first four bytes of what is authenticated.
    for (let round = 0; round < 2; round++) module.call('test_mac', mac, Buffer.from(data).readUInt32BE(0), data.subarray(4), data.length - 4, out)
    return toHex(module.get(out, length))
  }

  it('HMAC: the values of RFC 4231', () => {
    for (const [method, index, wanted] of published) {
      const [key, data] = cases[Number(index)] as [string, string]
      expect(hmac(method, method === 'hmac-sha2-256' ? 'sha256' : 'sha512', wanted.length / 2, hex(key), hex(data))).toBe(wanted)
    }
  })

  it.each([['hmac-sha2-256', 'sha256', 32], ['hmac-sha2-512', 'sha512', 64], ['hmac-sha1', 'sha1', 20], ['hmac-sha1-96', 'sha1', 12, 20], ['hmac-md5', 'md5', 16], ['hmac-sha2-256-etm@openssh.com', 'sha256', 32]] as [string, string, number, number?][])(
    '%s: as Node computes it', (method, name, length, keyLength: number = length) => {
      for (const [key, data] of cases.filter(([key]) => key.length <= 2 * keyLength || key.length > 128)) {
        expect(hmac(method, name, length, hex(key), hex(data), keyLength)).toBe(createHmac(name, hex(key)).update(hex(data)).digest('hex').slice(0, 2 * length))
      }
    })
})

describe.runIf(possible)('the runtime and WebAssembly agree', () => {
  const both = async () => [await cryptoModule(), await cryptoModule(hostCrypto())] as const

  it('on AES-CTR, for random lengths cut into random runs of blocks', async () => {
    const modules = await both()
    for (const bits of [128, 192, 256]) {
      for (let round = 0; round < 8; round++) {
        const [key, iv, data] = [randomBytes(bits / 8), randomBytes(16), randomBytes(16 * randomInt(1, 3000))]
        const runs: number[] = []
        for (let rest = data.length; rest > 0; rest -= runs.at(-1) as number) runs.push(Math.min(rest, 16 * randomInt(1, 2100)))
        const [ours, theirs] = modules.map((module) => {
          const [cipher, at] = [module.call('test_cipher_new', `aes${bits}-ctr`, iv, key, 1), module.put(data)]
          let done = 0
          for (const run of runs) {
            expect(module.function('test_cipher_crypt')(cipher, 0, at + done, run)).toBe(0)
            done += run
          }
          module.function('test_cipher_free')(cipher)
          return module.get(at, data.length)
        })
        expect(Buffer.compare(ours as Uint8Array, theirs as Uint8Array)).toBe(0)
      }
    }
  })

  it.each([0, 1, 7, 8, 9])('on AES-CTR, with %i blocks before the low half of the counter is full, and before all of it is', async (left) => {
    const modules = await both()
    for (const high of ['0123456789abcdef', 'f'.repeat(16)]) {
      const iv = hex(high + ((1n << 64n) - 1n - BigInt(left)).toString(16))
      const [key, data] = [randomBytes(32), randomBytes(640)]
      const [ours, theirs] = modules.map((module) => {
        const [cipher, at] = [module.call('test_cipher_new', 'aes256-ctr', iv, key, 1), module.put(data)]
        for (const [from, to] of [[0, 32], [32, 640]] as const) expect(module.function('test_cipher_crypt')(cipher, 0, at + from, to - from)).toBe(0)
        return module.get(at, data.length)
      })
      expect(Buffer.compare(ours as Uint8Array, theirs as Uint8Array)).toBe(0)
    }
  })

  it('on AES-GCM, packet after packet: what one has sealed the other opens', async () => {
    const [ours, theirs] = await both()
    for (const bits of [128, 256]) {
      const [key, iv] = [randomBytes(bits / 8), randomBytes(12)]
      const [sealing, opening] = [ours, theirs].map((module, encrypt) => [1 - encrypt, encrypt].map((way) => module.call('test_cipher_new', `aes${bits}-gcm@openssh.com`, iv, key, way)))
      for (let round = 0; round < 40; round++) {
        const plain = packet(randomBytes(16 * randomInt(1, 2200)))
        const body = plain.length - 20
        // The first ciphers of both seal, the second ones open; then the other way round.
        for (const [from, fromCipher, to, toCipher] of [[ours, sealing?.[0], theirs, opening?.[0]], [theirs, opening?.[1], ours, sealing?.[1]]] as const) {
          const sealed = from.put(plain)
          expect(from.function('test_cipher_crypt')(fromCipher as number, round, sealed, 4 + body)).toBe(0)
          const opened = to.put(from.get(sealed, plain.length))
          expect(to.function('test_cipher_crypt')(toCipher as number, round, opened, body)).toBe(0)
          expect(Buffer.compare(to.get(opened, 4 + body), plain.subarray(0, 4 + body))).toBe(0)
        }
      }
    }
  })

  it.each(['hmac-sha2-256', 'hmac-sha2-512-etm@openssh.com'])('on %s, of random lengths', async (method) => {
    const modules = await both()
    const key = randomBytes(64)
    for (let round = 0; round < 60; round++) {
      const [seqno, data] = [randomInt(2 ** 32), randomBytes(randomInt(0, 40_000))]
      const [ours, theirs] = modules.map((module) => {
        const out = module.room(64)
        expect(module.call('test_mac', module.call('test_mac_new', method, key), seqno, data, data.length, out)).toBe(0)
        return toHex(module.get(out, method.includes('512') ? 64 : 32))
      })
      expect(ours).toBe(theirs)
    }
  })
})
