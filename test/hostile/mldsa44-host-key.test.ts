// A server whose host key is of ssh-mldsa44-ed25519 lies about the key, and about its signature: in the first exchange and in a later one.
import { beforeAll, describe, expect, test } from 'vitest'
import { generateKeyPair, type PrivateKey } from '../../src/index.ts'
import { LIBSSH2_METHOD_HOSTKEY } from '../../src/ffi/constants.gen.ts'
import type { Session } from '../../src/bindings/index.ts'
import { WireWriter } from '../../src/wire-format/writer.ts'
import { attack, codeOf, exec, read, serveVictim } from '../fixes/attack.ts'
import { channelData, type Connection, message, type SigningKey, SSH_MSG } from '../support/scripted-server.ts'

const NAME = 'ssh-mldsa44-ed25519', OLD = `${NAME}@openssh.com`
const ML_DSA = 2420, PUBLIC = 1312
const KEX = { kex: 'curve25519-sha256' } as const

let pair: PrivateKey, other: PrivateKey
beforeAll(async () => { [pair, other] = await Promise.all([generateKeyPair('mldsa44-ed25519'), generateKeyPair('mldsa44-ed25519')]) })

interface KeyParts { type: string, key: Uint8Array, behind: Uint8Array }
interface SignatureParts { algorithm: string, signature: Uint8Array, behind: Uint8Array }
type KeyLie = (right: KeyParts) => Partial<KeyParts>
type SignatureLie = (right: SignatureParts, data: Uint8Array) => Partial<SignatureParts> | Promise<Partial<SignatureParts>>

const NOTHING = new Uint8Array(0)
const KEY_AT = 4 + NAME.length + 4

/** Both signatures over `data`, without their names. */
const signing = async (data: Uint8Array, by: PrivateKey = pair): Promise<Uint8Array> => (await by.sign(data, NAME)).subarray(KEY_AT)

/** A host key that lies about itself or in its signatures. */
function lying({ ofKey, ofSignature, name = NAME }: { ofKey?: KeyLie, ofSignature?: SignatureLie, name?: string } = {}): SigningKey {
  const right: KeyParts = { type: name, key: pair.publicKey.subarray(KEY_AT), behind: NOTHING }
  const { type, key, behind } = { ...right, ...ofKey?.(right) }
  return {
    algorithm: name,
    blob: new WireWriter(2048).string(type).string(key).bytes(behind).finish(),
    async sign(data) {
      const truth: SignatureParts = { algorithm: name, signature: await signing(data), behind: NOTHING }
      const said = { ...truth, ...await ofSignature?.(truth, data) }
      return new WireWriter(4096).string(said.algorithm).string(said.signature).bytes(said.behind).finish()
    },
  }
}

const flipped = (bytes: Uint8Array, at: number) => bytes.with(at, bytes[at]! ^ 1)
const prefer = (session: Session, names: string = NAME) => session.methodPref(LIBSSH2_METHOD_HOSTKEY, names)

/** How the first exchange ends. */
const first = (hostKey: SigningKey, names?: string) => attack(async (connection: Connection) => {
  await connection.handshake({ ...KEX, hostKey })
  await connection.receive(SSH_MSG.SERVICE_REQUEST)
  connection.send(message(SSH_MSG.SERVICE_ACCEPT).string('ssh-userauth').finish())
  await connection.receiveAll()
}, async (session) => {
  prefer(session, names)
  return session.complete(() => session.handshake()).then(() => 'agreed', (error: unknown) => codeOf(() => Promise.reject(error)))
})

/** How a later exchange ends, after a first one with the right key. */
const later = (hostKey: SigningKey) => attack(async (connection) => {
  const channel = await serveVictim(connection, { ...KEX, hostKey: lying() })
  await connection.exchangeKeys({ ...KEX, hostKey })
  connection.send(channelData(channel, 'agreed'))
  await connection.receiveAll()
}, async (session) => {
  prefer(session)
  const channel = await exec(session)
  return read(channel).catch((error: unknown) => codeOf(() => Promise.reject(error)))
})

const ofTheKey: readonly (readonly [what: string, lie: KeyLie])[] = [
  ['is one byte short', ({ key }) => ({ key: key.subarray(1) })],
  ['is one byte long', ({ key }) => ({ key: new Uint8Array([...key, 0]) })],
  ['is empty', () => ({ key: NOTHING })],
  ['is of ML-DSA alone', ({ key }) => ({ key: key.subarray(0, PUBLIC) })],
  ['has another half of ML-DSA', ({ key }) => ({ key: new Uint8Array([...other.publicKey.subarray(KEY_AT, KEY_AT + PUBLIC), ...key.subarray(PUBLIC)]) })],
  ['has another half of Ed25519', ({ key }) => ({ key: new Uint8Array([...key.subarray(0, PUBLIC), ...other.publicKey.subarray(KEY_AT + PUBLIC)]) })],
  ['has an Ed25519 half that is no point', ({ key }) => ({ key: new Uint8Array([...key.subarray(0, PUBLIC), ...new Uint8Array(32).fill(255)]) })],
  ['has an Ed25519 half of small order', ({ key }) => ({ key: new Uint8Array([...key.subarray(0, PUBLIC), 1, ...new Uint8Array(31)]) })],
  ['is of another type', () => ({ type: 'ssh-ed25519' })],
  ['has the older name', () => ({ type: OLD })],
  ['calls itself a certificate', () => ({ type: `${NAME}-cert` })],
  ['has something behind it', () => ({ behind: Uint8Array.of(0) })],
]

