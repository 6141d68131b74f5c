// Keys of ML-DSA-44 with Ed25519. The files in mldsa44/ were made by ssh-keygen of OpenSSH 10.6 (-t mldsa44-ed25519, -s, -Y sign).
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { fingerprint, formatPrivateKey, formatPublicKey, generateKeyPair, parsePrivateKey, parsePublicKey, toCryptoKeys } from '../../../src/index.ts'
import { verifySignature } from '../../../src/host-key/verify-signature.ts'
import { parseCertificate } from '../../../src/keys/certificate.ts'
import { certificateName, isCertificateName, isMlDsa, plainName, signatureAlgorithms } from '../../../src/keys/key-types.ts'
import { toSigner } from '../../../src/keys/signers/to-signer.ts'
import { signMessage, verifyMessage } from '../../../src/sshsig/index.ts'
import { encodeText } from '../../../src/wire-format/bytes.ts'
import { WireReader } from '../../../src/wire-format/reader.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'
import { treeCommand } from '../../support/foreign-tree.ts'
import { requirePeer } from '../../support/require-peer.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const FINGERPRINT = 'SHA256:GylMNvWUNOAJru6KfipivPchTCLMSaJtI/f+Afjjw4k'
const file = (name: string) => fileURLToPath(new URL(`./mldsa44/${name}`, import.meta.url))
const read = (name: string) => readFileSync(file(name), 'utf8')
const newer = 'ssh-mldsa44-ed25519', older = 'ssh-mldsa44-ed25519@openssh.com'

test('names: each has its certificate, and back', () => {
  expect([newer, older, 'ssh-ed25519', 'ssh-mldsa44-ed25519-cert', 'ssh-mldsa44'].map(isMlDsa)).toEqual([true, true, false, false, false])
  expect([newer, older].map(certificateName)).toEqual(['ssh-mldsa44-ed25519-cert', 'ssh-mldsa44-ed25519-cert-v01@openssh.com'])
  for (const name of [newer, older]) {
    expect([isCertificateName(name), isCertificateName(certificateName(name)), plainName(certificateName(name)), signatureAlgorithms(name)]).toEqual([false, true, name, [name]])
  }
})

test('a key that OpenSSH made is read, and written as OpenSSH reads it', async () => {
  const key = await parsePrivateKey(read('key'))
  expect([key.type, key.bits, key.comment, formatPublicKey(key)]).toEqual([newer, 512, 'made by OpenSSH 10.6', read('key.pub').trim()])
  expect(await fingerprint(key.publicKey)).toBe(FINGERPRINT)
  const again = await parsePrivateKey(await formatPrivateKey(key, { passphrase: 'secret', rounds: 1 }), { passphrase: 'secret' })
  expect(formatPublicKey(again)).toBe(formatPublicKey(key))
  await expect(toCryptoKeys(key)).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED' })
})

test('a signature that OpenSSH made holds, and no other', async () => {
  const options = { namespace: 'file', allowedSigners: `me ${read('key.pub')}` }
  expect((await verifyMessage(read('message.sig'), read('message'), options)).principals).toEqual(['me'])
  await expect(verifyMessage(read('message.sig'), 'another', options)).rejects.toMatchObject({ code: 'ERR_SIGNATURE_WRONG' })
})

test('both halves count, each byte of them, and the length', async () => {
  const key = await parsePrivateKey(read('key'))
  const data = encodeText('data')
  const blob = await key.sign(data, newer)
  const reader = new WireReader(blob)
  expect(reader.text()).toBe(newer)
  const signature = reader.string()
  expect(signature.length).toBe(2420 + 64)
  const verifies = (changed: Uint8Array, name = newer) => verifySignature(key.publicKey, new WireWriter().string(name).string(changed).finish(), data)
  expect(await verifies(signature)).toBe(true)
  for (const at of [0, 31, 32, 1000, 2340, 2419, 2420, 2451, 2452, 2483]) expect(await verifies(signature.map((byte, index) => index === at ? byte ^ 1 : byte)), `byte ${at}`).toBe(false)
  for (const changed of [signature.subarray(1), signature.subarray(0, -1), new Uint8Array([...signature, 0]), new Uint8Array(), new Uint8Array(2484)]) expect(await verifies(changed)).toBe(false)
  expect(await verifies(signature, older)).toBe(false)
  const another = await generateKeyPair('mldsa44-ed25519')
  const mixed = new Uint8Array([...signature.subarray(0, 2420), ...new WireReader((await another.sign(data, newer)).subarray(4 + newer.length)).string().subarray(2420)])
  expect(await verifies(mixed)).toBe(false)
})

