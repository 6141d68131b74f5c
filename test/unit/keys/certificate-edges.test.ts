// Certificates that ssh-keygen never writes, field by field (PROTOCOL.certkeys).
import { describe, expect, test } from 'vitest'
import { certifiedKey, isCertificate, parseCertificate } from '../../../src/keys/certificate.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'

const CERTIFICATE = 'ssh-ed25519-cert-v01@openssh.com'
const keyOf = (fill: number) => new WireWriter().string('ssh-ed25519').string(new Uint8Array(32).fill(fill)).finish()
const options = (...pairs: readonly (readonly [name: string, value: string])[]) => pairs.reduce((writer, [name, value]) => writer.string(name).string(value), new WireWriter()).finish()

interface Parts { type?: string, role?: number, principals?: Uint8Array, critical?: Uint8Array, extensions?: Uint8Array, authority?: Uint8Array, after?: Uint8Array }
/** A certificate with an empty signature; what is left out is right. */
function certificate({ type = CERTIFICATE, role = 2, principals = new Uint8Array(), critical = new Uint8Array(), extensions = new Uint8Array(), authority = keyOf(2), after = new Uint8Array() }: Parts = {}): Uint8Array {
  return new WireWriter(1024).string(type).string('nonce').string(new Uint8Array(32).fill(1)).uint64(7n).uint32(role).string('the id').string(principals)
    .uint64(100n).uint64(200n).string(critical).string(extensions).string('').string(authority).string('signature').bytes(after).finish()
}
const refused = (message: RegExp) => expect.objectContaining({ name: 'KeyError', code: 'ERR_KEY_FORMAT', message: expect.stringMatching(message) as string }) as Error

test('each field is where it should be', () => {
  const blob = certificate({ principals: new WireWriter().string('one').string('two').finish(), critical: options(['c', '1']), extensions: options(['e', '2'], ['f', '']) })
  const parsed = parseCertificate(blob)
  expect(parsed).toMatchObject({ type: CERTIFICATE, serial: 7n, role: 'host', keyId: 'the id', principals: ['one', 'two'], validAfter: 100n, validBefore: 200n, publicKey: keyOf(1), signatureKey: keyOf(2) })
  expect(parsed.criticalOptions).toEqual(new Map([['c', new TextEncoder().encode('1')]]))
  expect([...parsed.extensions.keys()]).toEqual(['e', 'f'])
  expect(Buffer.concat([parsed.signedBytes, new WireWriter().string('signature').finish()])).toEqual(Buffer.from(blob))
  expect(parsed.blob).toEqual(blob)
})

test.each<[number, string]>([[1, 'user'], [2, 'host']])('role %d is that of a %s', (role, name) => {
  expect(parseCertificate(certificate({ role })).role).toBe(name)
})

describe('what is no certificate', () => {
  test.each<[string, Parts, RegExp]>([
    ['for nobody', { role: 0 }, /neither a user nor a host/], ['for somebody else', { role: 3 }, /neither a user nor a host/],
    ['signed by a certificate', { authority: certificate() }, /signed by a certificate/],
    ['with a critical option twice', { critical: options(['x', '1'], ['x', '1']) }, /an option twice/],
    ['with an extension twice', { extensions: options(['x', ''], ['y', ''], ['x', '']) }, /an option twice/],
    ['with half a principal', { principals: Uint8Array.of(0) }, /damaged certificate/],
    ['with half a critical option', { critical: Uint8Array.of(0) }, /damaged certificate/],
    ['with bytes behind its signature', { after: Uint8Array.of(0) }, /damaged certificate/],
    ['a plain key', { type: 'ssh-ed25519' }, /not a certificate/],
    ['signed by nothing', { authority: new Uint8Array() }, /damaged public key/],
  ])('%s', (_, parts, message) => {
    expect(() => parseCertificate(certificate(parts))).toThrow(refused(message))
  })
})

test('the certified key, and a plain key as it is', () => {
  expect(isCertificate(certificate())).toBe(true)
  expect(isCertificate(keyOf(1))).toBe(false)
  expect(certifiedKey(certificate())).toEqual(keyOf(1))
  expect(certifiedKey(keyOf(3))).toEqual(keyOf(3))
})

test('a certificate keeps its own copy of the bytes', () => {
  const blob = certificate()
  const parsed = parseCertificate(blob)
  blob.fill(0)
  expect(parsed.publicKey).toEqual(keyOf(1))
  expect(parsed.blob).toEqual(certificate())
})
