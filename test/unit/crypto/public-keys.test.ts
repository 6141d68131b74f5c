// Host key signatures (wasm/crypto-hostkey.c, crypto-publickey.c): published vectors, Node's OpenSSL, and what is refused.
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { quickest } from '../../support/quickest.ts'
import { CRYPTO_BUILD_MS, type CryptoModule, cryptoModule, hex, libsodiumTest, mbedtlsVectors, requireCrypto } from './module.ts'

let module: CryptoModule

const string = (data: Uint8Array | string): Buffer => {
  const bytes = Buffer.from(data)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
const mpint = (bytes: Uint8Array): Buffer => {
  let at = 0
  while (at < bytes.length && bytes[at] === 0) at++
  const rest = Buffer.from(bytes.subarray(at))
  return string(rest.length && (rest[0] as number) & 0x80 ? Buffer.concat([Buffer.of(0), rest]) : rest)
}
const blob = (...parts: (Uint8Array | string)[]): Buffer => Buffer.concat(parts.map(string))

function verify(method: string, key: Uint8Array, signature: Uint8Array, message: Uint8Array, preferences: string | null = null): boolean {
  return module.call('test_hostkey_verify', method, preferences, key, key.length, signature, signature.length, message, message.length) === 0
}

const field = (key: KeyObject, name: 'x' | 'y' | 'n' | 'e'): Buffer => Buffer.from(key.export({ format: 'jwk' })[name] as string, 'base64url')

function rsa(bits: number) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  return { key: Buffer.concat([string('ssh-rsa'), mpint(field(publicKey, 'e')), mpint(field(publicKey, 'n'))]), privateKey, publicKey }
}