test('certificates: of such a key, and by one', async () => {
  const certificate = parseCertificate(parsePublicKey(read('key-cert.pub')).blob)
  expect(certificate).toMatchObject({ type: 'ssh-mldsa44-ed25519-cert', publicKey: parsePublicKey(read('key.pub')).blob, serial: 7n, principals: ['user'], role: 'user' })
  const signer = await toSigner(read('key'), { certificate: read('key-cert.pub') })
  expect(signer.algorithms).toEqual(['ssh-mldsa44-ed25519-cert'])
  expect(await verifySignature(certificate.publicKey, await signer.sign(encodeText('x'), 'ssh-mldsa44-ed25519-cert'), encodeText('x'))).toBe(true)
  for (const name of ['key-cert.pub', 'certified-by.pub']) {
    const { signatureKey, signature, signedBytes } = parseCertificate(parsePublicKey(read(name)).blob)
    expect(await verifySignature(signatureKey, signature, signedBytes)).toBe(true)
    expect(await verifySignature(signatureKey, signature, signedBytes.slice(1))).toBe(false)
  }
})

test('the older name is a type of its own', async () => {
  const blob = new WireWriter().string(older).string(new WireReader(parsePublicKey(read('key.pub')).blob.subarray(4 + newer.length)).string()).finish()
  expect(parsePublicKey(blob)).toMatchObject({ type: older, bits: 512, blob })
})

test('a foreign signer may give the two signatures alone', async () => {
  const key = await parsePrivateKey(read('key'))
  const bare = await toSigner({ publicKey: read('key.pub'), sign: async (data) => new WireReader((await key.sign(data, newer)).subarray(4 + newer.length)).string() })
  expect(await verifySignature(key.publicKey, await bare.sign(encodeText('x'), newer), encodeText('x'))).toBe(true)
  const wrong = await toSigner({ publicKey: read('key.pub'), sign: () => new Uint8Array(64) })
  await expect(wrong.sign(encodeText('x'), newer)).rejects.toMatchObject({ code: 'ERR_KEY_FORMAT' })
})

describe('damaged keys', () => {
  const damaged = (change: (bytes: Buffer) => void) => {
    const [first, ...rest] = read('key').trim().split('\n')
    const bytes = Buffer.from(rest.slice(0, -1).join(''), 'base64')
    change(bytes)
    return `${first}\n${bytes.toString('base64')}\n${rest.at(-1)}\n`
  }

  test('a seed of another key is refused', async () => {
    const seed = (bytes: Buffer) => bytes.lastIndexOf(Buffer.of(0, 0, 0, 64)) + 4
    for (const at of [0, 33]) await expect(parsePrivateKey(damaged((bytes) => { bytes[seed(bytes) + at]! ^= 1 }))).rejects.toMatchObject({ code: 'ERR_KEY_FORMAT' })
  })

  test.each([0, 31, 32, 1343, 1345, 5000])('a public key of %d bytes', (length) => {
    for (const name of [newer, older]) expect(() => parsePublicKey(new WireWriter().string(name).string(new Uint8Array(length)).finish())).toThrow(expect.objectContaining({ code: 'ERR_KEY_FORMAT' }))
  })
})

describe.runIf(requirePeer('sshd-sid'))('ssh-keygen of OpenSSH of sid', () => {
  const sshKeygen = (...args: string[]) => {
    const [command = '', ...words] = treeCommand('sid', '/usr/bin/ssh-keygen')
    return (input: string) => execFileSync(command, [...words, ...args], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
  }

  test('reads a key that we made, and verifies what it signs', async () => {
    using directory = temporaryDirectory('mldsa44')
    const key = await generateKeyPair('mldsa44-ed25519', { comment: 'ours' })
    writeFileSync(directory.file('key'), await formatPrivateKey(key), { mode: 0o600 })
    expect(sshKeygen('-y', '-f', directory.file('key'))('').trim()).toBe(formatPublicKey(key))
    expect(sshKeygen('-lf', directory.file('key'))('').trim()).toBe(`512 ${await fingerprint(key.publicKey)} ours (MLDSA44-ED25519)`)
    writeFileSync(directory.file('signature'), await signMessage(key, 'what is signed', { namespace: 'file' }))
    writeFileSync(directory.file('allowed'), `me ${formatPublicKey(key)}\n`)
    const verify = sshKeygen('-Y', 'verify', '-f', directory.file('allowed'), '-I', 'me', '-n', 'file', '-s', directory.file('signature'))
    expect(verify('what is signed')).toContain('Good "file" signature')
    expect(() => verify('another')).toThrow()
  })
})
