// Key revocation lists (PROTOCOL.krl) that ssh-keygen never writes, section by section: what is unknown must never be taken for "not revoked".
import { describe, expect, test } from 'vitest'
import type { Certificate } from '../../../src/keys/certificate.ts'
import { readRevocationList } from '../../../src/host-key/revoked-keys/revocation-list.ts'
import { readRevokedKeys } from '../../../src/host-key/revoked-keys/revoked-keys.ts'
import { WireWriter } from '../../../src/wire-format/writer.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const KEY = new WireWriter().string('ssh-ed25519').string(new Uint8Array(32).fill(1)).finish()
const AUTHORITY = new WireWriter().string('ssh-ed25519').string(new Uint8Array(32).fill(2)).finish()
const OTHER = new WireWriter().string('ssh-ed25519').string(new Uint8Array(32).fill(3)).finish()

type Section = readonly [type: number, content: Uint8Array]
const sectionsOf = (sections: readonly Section[]) => sections.reduce((writer, [type, content]) => writer.byte(type).string(content), new WireWriter()).finish()
const list = (sections: readonly Section[], version = 1) => new WireWriter().bytes(new TextEncoder().encode('SSHKRL\n\0')).uint32(version).uint64(1n).uint64(2n).uint64(0n).string('').string('comment').bytes(sectionsOf(sections)).finish()
/** Revoked certificates of an authority; of each one where it is empty. */
const certificates = (authority: Uint8Array, sections: readonly Section[]) => list([[1, new WireWriter().string(authority).string('').bytes(sectionsOf(sections)).finish()]])
const extension = (critical: boolean) => new WireWriter().string('made-up@example.com').boolean(critical).string('').finish()

const plain = { publicKey: KEY, type: 'ssh-ed25519' }
const certified = (serial: bigint, keyId = 'id', signatureKey = AUTHORITY) => ({ ...plain, certificate: { serial, keyId, signatureKey } as Certificate })
const revoked = async (file: Uint8Array, key: Parameters<ReturnType<typeof readRevocationList>>[0]) => readRevocationList(file as Uint8Array<ArrayBuffer>)(key)
const refused = { name: 'KeyError', code: 'ERR_KEY_FORMAT' }
const reading = (file: Uint8Array) => () => readRevocationList(file as Uint8Array<ArrayBuffer>)

describe('a list that cannot be understood is no list', () => {
  test.each<[string, Uint8Array]>([
    ['another version', list([], 2)],
    ['a section of an unknown type', list([[6, bytes()]])],
    ['an extension that is critical', list([[255, extension(true)]])],
    ['certificates revoked in an unknown way', certificates(AUTHORITY, [[0x24, bytes()]])],
    ['a critical extension among the certificates', certificates(AUTHORITY, [[0x39, extension(true)]])],
  ])('%s', (_, file) => {
    expect(reading(file)).toThrow(expect.objectContaining(refused) as Error)
    expect(() => readRevokedKeys(file)).toThrow(expect.objectContaining({ name: 'HostKeyError', code: 'ERR_HOST_KEY_REVOKED' }) as Error)
  })
})

test('extensions that are not critical change nothing; what follows them counts', async () => {
  const keys = new WireWriter().string(KEY).finish()
  expect(await revoked(list([[255, extension(false)], [2, keys]]), plain)).toBe(true)
  expect(await revoked(list([[255, extension(false)]]), plain)).toBe(false)
  expect(await revoked(certificates(AUTHORITY, [[0x39, extension(false)], [0x23, new WireWriter().string('id').finish()]]), certified(1n))).toBe(true)
})

test('signatures end the list', async () => {
  expect(await revoked(list([[4, bytes()], [6, bytes()]]), plain)).toBe(false)
})

