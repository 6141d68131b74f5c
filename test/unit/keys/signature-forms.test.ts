// What a signer may return, at its edges (RFC 3279, RFC 4253, RFC 5656, IEEE P1363, PROTOCOL.u2f), without any key: only lengths and names count here.
import { describe, expect, test } from 'vitest'
import type { PublicFields } from '../../../src/keys/public-key-blob.ts'
import { ecdsaPair, wholeSignature } from '../../../src/keys/signers/whole-signature.ts'
import { mpint, string } from './independent-verifier.ts'

const ED25519: PublicFields = { kind: 'ed25519', key: new Uint8Array(32) }, SK: PublicFields = { ...ED25519, application: 'ssh:' }
const RSA: PublicFields = { kind: 'rsa', e: Uint8Array.of(3), n: new Uint8Array(256).fill(0xff) }
const MLDSA: PublicFields = { kind: 'mldsa44-ed25519', type: 'ssh-mldsa44-ed25519', key: new Uint8Array(1344) }
const ecdsa = (curve: 'nistp256' | 'nistp384' | 'nistp521', application?: string): PublicFields => ({ kind: 'ecdsa', curve, point: new Uint8Array(), ...application === undefined ? {} : { application } })
const bytes = (length: number, first = 0x7f) => Buffer.concat([Buffer.of(first), Buffer.alloc(Math.max(0, length - 1), 5)]).subarray(0, length)
const element = (tag: number, ...content: readonly Buffer[]) => { const whole = Buffer.concat(content); return Buffer.concat([Buffer.of(tag, whole.length), whole]) }
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const blob = (name: string, signature: Buffer) => Buffer.concat([string(name), string(signature)])
const WEBAUTHN = 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com'

describe('only the signature: the blob is made around it', () => {
  test.each<[name: string, key: PublicFields, algorithm: string, signature: Buffer, raw: Buffer]>([
    ['Ed25519', ED25519, 'ssh-ed25519', bytes(64), bytes(64)],
    ['ML-DSA-44 and Ed25519', MLDSA, 'ssh-mldsa44-ed25519', bytes(2484), bytes(2484)],
    ['RSA', RSA, 'rsa-sha2-256', bytes(256), bytes(256)],
    ['RSA without its leading zeros', RSA, 'rsa-sha2-512', bytes(255), Buffer.concat([Buffer.of(0), bytes(255)])],
    ['RSA with a zero more', RSA, 'ssh-rsa', Buffer.concat([Buffer.of(0), bytes(256)]), bytes(256)],
    ['P-256, side by side', ecdsa('nistp256'), 'ecdsa-sha2-nistp256', Buffer.concat([bytes(32), bytes(32, 0x80)]), Buffer.concat([mpint(bytes(32)), mpint(bytes(32, 0x80))])],
    ['P-384, side by side', ecdsa('nistp384'), 'ecdsa-sha2-nistp384', Buffer.concat([bytes(48), bytes(48, 1)]), Buffer.concat([mpint(bytes(48)), mpint(bytes(48, 1))])],
    ['P-521, side by side', ecdsa('nistp521'), 'ecdsa-sha2-nistp521', Buffer.concat([bytes(66, 1), bytes(66, 1)]), Buffer.concat([mpint(bytes(66, 1)), mpint(bytes(66, 1))])],
    ['P-256 as DER', ecdsa('nistp256'), 'ecdsa-sha2-nistp256', hex('3006 020105 020107'), hex('00000001 05 00000001 07')],
    ['P-256 as mpints', ecdsa('nistp256'), 'ecdsa-sha2-nistp256', hex('00000001 05 00000001 07'), hex('00000001 05 00000001 07')],
  ])('%s', (_, key, algorithm, signature, raw) => {
    expect(Buffer.from(wholeSignature(key, algorithm, signature))).toEqual(blob(algorithm, raw))
  })
})

describe('the whole blob stays as it is', () => {
  test.each<[name: string, key: PublicFields, algorithm: string]>([
    ['Ed25519', ED25519, 'ssh-ed25519'], ['RSA', RSA, 'rsa-sha2-512'], ['a security key', SK, 'sk-ssh-ed25519@openssh.com'], ['WebAuthn', ecdsa('nistp256', 'ssh:'), WEBAUTHN],
  ])('%s', (_, key, algorithm) => {
    const whole = blob(algorithm, bytes(10))
    expect(Buffer.from(wholeSignature(key, algorithm, whole))).toEqual(whole)
  })
})

