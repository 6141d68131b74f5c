// Keys of other owners as signers: WebCrypto's, a vault's, a certificate's, an authenticator's. What is asked of each, and what is refused at once.
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { formatPublicKey, parsePublicKey } from '../../../src/keys/public-key.ts'
import { certifiedSigner } from '../../../src/keys/signers/certified-signer.ts'
import { toSigner } from '../../../src/keys/signers/to-signer.ts'
import type { Signer } from '../../../src/keys/signers/signer.ts'
import type { SigningKey } from '../../../src/keys/signers/signing-key.ts'
import { signByWebAuthn } from '../../../src/keys/signers/webauthn-signature.ts'
import type { CredentialRequest, WebAuthnSignerOptions } from '../../../src/keys/signers/webauthn-options.ts'
import { webAuthnPublicKey, webAuthnSigner } from '../../../src/keys/signers/webauthn-signer.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'
import { mpint, nodeVerifies, publicBlobOf, string } from './independent-verifier.ts'

const { subtle } = globalThis.crypto
const data = Uint8Array.from(Buffer.from('what is signed'))
const keyError = (code: string, message: RegExp) => ({ name: 'KeyError', code, message: expect.stringMatching(message) as string })

describe('CryptoKeys', () => {
  const RSA = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) }
  let ec!: CryptoKeyPair, short!: CryptoKeyPair
  beforeAll(async () => {
    ec = await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    short = await subtle.generateKey({ ...RSA, hash: 'SHA-256', modulusLength: 1024 }, false, ['sign', 'verify'])
  })
  const generated = async (parameters: object, usages: KeyUsage[]) => await subtle.generateKey(parameters as EcKeyGenParams, true, usages) as CryptoKeyPair

  test('a pair, and the public key as a line or a blob', async () => {
    const signer = await toSigner(ec)
    expect(signer.algorithms).toEqual(['ecdsa-sha2-nistp256'])
    expect(nodeVerifies(signer.publicKey, await signer.sign(data, 'ecdsa-sha2-nistp256'), data)).toBe(true)
    for (const publicKey of [formatPublicKey(signer), signer.publicKey]) expect((await toSigner({ privateKey: ec.privateKey, publicKey })).publicKey).toEqual(signer.publicKey)
    await expect(signer.sign(data, 'ssh-ed25519')).rejects.toMatchObject(keyError('ERR_KEY_UNSUPPORTED', /can only make signatures of ecdsa-sha2-nistp256$/))
  })
  test('of few bits only where that is asked for', async () => {
    await expect(toSigner(short)).rejects.toMatchObject(keyError('ERR_KEY_UNSUPPORTED', /under 2048 bits/))
    expect((await toSigner(short, { minimumRsaBits: 1024 })).algorithms).toEqual(['rsa-sha2-256'])
  })
  test.each<[name: string, keys: () => Promise<SigningKey>, message: RegExp]>([
    ['the public key as the private one', async () => ({ privateKey: ec.publicKey, publicKey: ec.publicKey }), /not a private key for signing/],
    ['a private key that derives', async () => generated({ name: 'ECDH', namedCurve: 'P-256' }, ['deriveBits']), /not a private key for signing/],
    ['a public key that cannot be exported', async () => ({ privateKey: ec.privateKey, publicKey: await subtle.importKey('jwk', await subtle.exportKey('jwk', ec.publicKey), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']) }), /cannot be exported: pass its \.pub line/],
    ['a public key of another kind', async () => ({ privateKey: ec.privateKey, publicKey: (await generated({ name: 'X25519' }, ['deriveBits'])).publicKey }), /SSH has no keys of this CryptoKey's algorithm/],
    ['keys of two kinds', async () => ({ privateKey: ec.privateKey, publicKey: publicBlobOf(generateKeyPairSync('ed25519').publicKey) }), /SSH has no signatures of this CryptoKey's algorithm/],
    ['RSA with SHA-384', async () => generated({ ...RSA, hash: 'SHA-384' }, ['sign', 'verify']), /no RSA signatures with this CryptoKey's hash/],
  ])('%s', async (_, keys, message) => {
    await expect(toSigner(await keys())).rejects.toMatchObject(keyError('ERR_KEY_UNSUPPORTED', message))
  })
})

describe('a foreign signer', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const blob = publicBlobOf(publicKey)
  const signs = (bytes: Uint8Array) => sign(null, bytes, privateKey)
  test('says what it was given, or nothing', async () => {
    expect(await toSigner({ publicKey: blob, sign: signs })).toMatchObject({ algorithms: ['ssh-ed25519'], comment: '', asksPerson: false })
    expect(await toSigner({ publicKey: `${formatPublicKey({ blob })} of the line`, sign: signs, asksPerson: true })).toMatchObject({ comment: 'of the line', asksPerson: true })
    expect(await toSigner({ publicKey: `${formatPublicKey({ blob })} of the line`, sign: signs, comment: 'own', algorithms: ['x'] })).toMatchObject({ comment: 'own', algorithms: ['x'] })
  })
  test('makes what it names, and nothing else', async () => {
    const signer = await toSigner({ publicKey: blob, sign: signs })
    expect(nodeVerifies(blob, await signer.sign(data, 'ssh-ed25519'), data)).toBe(true)
    expect(nodeVerifies(blob, await signer.sign(data, 'ssh-ed25519-cert-v01@openssh.com'), data)).toBe(true)
    await expect(signer.sign(data, 'ssh-rsa')).rejects.toMatchObject(keyError('ERR_KEY_UNSUPPORTED', /only makes signatures of ssh-ed25519$/))
  })
  test('of RSA needs as many bits as other keys', async () => {
    const short = publicBlobOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey)
    await expect(toSigner({ publicKey: short, sign: signs })).rejects.toMatchObject(keyError('ERR_KEY_UNSUPPORTED', /under 2048 bits/))
    expect((await toSigner({ publicKey: short, sign: signs }, { minimumRsaBits: 1024 })).algorithms).toHaveLength(3)
  })
  test.each([[5], [null], [undefined], [[]]])('%j is none', async (key) => {
    await expect(toSigner(key as never)).rejects.toThrow(new TypeError('the key to sign with must be an object'))
  })
  test.each([[5], [null], ['x']])('options of %j are none', async (options) => {
    await expect(toSigner({ publicKey: blob, sign: signs }, options as never)).rejects.toThrow(TypeError)
  })
})

describe('a certificate', () => {
  const key = publicBlobOf(generateKeyPairSync('ed25519').publicKey)
  const certificate = (subject: Uint8Array, role: number) => new WireWriter(1024).string('ssh-ed25519-cert-v01@openssh.com').string('nonce').string(subject.subarray(-32)).uint64(1n).uint32(role).string('id').string('')
    .uint64(0n).uint64(1n).string('').string('').string('').string(key).string('signature').finish()
  const asked: string[] = []
  const signer = (more: Partial<Signer> = {}): Signer => ({ publicKey: key, sign: async (_data, algorithm) => { asked.push(algorithm); return new Uint8Array() }, ...more })
  test('presents itself, and signs with the key by its plain name', async () => {
    const certified = certifiedSigner(signer(), certificate(key, 1))
    expect(certified).toMatchObject({ publicKey: certificate(key, 1), algorithms: ['ssh-ed25519-cert-v01@openssh.com'], comment: '', asksPerson: false })
    await certified.sign(data, 'ssh-ed25519-cert-v01@openssh.com')
    await certified.sign(data, 'ssh-ed25519')
    expect(asked).toEqual(['ssh-ed25519', 'ssh-ed25519'])
    const line = `${formatPublicKey({ blob: certificate(key, 1) })} of the line`
    expect(certifiedSigner(signer({ algorithms: ['x'], asksPerson: true }), line)).toMatchObject({ algorithms: ['x-cert-v01@openssh.com'], comment: 'of the line', asksPerson: true })
    expect(certifiedSigner(signer({ comment: 'own' }), line).comment).toBe('own')
  })
  test.each<[name: string, given: Uint8Array, message: RegExp]>([
    ['a plain key', key, /a certificate is needed/], ['of another key', certificate(new Uint8Array(32), 1), /for another key/], ['for a host', certificate(key, 2), /for a host, not for a user/],
  ])('%s', (_, given, message) => {
    expect(() => certifiedSigner(signer(), given)).toThrow(expect.objectContaining(keyError('ERR_KEY_FORMAT', message)) as Error)
  })
})

describe('WebAuthn', () => {
  const RP = 'example.org', ORIGIN = 'https://shell.example.org', ALGORITHM = 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com'
  const hash = createHash('sha256').update(RP).digest(), after = Buffer.of(5, 0, 0, 1, 2), signature = Buffer.from('3006020105020107', 'hex')
  const exact = (bytes: Buffer) => new Uint8Array(bytes).buffer
  const clientData = (beginning: object = {}, end = { crossOrigin: false }) => Buffer.from(JSON.stringify({ type: 'webauthn.get', challenge: Buffer.from(data).toString('base64url'), origin: ORIGIN, ...beginning, ...end }))
  interface Answer { readonly authenticator?: Buffer, readonly client?: Buffer, readonly signature?: Buffer }
  const response = ({ authenticator = Buffer.concat([hash, after]), client = clientData(), signature: given = signature }: Answer = {}) => ({ response: { authenticatorData: exact(authenticator), clientDataJSON: exact(client), signature: exact(given) } })
  const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' })
  const key = webAuthnPublicKey(spki, RP, 'passkey'), credentialId = Uint8Array.of(1, 2, 3)
  const signWith = (answer: unknown, more: Partial<WebAuthnSignerOptions> = {}) => {
    const asked: { publicKey: CredentialRequest, signal?: AbortSignal }[] = []
    const credentials = { get: async (request: { publicKey: CredentialRequest, signal?: AbortSignal }) => { asked.push(request); return answer } }
    return { asked, result: signByWebAuthn(data, RP, { publicKey: key.blob, credentialId, credentials, ...more }) }
  }
  const blob = (client: Buffer, origin: string, extensions = Buffer.alloc(0)) => Buffer.concat([string(ALGORITHM), string(Buffer.concat([mpint(Buffer.of(5)), mpint(Buffer.of(7))])), after, string(origin), string(client), string(extensions)])

  afterEach(() => vi.unstubAllGlobals())

  test('the request has what was asked for, and no more', async () => {
    const request = { challenge: data, rpId: RP, allowCredentials: [{ type: 'public-key', id: credentialId }], userVerification: 'preferred' }
    const plain = signWith(response())
    await plain.result
    expect(plain.asked).toStrictEqual([{ publicKey: request }])
    const { signal } = new AbortController()
    const full = signWith(response(), { signal, timeout: 0, userVerification: 'required' })
    await full.result
    expect(full.asked).toStrictEqual([{ publicKey: { ...request, userVerification: 'required', timeout: 0 }, signal }])
  })
  test('the signature is written as PROTOCOL.u2f says', async () => {
    expect(Buffer.from(await signWith(response()).result)).toEqual(blob(clientData(), ORIGIN))
    const extensions = Buffer.of(0xa1, 1, 2)
    expect(Buffer.from(await signWith(response({ authenticator: Buffer.concat([hash, after, extensions]) })).result)).toEqual(blob(clientData(), ORIGIN, extensions))
  })
  test('by the runtime\'s authenticator, if there is one', async () => {
    vi.stubGlobal('navigator', { credentials: { get: async () => response() } })
    expect(Buffer.from(await signByWebAuthn(data, RP, { publicKey: key.blob, credentialId }))).toEqual(blob(clientData(), ORIGIN))
    for (const navigator of [{}, undefined]) {
      vi.stubGlobal('navigator', navigator)
      await expect(signByWebAuthn(data, RP, { publicKey: key.blob, credentialId })).rejects.toMatchObject(keyError('ERR_KEY_UNSUPPORTED', /this runtime has no WebAuthn/))
    }
  })
  const other = Buffer.from(hash)
  other[31]! ^= 1
  test.each<[name: string, answer: unknown, message: RegExp]>([
    ['no answer', null, /gave no signature/], ['an answer without a response', {}, /gave no signature/],
    ['another relying party', response({ authenticator: Buffer.concat([other, after]) }), /another relying party/],
    ['too short', response({ authenticator: Buffer.concat([hash, after.subarray(1)]) }), /another relying party/],
    ['a registration', response({ client: clientData({ type: 'webauthn.create' }) }), /client data in the form/],
    ['another challenge', response({ client: clientData({ challenge: 'AAAA' }) }), /client data in the form/],
    ['no origin', response({ client: clientData({ origin: '' }) }), /client data in the form/],
    ['an origin of escapes', response({ client: clientData({ origin: '"x' }) }), /client data in the form/],
    ['a signature that is none', response({ signature: signature.subarray(1) }), /malformed signature/],
    ['a signature with numbers that are too long', response({ signature: Buffer.concat([Buffer.from('3026022101', 'hex'), Buffer.alloc(32, 1), Buffer.from('020101', 'hex')]) }), /malformed signature/],
  ])('%s is refused', async (_, answer, message) => {
    await expect(signWith(answer).result).rejects.toMatchObject(keyError('ERR_KEY_FORMAT', message))
  })

  test('the signer asks a person, and makes this one signature', async () => {
    const signer = webAuthnSigner({ publicKey: formatPublicKey(key), credentialId, credentials: { get: async () => response() } })
    expect(signer).toMatchObject({ publicKey: key.blob, algorithms: [ALGORITHM], comment: 'passkey', asksPerson: true })
    expect(Buffer.from(await signer.sign(data, ALGORITHM))).toEqual(blob(clientData(), ORIGIN))
    await expect(signer.sign(data, 'sk-ecdsa-sha2-nistp256@openssh.com')).rejects.toMatchObject({ code: 'ERR_KEY_UNSUPPORTED' })
  })
  test('arguments', () => {
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'der', type: 'spki' }), ed25519 = generateKeyPairSync('ed25519').publicKey
    for (const wrong of [p384, ed25519.export({ format: 'der', type: 'spki' })]) expect(() => webAuthnPublicKey(wrong, RP)).toThrow('P-256')
    for (const options of [undefined, 5]) expect(() => webAuthnSigner(options as never)).toThrow(TypeError)
    for (const credentials of [5, {}, { get: 5 }]) expect(() => webAuthnSigner({ publicKey: key.blob, credentialId, credentials: credentials as never })).toThrow(TypeError)
    expect(webAuthnSigner({ publicKey: key.blob, credentialId, credentials: undefined as never }).comment).toBe('')
    const sk = Buffer.concat([string('sk-ssh-ed25519@openssh.com'), string(publicBlobOf(ed25519).subarray(-32)), string('ssh:')])
    const plain = parsePublicKey(publicBlobOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)).blob
    for (const publicKey of [sk, plain, publicBlobOf(ed25519)]) expect(() => webAuthnSigner({ publicKey, credentialId })).toThrow(expect.objectContaining({ code: 'ERR_KEY_UNSUPPORTED' }) as Error)
    expect([key.type, key.comment, webAuthnPublicKey(new Uint8Array(spki).buffer, RP).comment]).toEqual(['sk-ecdsa-sha2-nistp256@openssh.com', 'passkey', ''])
  })
})