describe('certificates', () => {
  test('a range has both its ends', async () => {
    const file = certificates(AUTHORITY, [[0x21, new WireWriter().uint64(5n).uint64(7n).finish()]])
    expect(await Promise.all([4n, 5n, 6n, 7n, 8n].map((serial) => revoked(file, certified(serial))))).toEqual([false, true, true, true, false])
  })

  test('a bitmap begins at its offset', async () => {
    const file = certificates(AUTHORITY, [[0x22, new WireWriter().uint64(16n).mpint(bytes(0x01, 0x81)).finish()]])
    expect(await Promise.all([15n, 16n, 17n, 23n, 24n, 25n, 40n].map((serial) => revoked(file, certified(serial))))).toEqual([false, true, false, true, true, false, false])
  })

  test('several names, and serial numbers, of one section', async () => {
    const file = certificates(AUTHORITY, [[0x23, new WireWriter().string('one').string('two').finish()], [0x20, new WireWriter().uint64(3n).uint64(9n).finish()]])
    expect(await Promise.all([certified(1n, 'one'), certified(1n, 'two'), certified(3n), certified(9n), certified(4n)].map((key) => revoked(file, key)))).toEqual([true, true, true, true, false])
  })

  test('of one authority, or of every one; certificates without a number are in no range', async () => {
    const range: Section = [0x21, new WireWriter().uint64(0n).uint64(7n).finish()]
    expect(await revoked(certificates(AUTHORITY, [range]), certified(5n, 'id', OTHER))).toBe(false)
    for (const authority of [AUTHORITY, OTHER]) expect(await revoked(certificates(bytes(), [range]), certified(5n, 'id', authority))).toBe(true)
    expect(await revoked(certificates(bytes(), [range]), certified(0n))).toBe(false)
    // Two bytes of an authority are no authority of this certificate.
    expect(await revoked(certificates(bytes(1), [range]), certified(5n))).toBe(false)
  })

  test('a listed authority revokes its certificates', async () => {
    expect(await revoked(list([[2, new WireWriter().string(OTHER).string(AUTHORITY).finish()]]), certified(1n))).toBe(true)
    expect(await revoked(list([[2, new WireWriter().string(OTHER).finish()]]), certified(1n))).toBe(false)
  })
})

describe('hashes of keys', () => {
  const hash = async (name: 'SHA-1' | 'SHA-256', key: Uint8Array<ArrayBuffer>) => new Uint8Array(await crypto.subtle.digest(name, key))
  test.each([[3, 'SHA-1'], [5, 'SHA-256']] as const)('section %d has those of %s', async (section, name) => {
    const file = list([[section, new WireWriter().string(await hash(name, OTHER)).string(await hash(name, KEY)).finish()]])
    expect(await revoked(file, plain)).toBe(true)
    expect(await revoked(list([[section, new WireWriter().string(await hash(name, OTHER)).finish()]]), plain)).toBe(false)
    // Each section has its own hash.
    expect(await revoked(list([[8 - section, new WireWriter().string(await hash(name, KEY)).finish()]]), plain)).toBe(false)
    expect(await revoked(list([[section, new WireWriter().string(await hash(name, AUTHORITY)).finish()]]), certified(1n))).toBe(true)
  })
})

describe('a single byte too many is damage', () => {
  const byte = bytes(0)
  test.each<[string, () => Uint8Array]>([
    ['behind the sections', () => Uint8Array.of(...list([]), 0)],
    ['behind the keys', () => list([[2, Uint8Array.of(...new WireWriter().string(KEY).finish(), ...byte)]])],
    ['behind the ways to revoke certificates', () => list([[1, new WireWriter().string(AUTHORITY).string('').bytes(byte).finish()]])],
    ['behind the serial numbers', () => certificates(AUTHORITY, [[0x20, new WireWriter().uint64(3n).bytes(byte).finish()]])],
    ['behind the names', () => certificates(AUTHORITY, [[0x23, new WireWriter().string('id').bytes(byte).finish()]])],
  ])('%s', (_, file) => {
    expect(() => readRevokedKeys(file())).toThrow(expect.objectContaining({ name: 'HostKeyError', code: 'ERR_HOST_KEY_REVOKED' }) as Error)
  })
})
