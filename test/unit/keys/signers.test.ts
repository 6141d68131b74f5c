import { createSign, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { generateKeyPair } from '../../../src/keys/generate-key-pair.ts'
import { parsePrivateKey } from '../../../src/keys/files/parse-private-key.ts'
import { parsePublicKey, formatPublicKey } from '../../../src/keys/public-key.ts'
import { toCryptoKeys } from '../../../src/keys/to-crypto-keys.ts'
import { toSigner } from '../../../src/keys/signers/to-signer.ts'
import type { ForeignSigner } from '../../../src/keys/signers/signing-key.ts'
import { keyPair } from '../../support/key-pairs.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { mpint, nodeVerifies, opensshVerifies, publicBlobOf, string, strings } from './independent-verifier.ts'
import { inFolder, KEY_TYPES, PASSPHRASE, rewritten, run } from './key-files.ts'
import { securityKey } from './software-authenticators.ts'

const data = Buffer.from('what is signed')
const { subtle } = globalThis.crypto

describe('key texts and parsed keys', () => {
  it.runIf(requirePeer('sshd'))('are not changed when what was made of them is zeroed', async () => {
    const text = Buffer.from(await rewritten('ed25519', ['-a', '1'], PASSPHRASE)), passphrase = Buffer.from(PASSPHRASE)
    const copies = [Buffer.from(text), Buffer.from(passphrase)]
    ;(await parsePrivateKey(text, { passphrase })).wipe()
    expect([text, passphrase]).toEqual(copies)
  })
  it.runIf(requirePeer('sshd'))('are signers', async () => {
    const text = await rewritten('ed25519', ['-a', '1'], PASSPHRASE)
    const signer = await toSigner(text, { passphrase: PASSPHRASE })
    expect(nodeVerifies(signer.publicKey, await signer.sign(data, 'ssh-ed25519'), data)).toBe(true)
  })
  it('a parsed key is itself; a foreign algorithm and a wiped key are refused', async () => {
    const key = await generateKeyPair('ed25519')
    expect(await toSigner(key)).toBe(key)
    await expect(key.sign(data, 'ssh-rsa')).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED' })
    key.wipe()
    await expect(key.sign(data, 'ssh-ed25519')).rejects.toThrow('wiped')
  })
})

describe('CryptoKeyPair, not extractable', () => {
  const cases: [name: string, parameters: RsaHashedKeyGenParams | EcKeyGenParams | Algorithm, algorithm: string][] = [
    ...(['SHA-1', 'SHA-256', 'SHA-512'] as const).map((hash, i): [string, RsaHashedKeyGenParams, string] => [`RSA, ${hash}`, { name: 'RSASSA-PKCS1-v1_5', hash, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }, ['ssh-rsa', 'rsa-sha2-256', 'rsa-sha2-512'][i]!]),
    ...[256, 384, 521].map((bits): [string, EcKeyGenParams, string] => [`P-${bits}`, { name: 'ECDSA', namedCurve: `P-${bits}` }, `ecdsa-sha2-nistp${bits}`]),
    ['Ed25519', { name: 'Ed25519' }, 'ssh-ed25519'],
  ]
  it.each(cases)('%s', async (_name, parameters, algorithm) => {
    const pair = await subtle.generateKey(parameters, false, ['sign', 'verify']) as CryptoKeyPair
    const signer = await toSigner(pair)
    expect(signer.algorithms).toEqual([algorithm])
    expect(nodeVerifies(signer.publicKey, await signer.sign(data, algorithm), data)).toBe(true)
    // The public part as a line, for those who kept only that.
    const other = await toSigner({ privateKey: pair.privateKey, publicKey: formatPublicKey(signer) })
    expect(other.publicKey).toEqual(signer.publicKey)
  })
  it.each([['ed25519', 'ssh-ed25519'], ['ecdsa', 'ecdsa-sha2-nistp256'], ['rsa', 'rsa-sha2-512']] as const)('made of a parsed key: %s', async (type, algorithm) => {
    const key = await generateKeyPair(type, type === 'rsa' ? { bits: 2048 } : {})
    const kept = await toCryptoKeys(key)
    const { publicKey } = key
    key.wipe()
    expect(kept.privateKey.extractable).toBe(false)
    const signer = await toSigner(kept)
    expect(signer.publicKey).toEqual(publicKey)
    expect(nodeVerifies(publicKey, await signer.sign(data, algorithm), data)).toBe(true)
    await expect(toCryptoKeys(key)).rejects.toThrow('wiped')
  })
  it('refuses what SSH has no signatures for', async () => {
    const refused: [AlgorithmIdentifier | RsaHashedKeyGenParams | EcKeyGenParams, KeyUsage[]][] = [
      [{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }, ['sign', 'verify']],
      [{ name: 'RSA-PSS', hash: 'SHA-512', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }, ['sign', 'verify']],
      [{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512', modulusLength: 1024, publicExponent: Uint8Array.of(1, 0, 1) }, ['sign', 'verify']],
      [{ name: 'ECDH', namedCurve: 'P-256' }, ['deriveBits']],
    ]
    for (const [parameters, usages] of refused) {
      const pair = await subtle.generateKey(parameters as EcKeyGenParams, true, usages) as CryptoKeyPair
      await expect(toSigner(pair)).rejects.toMatchObject({ name: 'KeyError', code: 'ERR_KEY_UNSUPPORTED' })
    }
  })
  it('asks an RSA key for its own hash only', async () => {
    const pair = await subtle.generateKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }, false, ['sign', 'verify'])
    await expect((await toSigner(pair)).sign(data, 'rsa-sha2-512')).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED' })
  })
})

describe('{ publicKey, sign }: a whole blob, or only the signature in any usual form', () => {
  const foreign = (key: KeyObject, make: (key: KeyObject, data: Uint8Array) => Uint8Array): ForeignSigner => ({ publicKey: publicBlobOf(key), sign: (bytes) => make(key, bytes) })
  const verifies = async (signer: ForeignSigner, algorithm: string) => {
    const { publicKey, sign: signs } = await toSigner(signer)
    return nodeVerifies(publicKey, await signs(data, algorithm), data)
  }
  const ecKeys = ['P-256', 'P-384', 'P-521'].map((namedCurve) => generateKeyPairSync('ec', { namedCurve }))

  it.each(ecKeys)('ECDSA, %#', async ({ privateKey }) => {
    const algorithm = strings(publicBlobOf(privateKey))[0]!.toString()
    const hash = algorithm.endsWith('256') ? 'sha256' : algorithm.endsWith('384') ? 'sha384' : 'sha512'
    // Many times: the forms differ in length from one signature to the next.
    for (let i = 0; i < 40; i++) {
      expect(await verifies(foreign(privateKey, (key, bytes) => sign(hash, bytes, key)), algorithm), 'DER').toBe(true)
      const p1363 = (key: KeyObject, bytes: Uint8Array) => sign(hash, bytes, { key, dsaEncoding: 'ieee-p1363' })
      expect(await verifies(foreign(privateKey, p1363), algorithm), 'P1363').toBe(true)
      const pair = (key: KeyObject, bytes: Uint8Array) => {
        const both = p1363(key, bytes)
        return Buffer.concat([mpint(both.subarray(0, both.length / 2)), mpint(both.subarray(both.length / 2))])
      }
      expect(await verifies(foreign(privateKey, pair), algorithm), 'mpints').toBe(true)
      expect(await verifies(foreign(privateKey, (key, bytes) => Buffer.concat([string(algorithm), string(pair(key, bytes))])), algorithm), 'blob').toBe(true)
    }
  })
  it('Ed25519 and RSA', async () => {
    const ed = generateKeyPairSync('ed25519').privateKey
    expect(await verifies(foreign(ed, (key, bytes) => sign(null, bytes, key)), 'ssh-ed25519')).toBe(true)
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    expect(await verifies(foreign(rsa, (key, bytes) => createSign('sha512').update(bytes).sign(key)), 'rsa-sha2-512')).toBe(true)
    expect(await verifies(foreign(rsa, (key, bytes) => Buffer.concat([string('rsa-sha2-256'), string(sign('sha256', bytes, key))])), 'rsa-sha2-256')).toBe(true)
  })
  it('takes a .pub line, and keeps its comment', async () => {
    const key = await generateKeyPair('ed25519', { comment: 'vault 7' })
    const signer = await toSigner({ publicKey: formatPublicKey(key), sign: (bytes, algorithm) => key.sign(bytes, algorithm) })
    expect(signer.comment).toBe('vault 7')
    expect(nodeVerifies(signer.publicKey, await signer.sign(data, 'ssh-ed25519'), data)).toBe(true)
  })
  it('refuses nonsense, another algorithm, and what was not offered', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    for (const [make, algorithm] of [
      [() => Buffer.concat([string('ssh-rsa'), string(Buffer.alloc(256, 1))]), 'rsa-sha2-512'], // an agent that does not know the flags
      [() => Buffer.alloc(257, 1), 'rsa-sha2-512'],
    ] as const) await expect(verifies(foreign(rsa, make), algorithm)).rejects.toMatchObject({ code: 'ERR_KEY_FORMAT' })
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(63), Buffer.from('3006020101020101', 'hex').subarray(0, 7), Buffer.alloc(72, 0xff)]) {
      await expect(verifies(foreign(ecKeys[0]!.privateKey, () => bytes), 'ecdsa-sha2-nistp256')).rejects.toMatchObject({ code: 'ERR_KEY_FORMAT' })
    }
    const limited = await toSigner({ ...foreign(rsa, () => Buffer.alloc(256)), algorithms: ['rsa-sha2-256'] })
    await expect(limited.sign(data, 'rsa-sha2-512')).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED' })
    const boom = new Error('the vault is locked')
    await expect(verifies({ publicKey: publicBlobOf(rsa), sign: () => Promise.reject(boom) }, 'rsa-sha2-512')).rejects.toBe(boom)
  })
})