function ecdsa(curve: string, node: string, hash: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: node })
  const point = Buffer.concat([Buffer.of(4), field(publicKey, 'x'), field(publicKey, 'y')])
  const signed = (message: Uint8Array) => {
    const raw = sign(hash, message, { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return Buffer.concat([mpint(raw.subarray(0, raw.length / 2)), mpint(raw.subarray(raw.length / 2))])
  }
  return { type: `ecdsa-sha2-${curve}`, point, signed, key: blob(`ecdsa-sha2-${curve}`, curve, point) }
}

describe.runIf(requireCrypto())('host key signatures', () => {
  beforeAll(async () => {
    module = await cryptoModule()
  }, CRYPTO_BUILD_MS)
  const message = Buffer.from('an exchange hash stands here')

  it('Ed25519: the vectors of its authors, RFC 8032 section 7.1 among them', () => {
    const bytes = (text: string) => Uint8Array.from(text.match(/0x[0-9a-f]{2}/g) ?? [], Number)
    let seen = 0
    for (const line of libsodiumTest('sign').split('\n').filter((line) => line.startsWith('{{0x'))) {
      const [, , , key, signature] = line.split('{').map(bytes)
      const text = /"((?:[^"\\]|\\.)*)"\s*\}?,?\s*$/.exec(line)?.[1]
      if (!key || !signature || text === undefined) continue
      const signed = Uint8Array.from(text.match(/\\x[0-9a-f]{2}|./g) ?? [], (part) => (part.length > 1 ? parseInt(part.slice(2), 16) : part.charCodeAt(0)))
      expect(verify('ssh-ed25519', blob('ssh-ed25519', key), blob('ssh-ed25519', signature), signed)).toBe(true)
      signature[signature.length - 40] = (signature[signature.length - 40] as number) ^ 1
      expect(verify('ssh-ed25519', blob('ssh-ed25519', key), blob('ssh-ed25519', signature), signed)).toBe(false)
      seen++
    }
    expect(seen).toBeGreaterThan(1000)
  })

  it('Ed25519: keys and signatures of the wrong size, keys of small order', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const [key, signature] = [field(publicKey, 'x'), sign(null, message, privateKey)]
    const verdict = (k: Uint8Array, s: Uint8Array) => verify('ssh-ed25519', blob('ssh-ed25519', k), blob('ssh-ed25519', s), message)
    expect(verdict(key, signature)).toBe(true)
    expect(verdict(key.subarray(1), signature)).toBe(false)
    expect(verdict(key, signature.subarray(1))).toBe(false)
    expect(verdict(key, Buffer.alloc(0))).toBe(false)
    const zero = Buffer.alloc(32)
    expect(verdict(zero, Buffer.alloc(64))).toBe(false)
    expect(verdict(Buffer.concat([Buffer.of(1), zero.subarray(1)]), Buffer.concat([Buffer.of(1), Buffer.alloc(63)]))).toBe(false)
  })

  it('ECDSA: the examples of RFC 4754 (message "abc")', () => {
    const curves = { MBEDTLS_ECP_DP_SECP256R1: 'nistp256', MBEDTLS_ECP_DP_SECP384R1: 'nistp384', MBEDTLS_ECP_DP_SECP521R1: 'nistp521' } as Record<string, string>
    const vectors = mbedtlsVectors('ecdsa', 'ecdsa_prim_test_vectors').filter((vector) => curves[vector[0] as string] && vector[8] === '0')
    expect(vectors.length).toBeGreaterThanOrEqual(3)
    for (const [id, , x, y, , , r, s] of vectors as [string, string, string, string, string, string, string, string][]) {
      const curve = curves[id] as string
      const [type, size] = [`ecdsa-sha2-${curve}`, Math.ceil(Number(curve.slice(5)) / 8) * 2]
      const point = hex(`04${x.padStart(size, '0')}${y.padStart(size, '0')}`)
      const signature = Buffer.concat([mpint(hex(r)), mpint(hex(s))])
      expect(verify(type, blob(type, curve, point), blob(type, signature), Buffer.from('abc'))).toBe(true)
      expect(verify(type, blob(type, curve, point), blob(type, signature), Buffer.from('abd'))).toBe(false)
    }
  })

  const curves = [['nistp256', 'P-256', 'sha256'], ['nistp384', 'P-384', 'sha384'], ['nistp521', 'P-521', 'sha512']] as const
  it.each(curves)('ECDSA %s: signatures of Node', (curve, node, hash) => {
    const { type, key, signed, point } = ecdsa(curve, node, hash)
    const signature = signed(message)
    expect(verify(type, key, blob(type, signature), message)).toBe(true)
    expect(module.call('test_slices'), 'slices of a verification').toBeGreaterThan(curve === 'nistp256' ? 1 : 2)
    expect(verify(type, key, blob(type, signature), Buffer.from('other'))).toBe(false)
    expect(verify(type, key, blob(type, Buffer.concat([signature, Buffer.of(0)])), message)).toBe(false)
    expect(verify(type, key, blob(type, Buffer.concat([mpint(Buffer.of(0)), mpint(Buffer.of(0))])), message)).toBe(false)
    expect(verify(type, blob(type, 'nistp224', point), blob(type, signature), message)).toBe(false)
    const off = Buffer.from(point)
    off[off.length - 1] = (off[off.length - 1] as number) ^ 1
    expect(verify(type, blob(type, curve, off), blob(type, signature), message)).toBe(false)
  })

  it.each([['rsa-sha2-256', 'sha256'], ['rsa-sha2-512', 'sha512'], ['ssh-rsa', 'sha1']])('%s: signatures of Node', (method, hash) => {
    const { key, privateKey } = rsa(2048)
    const signature = sign(hash, message, privateKey)
    expect(verify(method, key, blob(method, signature), message)).toBe(true)
    expect(verify(method, key, blob(method, signature), Buffer.from('other'))).toBe(false)
    expect(verify(method, key, blob(method, Buffer.concat([Buffer.of(0), signature])), message)).toBe(false)
    for (const other of ['rsa-sha2-256', 'rsa-sha2-512', 'ssh-rsa'].filter((name) => name !== method)) {
      expect(verify(method, key, blob(other, signature), message), `a signature that says ${other}`).toBe(false)
    }
  })

  /** Signs one message after the other, until a signature is as wanted: one in 256 is. */
  function until<T>(sign: (message: Buffer) => T, wanted: (signature: T) => boolean): { message: Buffer; signature: T } {
    for (let number = 0; ; number++) {
      const message = Buffer.from(`message ${number}`)
      const signature = sign(message)
      if (wanted(signature)) return { message, signature }
    }
  }

  it('RSA: a signature that begins with a zero byte, with it and without (RFC 4253 section 6.6)', () => {
    const { key, privateKey } = rsa(2048)
    const { message, signature } = until((text) => sign('sha512', text, privateKey), (bytes) => bytes[0] === 0)
    expect(verify('rsa-sha2-512', key, blob('rsa-sha2-512', signature), message)).toBe(true)
    expect(verify('rsa-sha2-512', key, blob('rsa-sha2-512', signature.subarray(1)), message)).toBe(true)
    expect(verify('rsa-sha2-512', key, blob('rsa-sha2-512', signature.subarray(2)), message)).toBe(false)
  })

  it.each([['r', 0], ['s', 1]] as const)('ECDSA: %s with leading zeros, and with a high bit behind them', (_, which) => {
    const { type, key, signed } = ecdsa('nistp256', 'P-256', 'sha256')
    const number = (signature: Buffer) => signature.subarray(which === 0 ? 4 : 8 + signature.readUInt32BE(0))
    // 33 bytes have a zero in front for the sign, 31 and fewer are those of small numbers.
    for (const wanted of [(length: number) => length === 33, (length: number) => length < 32]) {
      const { message, signature } = until(signed, (bytes) => wanted((which === 0 ? bytes.readUInt32BE(0) : number(bytes).length)))
      expect(verify(type, key, blob(type, signature), message)).toBe(true)
    }
  })

  it.each([1024, 2047])('RSA: a key of %d bits only with the legacy signature, whatever else the caller asks for', (bits) => {
    const { key, privateKey } = rsa(bits)
    const verdict = (method: string, hash: string, preferences: string | null) => verify(method, key, blob(method, sign(hash, message, privateKey)), message, preferences)
    for (const preferences of [null, 'rsa-sha2-256,rsa-sha2-512', 'rsa-sha2-512,rsa-sha2-256,ssh-rsa']) {
      expect(verdict('rsa-sha2-256', 'sha256', preferences)).toBe(false)
      expect(verdict('rsa-sha2-512', 'sha512', preferences)).toBe(false)
    }
    expect(verdict('ssh-rsa', 'sha1', 'ssh-rsa')).toBe(true)
  })

  it('RSA: an exponent that would keep us computing, an even modulus and 1 as exponent are refused', async () => {
    const { privateKey, publicKey } = rsa(2048)
    const signature = blob('rsa-sha2-256', sign('sha256', message, privateKey))
    const key = (e: Uint8Array, n: Uint8Array) => Buffer.concat([string('ssh-rsa'), mpint(e), mpint(n)])
    const n = field(publicKey, 'n')
    const even = Buffer.from(n)
    even[even.length - 1] = (even[even.length - 1] as number) & 0xfe
    expect(await quickest(() => expect(verify('rsa-sha2-256', key(n.subarray(0, 255), n), signature, message)).toBe(false))).toBeLessThan(100)
    expect(verify('rsa-sha2-256', key(Buffer.of(1, 0, 1), even), signature, message)).toBe(false)
    expect(verify('rsa-sha2-256', key(Buffer.of(1), n), signature, message)).toBe(false)
    expect(verify('rsa-sha2-256', key(Buffer.alloc(0), Buffer.alloc(0)), signature, message)).toBe(false)
  })

  it('a key of another type than the method is refused, as is anything after key or signature', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const key = blob('ssh-ed25519', field(publicKey, 'x'))
    const signature = blob('ssh-ed25519', sign(null, message, privateKey))
    expect(verify('rsa-sha2-256', key, signature, message)).toBe(false)
    expect(verify('ecdsa-sha2-nistp256', key, signature, message)).toBe(false)
    expect(verify('ssh-ed25519', Buffer.concat([key, Buffer.of(0)]), signature, message)).toBe(false)
    expect(verify('ssh-ed25519', key, Buffer.concat([signature, Buffer.of(0)]), message)).toBe(false)
    for (let length = 0; length < key.length; length++) expect(verify('ssh-ed25519', key.subarray(0, length), signature, message)).toBe(false)
    for (let length = 0; length < signature.length; length++) expect(verify('ssh-ed25519', key, signature.subarray(0, length), message)).toBe(false)
  })

  it('the key inside a certificate verifies, whatever follows it', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const type = 'ssh-ed25519-cert-v01@openssh.com'
    const certificate = Buffer.concat([blob(type, 'nonce', field(publicKey, 'x')), Buffer.alloc(100, 7)])
    const signature = sign(null, message, privateKey)
    expect(verify(type, certificate, blob('ssh-ed25519', signature), message)).toBe(true)
    expect(verify(type, certificate, blob(type, signature), message)).toBe(false)
    expect(verify('ssh-ed25519', certificate, blob('ssh-ed25519', signature), message)).toBe(false)
    const short = rsa(2048)
    const rsaCertificate = Buffer.concat([blob('ssh-rsa-cert-v01@openssh.com', 'nonce'), short.key.subarray(11), Buffer.alloc(50)])
    expect(verify('rsa-sha2-512-cert-v01@openssh.com', rsaCertificate, blob('rsa-sha2-512', sign('sha512', message, short.privateKey)), message)).toBe(true)
  })

  it('security keys sign application, flags, counter and the hash of the message', () => {
    const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest()
    const trailer = Buffer.of(1, 0, 0, 0, 9)
    const application = 'ssh:host'
    const data = Buffer.concat([sha256(Buffer.from(application)), trailer, sha256(message)])
    const ed = generateKeyPairSync('ed25519')
    const edType = 'sk-ssh-ed25519@openssh.com'
    const edKey = blob(edType, field(ed.publicKey, 'x'), application)
    const edSignature = Buffer.concat([blob(edType, sign(null, data, ed.privateKey)), trailer])
    expect(verify(edType, edKey, edSignature, message)).toBe(true)
    expect(verify(edType, blob(edType, field(ed.publicKey, 'x'), 'ssh:other'), edSignature, message)).toBe(false)
    expect(verify(edType, edKey, edSignature.subarray(0, -1), message)).toBe(false)
    const ec = ecdsa('nistp256', 'P-256', 'sha256')
    const ecType = 'sk-ecdsa-sha2-nistp256@openssh.com'
    const ecKey = blob(ecType, 'nistp256', ec.point, application)
    expect(verify(ecType, ecKey, Buffer.concat([blob(ecType, ec.signed(data)), trailer]), message)).toBe(true)
    expect(verify(ecType, ecKey, Buffer.concat([blob(ecType, ec.signed(message)), trailer]), message)).toBe(false)
  })
})
