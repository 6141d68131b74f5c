// Shared secrets of the key exchanges (wasm/crypto-kex-{ec,dh,hybrid}.c): published vectors, Node's OpenSSL, refused values.
import { createECDH, ECDH, createHash, createPublicKey, diffieHellman, generateKeyPairSync, getDiffieHellman, randomBytes, type KeyObject } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { CRYPTO_BUILD_MS, type CryptoModule, cryptoModule, hex, libsodiumTest, mbedtlsVectors, requireCrypto, toHex } from './module.ts'

let module: CryptoModule

interface Exchange {
  readonly kex: number
  /** What is sent, without type and length. */
  readonly value: Uint8Array
}

function start(method: string): Exchange {
  const [packet, out] = [module.room(2048), module.room(4)]
  const length = module.call('test_kex_start', method, packet, out)
  expect(length).toBeGreaterThan(5)
  const sent = Buffer.from(module.get(packet, length))
  expect(sent.readUInt32BE(1)).toBe(length - 5)
  return { kex: Buffer.from(module.get(out, 4)).readUInt32LE(0), value: sent.subarray(5) }
}

/** K as it is hashed; undefined when the server's value is refused. */
function finish(method: string, { kex }: Exchange, value: Uint8Array): Uint8Array | undefined {
  const secret = module.room(2048)
  const length = module.call('test_kex_finish', method, kex, value, value.length, secret)
  return length < 0 ? undefined : module.get(secret, length)
}

const string = (data: Uint8Array): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  return Buffer.concat([length, data])
}
function mpint(bytes: Uint8Array): Buffer {
  let at = 0
  while (at < bytes.length && bytes[at] === 0) at++
  const rest = Buffer.from(bytes.subarray(at))
  return string(rest.length && (rest[0] as number) & 0x80 ? Buffer.concat([Buffer.of(0), rest]) : rest)
}
const big = (data: Uint8Array): bigint => BigInt(`0x${toHex(data) || '0'}`)
const bytes = (value: bigint): Buffer => {
  const text = value.toString(16)
  return Buffer.from(text.padStart(text.length + (text.length % 2), '0'), 'hex')
}
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (let b = base % modulus, e = exponent; e > 0n; e >>= 1n, b = (b * b) % modulus) if (e & 1n) result = (result * b) % modulus
  return result
}