describe.runIf(requirePeer('sshd'))('user certificates', () => {
  /** A certificate of `subject` by a new authority, with the flags of ssh-keygen -s. */
  const certify = (subject: string, flags: readonly string[] = []) => inFolder((file) => {
    run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('ca')])
    writeFileSync(file('key.pub'), `${subject}\n`)
    run('ssh-keygen', ['-q', '-s', file('ca'), '-I', 'id', '-n', 'me', ...flags, file('key.pub')])
    return readFileSync(file('key-cert.pub'), 'utf8')
  })

  it.each(KEY_TYPES)('%s', async (type) => {
    const pair = await keyPair(type, 'user')
    const line = certify(pair.publicKey)
    const signer = await toSigner(pair.privateKey, { certificate: line })
    expect(Buffer.from(signer.publicKey).toString('base64')).toBe(line.split(' ')[1])
    for (const algorithm of signer.algorithms!) {
      expect(algorithm).toMatch(/-cert-v01@openssh\.com$/)
      const blob = await signer.sign(data, algorithm)
      expect(nodeVerifies(Buffer.from(pair.publicKey.split(' ')[1]!, 'base64'), blob, data)).toBe(true)
    }
    const sign = async (bytes: Uint8Array, algorithm: string) => (await toSigner(pair.privateKey)).sign(bytes, algorithm)
    expect((await toSigner({ publicKey: pair.publicKey, sign }, { certificate: Buffer.from(line.split(' ')[1]!, 'base64') })).publicKey).toEqual(signer.publicKey)
    // A vault may know only the certificate; asked by the certificate's name or the plain one, it hears the plain one.
    const vault = await toSigner({ publicKey: line, sign })
    expect(vault.algorithms).toEqual(signer.algorithms)
    for (const algorithm of [...vault.algorithms!, ...(await toSigner(pair.privateKey)).algorithms!]) expect((await vault.sign(data, algorithm)).length).toBeGreaterThan(64)
  })
  it('refuses one of another key, of a host, damaged, or not a certificate', async () => {
    const key = await generateKeyPair('ed25519')
    const line = formatPublicKey(key)
    const other = certify((await keyPair('ed25519', 'user')).publicKey)
    await expect(toSigner(key, { certificate: other })).rejects.toThrow('for another key')
    await expect(toSigner(key, { certificate: certify(line, ['-h']) })).rejects.toThrow('for a host')
    await expect(toSigner(key, { certificate: line })).rejects.toThrow('a certificate is needed')
    const blob = Buffer.from(certify(line).split(' ')[1]!, 'base64')
    for (let length = 0; length < blob.length; length += 7) await expect(toSigner(key, { certificate: blob.subarray(0, length) })).rejects.toMatchObject({ name: 'KeyError' })
  })
})

describe.runIf(requirePeer('sshd'))('security keys', () => {
  it.each(['ed25519', 'ec'] as const)('%s', async (type) => {
    const signer = await toSigner(securityKey(type))
    const [algorithm] = signer.algorithms!
    expect(algorithm).toMatch(/^sk-/)
    for (let i = 0; i < 5; i++) expect(await opensshVerifies(signer, algorithm!, formatPublicKey(signer))).toBe(true)
    await expect((await toSigner({ ...securityKey(type), sign: () => Buffer.alloc(64) })).sign(data, algorithm!)).rejects.toMatchObject({ code: 'ERR_KEY_FORMAT' })
  })
  it('sk public keys are parsed with their application', () => {
    const key = parsePublicKey(securityKey('ec').publicKey)
    expect([key.type, key.bits]).toEqual(['sk-ecdsa-sha2-nistp256@openssh.com', 256])
  })
})
