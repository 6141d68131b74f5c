// Keys in the forms of WebCrypto, and signatures where the runtime's WebCrypto lacks the algorithm.
import { createHash, generateKeyPairSync } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ecdsaPoint, ecdsaSign, ed25519Public, ed25519Sign } from '../../../src/keys/curve-arithmetic.ts'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import { importPrivate } from '../../../src/keys/imported-keys.ts'
import { decodeBase64Url, publicFromJwk, publicJwk } from '../../../src/keys/jwk.ts'
import { encodeBase64Url } from '../../../src/wire-format/base64.ts'
import { certificateName, isCertificateName, isMlDsa, isSecurityKey, plainName, signatureAlgorithms } from '../../../src/keys/key-types.ts'
import { PrivateKey } from '../../../src/keys/private-key.ts'
import type { PublicFields } from '../../../src/keys/public-key-blob.ts'
import { signWithFields } from '../../../src/keys/signers/private-key-signing.ts'
import { webCryptoParameters } from '../../../src/keys/signers/web-crypto-sign.ts'
import { toCryptoKeys } from '../../../src/keys/to-crypto-keys.ts'
import { keyPair, type KeyType } from '../../support/key-pairs.ts'
import { nodeVerifies } from './independent-verifier.ts'

const bytes = (text: string | undefined) => new Uint8Array(Buffer.from(text as string, 'base64url'))
const data = new Uint8Array(Buffer.from('what is signed'))
const parsed = async (type: KeyType) => parsePrivateKey((await keyPair(type, 'user')).privateKey)
afterEach(() => vi.restoreAllMocks())

describe('JSON Web Keys', () => {
  const curves = [['P-256', 'nistp256'], ['P-384', 'nistp384'], ['P-521', 'nistp521']] as const
  const cases: [name: string, jwk: JsonWebKey, fields: Exclude<PublicFields, { kind: 'mldsa44-ed25519' }>][] = [
    ...curves.map(([namedCurve, curve]): [string, JsonWebKey, Exclude<PublicFields, { kind: 'mldsa44-ed25519' }>] => {
      const jwk = generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' })
      return [namedCurve, jwk, { kind: 'ecdsa', curve, point: Uint8Array.of(4, ...bytes(jwk.x), ...bytes(jwk.y)) }]
    }),
    ['RSA', { kty: 'RSA', n: 'wf-_', e: 'AQAB' }, { kind: 'rsa', n: Uint8Array.of(0xc1, 0xff, 0xbf), e: Uint8Array.of(1, 0, 1) }],
    ['Ed25519', { kty: 'OKP', crv: 'Ed25519', x: encodeBase64Url(new Uint8Array(32).fill(9)) }, { kind: 'ed25519', key: new Uint8Array(32).fill(9) }],
  ]
  test.each(cases)('%s, both ways', (_, jwk, fields) => {
    expect(publicJwk(fields)).toEqual(jwk)
    expect(publicFromJwk(jwk)).toEqual(fields)
  })
  test('coordinates without their leading zeros', () => {
    expect(publicFromJwk({ kty: 'EC', crv: 'P-256', x: 'AQ', y: 'Ag' })).toEqual({ kind: 'ecdsa', curve: 'nistp256', point: Uint8Array.of(4, ...new Uint8Array(31), 1, ...new Uint8Array(31), 2) })
  })
  test.each([[{ kty: 'OKP', crv: 'X25519', x: 'AA' }], [{ kty: 'EC', crv: 'secp256k1', x: 'AA', y: 'AA' }], [{ kty: 'oct', crv: 'P-256' }], [{ kty: 'x', crv: 'Ed25519', x: 'AA' }], [{}]])('%j is of another kind', (jwk: JsonWebKey) => {
    expect(publicFromJwk(jwk)).toBeUndefined()
  })
  test('their base64', () => {
    expect(encodeBase64Url(Uint8Array.of(0xfb, 0xff, 0xbf, 0xff))).toBe('-_-__w')
    expect(decodeBase64Url('-_-__w')).toEqual(Uint8Array.of(0xfb, 0xff, 0xbf, 0xff))
  })
})

test('names of types, and the signatures of each', () => {
  const [sk25519, skEcdsa, webauthn] = ['sk-ssh-ed25519', 'sk-ecdsa-sha2-nistp256', 'webauthn-sk-ecdsa-sha2-nistp256']
  expect([`${sk25519}@openssh.com`, `${skEcdsa}@openssh.com`, `${webauthn}@openssh.com`, 'ssh-ed25519'].map(isSecurityKey)).toEqual([true, true, false, false])
  expect(['ssh-mldsa44-ed25519', 'ssh-mldsa44-ed25519@openssh.com', 'ssh-ed25519'].map(isMlDsa)).toEqual([true, true, false])
  for (const [plain, certificate] of [
    ['ssh-ed25519', 'ssh-ed25519-cert-v01@openssh.com'], [`${sk25519}@openssh.com`, `${sk25519}-cert-v01@openssh.com`], [`${webauthn}@openssh.com`, `${webauthn}-cert-v01@openssh.com`], ['ssh-mldsa44-ed25519', 'ssh-mldsa44-ed25519-cert'],
  ] as const) {
    expect([isCertificateName(plain), isCertificateName(certificate)]).toEqual([false, true])
    expect([certificateName(plain), plainName(certificate), plainName(plain)]).toEqual([certificate, plain, plain])
  }
  expect(certificateName('ssh-rsa-cert-v01@openssh.com')).toBe('ssh-rsa-cert-v01@openssh.com')
  expect(signatureAlgorithms('ssh-rsa')).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'])
  expect(signatureAlgorithms('ssh-rsa-cert-v01@openssh.com')).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'].map((name) => `${name}-cert-v01@openssh.com`))
  expect(signatureAlgorithms('x')).toEqual(['x'])
})