describe.runIf(requireCrypto())('key exchange', () => {
  beforeAll(async () => {
    module = await cryptoModule()
  }, CRYPTO_BUILD_MS)

  const scalarmult = (scalar: Uint8Array, point: Uint8Array) => {
    const out = module.room(32)
    const status = module.call('crypto_scalarmult_curve25519', out, scalar, point)
    return { status, shared: module.get(out, 32) }
  }

  it('X25519: RFC 7748 section 5.2, with 1,000 iterations', () => {
    const examples = [
      ['a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4', 'e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c', 'c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552'],
      ['4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d', 'e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493', '95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957'],
    ] as const
    for (const [scalar, point, wanted] of examples) expect(toHex(scalarmult(hex(scalar), hex(point)).shared)).toBe(wanted)
    let [k, u] = [hex(`09${'00'.repeat(31)}`), hex(`09${'00'.repeat(31)}`)]
    for (let round = 1; round <= 1000; round++) {
      ;[k, u] = [scalarmult(k, u).shared, k]
      if (round === 1) expect(toHex(k)).toBe('422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079')
    }
    expect(toHex(k)).toBe('684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51')
  })

  it.each(['curve25519-sha256', 'curve25519-sha256@libssh.org'])('%s: the secret that Node computes, as mpint', (method) => {
    for (let round = 0; round < 20; round++) {
      const mine = start(method)
      const theirs = generateKeyPairSync('x25519')
      const jwk = (key: KeyObject) => Buffer.from(key.export({ format: 'jwk' }).x as string, 'base64url')
      const publicKey = { kty: 'OKP', crv: 'X25519', x: Buffer.from(mine.value).toString('base64url') }
      const wanted = diffieHellman({ privateKey: theirs.privateKey, publicKey: createPublicKey({ key: publicKey, format: 'jwk' }) })
      expect(Buffer.compare(finish(method, mine, jwk(theirs.publicKey)) as Uint8Array, mpint(wanted))).toBe(0)
    }
  })

  /** What one exchange in 256 has: K is hashed without leading zero bytes, and with one before a high bit (RFC 4251 section 5, RFC 8731 section 3.1). */
  const shapes: [string, (k: Uint8Array) => boolean][] = [
    ['one that begins with a high bit', (k) => (k[0] as number) >= 0x80],
    ['a zero byte and then a low bit', (k) => k[0] === 0 && (k[1] as number) < 0x80],
    ['a zero byte and then a high bit', (k) => k[0] === 0 && (k[1] as number) >= 0x80],
  ]

  it.each(shapes)('curve25519-sha256: K with %s', (_, wanted) => {
    const mine = start('curve25519-sha256')
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(mine.value).toString('base64url') }, format: 'jwk' })
    for (;;) {
      const theirs = generateKeyPairSync('x25519')
      const k = diffieHellman({ privateKey: theirs.privateKey, publicKey })
      if (!wanted(k)) continue
      const value = Buffer.from(theirs.publicKey.export({ format: 'jwk' }).x as string, 'base64url')
      return expect(toHex(finish('curve25519-sha256', mine, value) as Uint8Array)).toBe(mpint(k).toString('hex'))
    }
  })

  it('X25519: points that give zero, and values of another size, are refused', () => {
    const mine = start('curve25519-sha256')
    for (const point of ['00'.repeat(32), `01${'00'.repeat(31)}`, 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', `ecff${'ff'.repeat(29)}7f`]) {
      expect(finish('curve25519-sha256', mine, hex(point))).toBeUndefined()
    }
    for (const length of [0, 31, 33]) expect(finish('curve25519-sha256', mine, randomBytes(length))).toBeUndefined()
  })

  /** `static const char NAME[] = "..." "...";` of a C file. */
  const constants = () => new Map(
    [...libsodiumTest('kem_mlkem768').matchAll(/static const char (\w+)\[\] =((?:\s*"[0-9a-f]+")+);/g)]
      .map(([, name, text]) => [name as string, hex((text as string).replace(/[^0-9a-f]/g, ''))]))
  const keypair = (seed: Uint8Array) => {
    const [publicKey, secretKey] = [module.room(1184), module.room(2400)]
    expect(module.call('crypto_kem_mlkem768_seed_keypair', publicKey, secretKey, seed)).toBe(0)
    return { publicKey, secretKey }
  }

  it('ML-KEM-768: known answers of FIPS 203 (C2SP/CCTV and NIST) and Wycheproof', () => {
    const known = constants()
    const value = (name: string) => known.get(name) as Uint8Array
    for (const vector of ['tv1', 'tv2']) {
      const { publicKey, secretKey } = keypair(Buffer.concat([value(`${vector}_d`), value(`${vector}_z`)]))
      expect(toHex(module.get(publicKey, 32))).toBe(toHex(value(`${vector}_pk_prefix`)))
      const [ciphertext, secret] = [module.room(1088), module.room(32)]
      expect(module.call('crypto_kem_mlkem768_enc_deterministic', ciphertext, secret, publicKey, value(`${vector}_m`))).toBe(0)
      expect(toHex(module.get(ciphertext, 32))).toBe(toHex(value(`${vector}_ct_prefix`)))
      expect(toHex(module.get(secret, 32))).toBe(toHex(value(`${vector}_ss`)))
      module.call('crypto_kem_mlkem768_dec', secret, ciphertext, secretKey)
      expect(toHex(module.get(secret, 32))).toBe(toHex(value(`${vector}_ss`)))
    }
    const { publicKey, secretKey } = keypair(value('wycheproof_seed'))
    expect(toHex(module.get(publicKey, 1184))).toBe(toHex(value('wycheproof_ek')))
    const secret = module.room(32)
    module.call('crypto_kem_mlkem768_dec', secret, value('wycheproof_ct'), secretKey)
    expect(toHex(module.get(secret, 32))).toBe(toHex(value('wycheproof_ss')))
  })

  /** The server's half of a key encapsulation: ciphertext and secret for the client's key. */
  const kems = {
    mlkem768: {
      key: 1184, ciphertext: 1088,
      seal(key: Uint8Array) {
        const [ciphertext, secret] = [module.room(1088), module.room(32)]
        module.call('crypto_kem_mlkem768_enc_deterministic', ciphertext, secret, key, randomBytes(32))
        return [module.get(ciphertext, 1088), module.get(secret, 32)] as const
      },
    },
    sntrup761: {
      key: 1158, ciphertext: 1039,
      seal(key: Uint8Array) {
        const [ciphertext, secret] = [module.room(1039), module.room(32)]
        module.call('test_sntrup761', randomBytes(8192), 8192, key, null, ciphertext, secret)
        return [module.get(ciphertext, 1039), module.get(secret, 32)] as const
      },
    },
  }
  const points = {
    x25519: { length: 32, none: Buffer.alloc(32), answer: (point: Uint8Array) => {
      const scalar = randomBytes(32)
      return [scalarmult(scalar, hex(`09${'00'.repeat(31)}`)).shared, scalarmult(scalar, point).shared] as const
    } },
    nistp256: { length: 65, none: Buffer.concat([Buffer.of(4), Buffer.alloc(64)]), answer: (point: Uint8Array) => {
      const theirs = createECDH('prime256v1')
      return [theirs.generateKeys(), theirs.computeSecret(point)] as const
    } },
  }
  const hybrids = [
    ['mlkem768x25519-sha256', 'mlkem768', 'x25519', 'sha256'],
    ['mlkem768nistp256-sha256', 'mlkem768', 'nistp256', 'sha256'],
    ['sntrup761x25519-sha512', 'sntrup761', 'x25519', 'sha512'],
    ['sntrup761x25519-sha512@openssh.com', 'sntrup761', 'x25519', 'sha512'],
  ] as const

  it.each(hybrids)('%s: the hash of both secrets, as string; wrong values', (method, kemName, pointName, hash) => {
    const [kem, curve, mine] = [kems[kemName], points[pointName], start(method)]
    expect(mine.value.length).toBe(kem.key + curve.length)
    const [ciphertext, secret] = kem.seal(mine.value.subarray(0, kem.key))
    const [point, shared] = curve.answer(mine.value.subarray(kem.key))
    const answer = Buffer.concat([ciphertext, point])
    const wanted = string(createHash(hash).update(secret).update(shared).digest())
    const secretOf = (value: Uint8Array) => finish(method, mine, value)
    expect(toHex(secretOf(answer) as Uint8Array)).toBe(toHex(wanted))
    // A changed ciphertext gives another secret (implicit rejection), not an error; the signature then fails. So does another point.
    for (const at of [0, 5, kem.ciphertext - 33, kem.ciphertext - 1, ...pointName === 'x25519' ? [kem.ciphertext, answer.length - 2] : []]) {
      const changed = Buffer.from(answer)
      changed[at] = (changed[at] as number) ^ 1
      expect(toHex(secretOf(changed) as Uint8Array)).not.toBe(toHex(wanted))
    }
    for (const length of [0, 1, curve.length, kem.ciphertext, answer.length - 1]) expect(secretOf(answer.subarray(0, length))).toBeUndefined()
    expect(secretOf(Buffer.concat([answer, Buffer.of(0)]))).toBeUndefined()
    expect(secretOf(Buffer.concat([answer.subarray(1), Buffer.of(0)])) ?? Buffer.of()).not.toEqual(wanted)
    expect(secretOf(Buffer.concat([ciphertext, curve.none]))).toBeUndefined()
  })

  it('mlkem768nistp256-sha256: an x coordinate keeps its leading zeros; compressed points and such off the curve are refused', () => {
    const method = 'mlkem768nistp256-sha256'
    const mine = start(method)
    // With 1 as the client's scalar x is that of the server's point.
    module.call('test_kex_exponent', mine.kex, Buffer.of(1), 1, 1)
    const [ciphertext, secret] = kems.mlkem768.seal(mine.value.subarray(0, 1184))
    const point = (x: number, form: 'compressed' | 'uncompressed') =>
      ECDH.convertKey(Buffer.concat([Buffer.of(2), hex(x.toString(16).padStart(64, '0'))]), 'prime256v1', undefined, undefined, form) as Buffer
    const x = 5
    const wanted = createHash('sha256').update(secret).update(hex(x.toString(16).padStart(64, '0'))).digest()
    expect(toHex(finish(method, mine, Buffer.concat([ciphertext, point(x, 'uncompressed')])) as Uint8Array)).toBe(toHex(string(wanted)))
    expect(finish(method, mine, Buffer.concat([ciphertext, point(x, 'compressed')]))).toBeUndefined()
    const off = point(x, 'uncompressed')
    off[64] = (off[64] as number) ^ 1
    expect(finish(method, mine, Buffer.concat([ciphertext, off]))).toBeUndefined()
  })

  const curves = [['256', 'prime256v1'], ['384', 'secp384r1'], ['521', 'secp521r1']] as const

  it('ECDH: the examples of RFC 5903', () => {
    const vectors = mbedtlsVectors('ecdh', 'ecdh_primitive_testvec')
    expect(vectors).toHaveLength(3)
    for (const [id, scalar, , , , x, y, wanted] of vectors as [string, string, string, string, string, string, string, string][]) {
      const method = `ecdh-sha2-nistp${/SECP(\d+)R1/.exec(id)?.[1]}`
      const mine = start(method)
      module.call('test_kex_exponent', mine.kex, hex(scalar), scalar.length / 2, 1)
      const size = mine.value.length - 1
      const point = hex(`04${x.padStart(size, '0')}${y.padStart(size, '0')}`)
      expect(Buffer.compare(finish(method, mine, point) as Uint8Array, mpint(hex(wanted)))).toBe(0)
    }
  })

  it.each(curves)('ecdh-sha2-nistp%s: the secret that Node computes; points off the curve are refused', (bits, name) => {
    const method = `ecdh-sha2-nistp${bits}`
    const mine = start(method)
    const theirs = createECDH(name)
    const point = theirs.generateKeys()
    expect(Buffer.compare(finish(method, mine, point) as Uint8Array, mpint(theirs.computeSecret(mine.value)))).toBe(0)
    const off = Buffer.from(point)
    off[off.length - 1] = (off[off.length - 1] as number) ^ 1
    for (const bad of [off, Buffer.of(0), Buffer.alloc(0), Buffer.alloc(point.length, 4), point.subarray(0, -1), Buffer.concat([Buffer.of(4), Buffer.alloc(point.length - 1)])]) {
      expect(finish(method, mine, bad)).toBeUndefined()
    }
  })

  /** With 1 as the client's scalar or exponent K is what the server sends. */
  const one = (method: string): Exchange => {
    const mine = start(method)
    module.call('test_kex_exponent', mine.kex, Buffer.of(1), 1, 1)
    return mine
  }
  const small = [1n, 0x80n, 0x7fffn, 0x8000n, 1n << 64n]

  it.each(curves)('ecdh-sha2-nistp%s: K of a few bytes', (bits, name) => {
    const size = Math.ceil(Number(bits) / 8)
    for (const least of small) {
      let [x, point] = [least, undefined as Buffer | undefined]
      for (; point === undefined; x++) {
        try {
          point = ECDH.convertKey(Buffer.concat([Buffer.of(2), hex(x.toString(16).padStart(size * 2, '0'))]), name, undefined, undefined, 'uncompressed') as Buffer
        } catch {
          // No point of the curve has this x.
        }
      }
      expect(toHex(finish(`ecdh-sha2-nistp${bits}`, one(`ecdh-sha2-nistp${bits}`), point) as Uint8Array)).toBe(mpint(bytes(x - 1n)).toString('hex'))
    }
  })

  it('Diffie-Hellman: K of a few bytes', () => {
    const mine = one('diffie-hellman-group14-sha256')
    for (const k of small.map((value) => value + 1n)) {
      const sent = mpint(bytes(k))
      expect(toHex(finish('diffie-hellman-group14-sha256', mine, sent.subarray(4)) as Uint8Array)).toBe(sent.toString('hex'))
    }
  })

  it.each(['diffie-hellman-group14-sha256', 'diffie-hellman-group16-sha512', 'diffie-hellman-group18-sha512', 'ecdh-sha2-nistp521'])('%s: in slices, the larger the more', (method) => {
    const mine = start(method)
    const slices = module.call('test_slices')
    expect(slices).toBeGreaterThan({ 'ecdh-sha2-nistp521': 2, 'diffie-hellman-group14-sha256': 5, 'diffie-hellman-group16-sha512': 20 }[method] ?? 70)
    expect(finish(method, mine, mine.value)).toBeDefined()
    expect(module.call('test_slices')).toBeGreaterThanOrEqual(slices)
  })

  const groups = [['diffie-hellman-group14-sha256', 'modp14'], ['diffie-hellman-group16-sha512', 'modp16'], ['diffie-hellman-group18-sha512', 'modp18'], ['diffie-hellman-group1-sha1', 'modp2']] as const
  it.each(groups)('%s: in the group that Node calls %s', (method, name) => {
    const p = big(getDiffieHellman(name).getPrime())
    const mine = start(method)
    const at = module.room(64)
    module.function('test_kex_exponent')(mine.kex, at, 64, 0)
    const x = big(module.get(at, 64))
    expect(x >> 511n).toBe(1n)
    expect(big(mine.value)).toBe(power(2n, x, p))
    const f = power(2n, big(randomBytes(64)), p)
    const sent = mpint(bytes(f)).subarray(4)
    expect(Buffer.compare(finish(method, mine, sent) as Uint8Array, mpint(bytes(power(f, x, p))))).toBe(0)
  })

  it('Diffie-Hellman: 0, 1, p - 1, p and more, negative and endless values are refused', () => {
    const method = 'diffie-hellman-group14-sha256'
    const p = big(getDiffieHellman('modp14').getPrime())
    const mine = start(method)
    for (const value of [0n, 1n, p - 1n, p, p + 2n]) expect(finish(method, mine, mpint(bytes(value)).subarray(4))).toBeUndefined()
    for (const value of [Buffer.alloc(0), Buffer.of(0x80, 1), Buffer.alloc(5000, 1)]) expect(finish(method, mine, value)).toBeUndefined()
    expect(finish(method, mine, Buffer.of(2))).toBeDefined()
  })

  it('group exchange: groups that are too small, too large or degenerate are refused', () => {
    const accepted = (p: bigint, g: bigint, after = Buffer.alloc(0)) => {
      const packet = Buffer.concat([Buffer.of(31), mpint(bytes(p)), mpint(bytes(g)), after])
      return module.call('test_kex_group', packet, packet.length) === 0
    }
    const p = big(getDiffieHellman('modp14').getPrime())
    expect(accepted(p, 2n)).toBe(true)
    expect(accepted(big(getDiffieHellman('modp18').getPrime()), 5n)).toBe(true)
    expect(accepted(big(getDiffieHellman('modp2').getPrime()), 2n)).toBe(false)
    expect(accepted((1n << 2046n) + 1n, 2n)).toBe(false)
    expect(accepted((1n << 8192n) + 1n, 2n)).toBe(false)
    expect(accepted(p + 1n, 2n)).toBe(false)
    for (const g of [0n, 1n, p - 1n, p]) expect(accepted(p, g)).toBe(false)
    expect(accepted(p, 2n, Buffer.of(0))).toBe(false)
    expect(module.call('test_kex_group', Buffer.of(31), 1)).not.toBe(0)
  })
})