const ofTheSignature: readonly (readonly [what: string, lie: SignatureLie])[] = [
  ['is one byte short', ({ signature }) => ({ signature: signature.subarray(1) })],
  ['is one byte long', ({ signature }) => ({ signature: new Uint8Array([...signature, 0]) })],
  ['is empty', () => ({ signature: NOTHING })],
  ['is of ML-DSA alone', ({ signature }) => ({ signature: signature.subarray(0, ML_DSA) })],
  ['is of Ed25519 alone', ({ signature }) => ({ signature: signature.subarray(ML_DSA) })],
  ['has its halves exchanged', ({ signature }) => ({ signature: new Uint8Array([...signature.subarray(ML_DSA), ...signature.subarray(0, ML_DSA)]) })],
  ['is all zeros', ({ signature }) => ({ signature: new Uint8Array(signature.length) })],
  ['has a wrong half of ML-DSA', ({ signature }) => ({ signature: flipped(signature, 0) })],
  ['has a wrong hint of ML-DSA', ({ signature }) => ({ signature: flipped(signature, ML_DSA - 1) })],
  ['has a wrong half of Ed25519', ({ signature }) => ({ signature: flipped(signature, ML_DSA) })],
  ['has ML-DSA of another key', async ({ signature }, data) => ({ signature: new Uint8Array([...(await signing(data, other)).subarray(0, ML_DSA), ...signature.subarray(ML_DSA)]) })],
  ['has Ed25519 of another key', async ({ signature }, data) => ({ signature: new Uint8Array([...signature.subarray(0, ML_DSA), ...(await signing(data, other)).subarray(ML_DSA)]) })],
  ['is of something else', async (_, data) => ({ signature: await signing(flipped(new Uint8Array([...data, 0]), 0)) })],
  ['has the older name', () => ({ algorithm: OLD })],
  ['is of another type', () => ({ algorithm: 'ssh-ed25519' })],
  ['has something behind it', () => ({ behind: Uint8Array.of(0) })],
]

describe('a host key of ssh-mldsa44-ed25519', () => {
  test.each([NAME, OLD])('%s: the right one, for comparison', async (name) => {
    expect(await first(lying({ name }), name)).toBe('agreed')
  })
  test('the right one, also in a later exchange', async () => {
    expect(await later(lying())).toBe('agreed')
  })
  test.each(ofTheKey)('whose key %s', async (_, ofKey) => {
    expect(await first(lying({ ofKey }))).toMatch(/^ERR_LIBSSH2_HOSTKEY_(SIGN|INIT)$/)
  })
  test.each(ofTheSignature)('whose signature %s', async (_, ofSignature) => {
    expect(await first(lying({ ofSignature }))).toBe('ERR_LIBSSH2_HOSTKEY_SIGN')
  })
  test.each(ofTheSignature)('whose signature, in a later exchange, %s', async (_, ofSignature) => {
    expect(await later(lying({ ofSignature }))).toBe('ERR_LIBSSH2_HOSTKEY_SIGN')
  })
  test('another one in a later exchange', async () => {
    const hostKey = { algorithm: NAME, blob: other.publicKey, sign: (data: Uint8Array) => other.sign(data, NAME) }
    expect(await later(hostKey)).toBe('ERR_LIBSSH2_HOSTKEY_INIT')
  })
  test('a server that goes while its signature is being verified: nothing is left', async () => {
    const code = await attack(async (connection) => {
      await connection.handshake({ ...KEX, hostKey: lying(), beforeNewKeys: () => connection.destroy() })
    }, async (session) => {
      prefer(session)
      return codeOf(() => session.complete(() => session.handshake()))
    })
    expect(code).toMatch(/^ERR_LIBSSH2_SOCKET_(DISCONNECT|RECV)$/)
  })
  test('a session that is freed while the signature is being verified: nothing is left', async () => {
    let told!: () => void
    const replied = new Promise<void>((resolve) => { told = resolve })
    const code = await attack(async (connection) => {
      await connection.handshake({ ...KEX, hostKey: lying(), beforeNewKeys: told })
      await connection.receiveAll()
    }, async (session) => {
      prefer(session)
      const aborted = new AbortController()
      const shaking = session.complete(() => session.handshake(), { signal: aborted.signal })
      // The reply has come, and its signature is being verified: the verification loads code, which takes several turns.
      await replied
      await new Promise(setImmediate)
      session.free()
      aborted.abort()
      return shaking.then(() => 'agreed', () => 'ended')
    })
    expect(code).toBe('ended')
  })
  test('is not agreed upon unless it is named', async () => {
    const hostKey = lying()
    const code = await attack(async (connection) => {
      await connection.handshake({ ...KEX, hostKey })
      await connection.receiveAll()
    }, async (session) => codeOf(() => session.complete(() => session.handshake())))
    expect(code).toBe('ERR_LIBSSH2_KEX_FAILURE')
  })
})