test('parameters of each algorithm', () => {
  const rsa: PublicFields = { kind: 'rsa', e: new Uint8Array(), n: new Uint8Array() }
  for (const [name, hash] of [['ssh-rsa', 'SHA-1'], ['rsa-sha2-256', 'SHA-256'], ['rsa-sha2-512', 'SHA-512']] as const) expect(webCryptoParameters(rsa, name)).toEqual({ name: 'RSASSA-PKCS1-v1_5', hash })
  expect(webCryptoParameters({ kind: 'ecdsa', curve: 'nistp384', point: new Uint8Array() }, '')).toEqual({ name: 'ECDSA', namedCurve: 'P-384' })
  expect(webCryptoParameters({ kind: 'ed25519', key: new Uint8Array() }, '')).toEqual({ name: 'Ed25519' })
})

describe('a private key', () => {
  const ALGORITHMS: Partial<Record<KeyType, string>> = { ed25519: 'ssh-ed25519', ecdsa: 'ecdsa-sha2-nistp256', ecdsa521: 'ecdsa-sha2-nistp521', rsa: 'rsa-sha2-256' }
  test.each(Object.entries(ALGORITHMS) as [KeyType, string][])('%s signs with WebCrypto, whose copy nobody can export', async (type, algorithm) => {
    const key = await parsed(type)
    expect(nodeVerifies(key.publicKey, await key.sign(data, algorithm), data)).toBe(true)
    expect(await importPrivate(PrivateKey.fieldsOf(key), algorithm)).toMatchObject({ extractable: false, usages: ['sign'] })
    expect([key.bits, key.type]).toEqual([type === 'rsa' ? 2048 : type === 'ecdsa521' ? 521 : 256, type === 'rsa' ? 'ssh-rsa' : algorithm])
    await expect(key.sign(data, 'ssh-dss')).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED', message: `a key of type ${key.type} cannot make that signature` })
  })
  test.each(Object.entries(ALGORITHMS) as [KeyType, string][])('%s where WebCrypto lacks it', async (type, algorithm) => {
    vi.spyOn(crypto.subtle, 'importKey').mockRejectedValue(new DOMException('unknown', 'NotSupportedError'))
    const key = await parsed(type)
    const signature = signWithFields(PrivateKey.fieldsOf(key), data, algorithm)
    if (type === 'rsa') await expect(signature).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED', message: 'this runtime cannot sign with this RSA key' })
    else expect(nodeVerifies(key.publicKey, await signature, data)).toBe(true)
    await expect(toCryptoKeys(key)).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED', message: `this runtime's WebCrypto has no keys of type ${key.type}` })
  })
  test.each([['rsa', { name: 'RSASSA-PKCS1-v1_5', hash: { name: 'SHA-512' } }], ['ecdsa', { name: 'ECDSA', namedCurve: 'P-256' }]] as const)('%s as a CryptoKey', async (type, algorithm) => {
    const key = await parsed(type), kept = await toCryptoKeys(key)
    expect(kept.privateKey.algorithm).toMatchObject(algorithm)
    expect(kept.publicKey).toEqual(key.publicKey)
    expect(kept.publicKey).not.toBe(key.publicKey)
  })
  test('one of another class is none', async () => {
    expect(() => PrivateKey.fieldsOf({} as PrivateKey)).toThrow(new TypeError('key must be a PrivateKey'))
    for (const wrong of [undefined, 5, 'x']) await expect(toCryptoKeys(wrong as never)).rejects.toThrow(TypeError)
  })
  test('a key of ML-DSA has no copy', async () => {
    const imports = vi.spyOn(crypto.subtle, 'importKey')
    expect(await importPrivate({ kind: 'mldsa44-ed25519' } as never, 'ssh-mldsa44-ed25519')).toBeUndefined()
    expect(imports).not.toHaveBeenCalled()
  })
})

describe('curves in JavaScript', () => {
  test('points of scalars', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' }), { d, x, y } = privateKey.export({ format: 'jwk' })
    expect(ecdsaPoint('nistp384', bytes(d))).toEqual(Uint8Array.of(4, ...bytes(x), ...bytes(y)))
    for (const wrong of [new Uint8Array(48), new Uint8Array(48).fill(0xff)]) expect(ecdsaPoint('nistp384', wrong)).toBeUndefined()
  })
  test('signatures with the hash of the curve; s is not made smaller', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' }), { d } = privateKey.export({ format: 'jwk' })
    const subject = await crypto.subtle.importKey('jwk', publicKey.export({ format: 'jwk' }), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
    const high: boolean[] = []
    for (let index = 0; index < 32; index++) {
      const text = new Uint8Array(createHash('sha256').update(String(index)).digest()), signature = await ecdsaSign('nistp256', bytes(d), text)
      expect(await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, subject, signature, text)).toBe(true)
      high.push(signature[32]! >= 0x80)
    }
    // Half of them, so that none of 32 would be a chance of one in four thousand million.
    expect(high).toContain(true)
    expect(high).toContain(false)
  })
  test('Ed25519 as OpenSSL has it', () => {
    const { privateKey } = generateKeyPairSync('ed25519'), { d, x } = privateKey.export({ format: 'jwk' })
    expect(ed25519Public(bytes(d))).toEqual(bytes(x))
    expect(ed25519Sign(bytes(d), data)).toHaveLength(64)
  })
})