describe('what is refused', () => {
  const isNone = (algorithm: string) => `what the signer returned is not a signature of ${algorithm}`
  test.each<[name: string, key: PublicFields, algorithm: string, signature: Buffer, message?: string]>([
    ['nothing', ED25519, 'ssh-ed25519', Buffer.alloc(0)],
    ['Ed25519: a byte too few', ED25519, 'ssh-ed25519', bytes(63)], ['Ed25519: a byte too many', ED25519, 'ssh-ed25519', bytes(65)],
    ['ML-DSA: a byte too few', MLDSA, 'ssh-mldsa44-ed25519', bytes(2483)], ['ML-DSA: a byte too many', MLDSA, 'ssh-mldsa44-ed25519', bytes(2485)],
    ['RSA: longer than the modulus', RSA, 'rsa-sha2-256', bytes(257)],
    ['P-256: a byte too few', ecdsa('nistp256'), 'ecdsa-sha2-nistp256', bytes(63)],
    ['a security key: the signature alone', SK, 'sk-ssh-ed25519@openssh.com', bytes(64)],
    ['a security key of ECDSA: the signature alone', ecdsa('nistp256', 'ssh:'), 'sk-ecdsa-sha2-nistp256@openssh.com', bytes(64)],
    ['another algorithm of the key', RSA, 'rsa-sha2-512', blob('ssh-rsa', bytes(256)), 'the signer was asked for rsa-sha2-512, and signed with ssh-rsa'],
    ['WebAuthn in place of another', SK, 'sk-ssh-ed25519@openssh.com', blob(WEBAUTHN, bytes(64)), `the signer was asked for sk-ssh-ed25519@openssh.com, and signed with ${WEBAUTHN}`],
    ['a blob of another key', ED25519, 'ssh-ed25519', blob('ssh-rsa', bytes(64))],
  ])('%s', (_, key, algorithm, signature, message = isNone(algorithm)) => {
    expect(() => wholeSignature(key, algorithm, signature)).toThrow(expect.objectContaining({ name: 'KeyError', code: 'ERR_KEY_FORMAT', message }) as Error)
  })
})

describe('r and s', () => {
  const number = (content: Buffer) => element(2, content)
  test.each<[name: string, signature: Buffer, r: Buffer, s: Buffer]>([
    ['short ones', hex('3006 020105 020107'), hex('05'), hex('07')],
    ['with zeros before them', element(0x30, number(hex('0080')), number(hex('0000000001'))), hex('80'), hex('01')],
    ['as long as the curve', element(0x30, number(bytes(32)), number(Buffer.concat([Buffer.of(0), bytes(32, 0xff)]))), bytes(32), bytes(32, 0xff)],
    ['mpints', Buffer.concat([mpint(bytes(32, 0xff)), mpint(Buffer.of(1))]), bytes(32, 0xff), hex('01')],
  ])('%s', (_, signature, r, s) => {
    const padded = (value: Buffer) => Buffer.concat([Buffer.alloc(32 - value.length), value])
    expect(Buffer.from(ecdsaPair(signature, 32)!)).toEqual(Buffer.concat([padded(r), padded(s)]))
  })
  test.each<[name: string, signature: Buffer]>([
    ['a third number', element(0x30, number(Buffer.of(1)), number(Buffer.of(1)), number(Buffer.of(1)))],
    ['bytes behind the sequence', Buffer.concat([hex('3006 020101 020101'), Buffer.of(0)])],
    ['one number', element(0x30, number(Buffer.of(1)))],
    ['r too large', element(0x30, number(bytes(33)), number(Buffer.of(1)))],
    ['s too large', element(0x30, number(Buffer.of(1)), number(bytes(33)))],
    ['bytes behind two mpints', Buffer.concat([mpint(Buffer.of(1)), mpint(Buffer.of(1)), Buffer.of(0)])],
    ['r too large, as mpints', Buffer.concat([mpint(bytes(33)), mpint(Buffer.of(1))])],
    ['nothing', Buffer.alloc(0)],
  ])('%s', (_, signature) => {
    expect(ecdsaPair(signature, 32)).toBeUndefined()
  })
})
