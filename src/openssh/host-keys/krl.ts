/// Key revocation lists of OpenSSH (PROTOCOL.krl). Their signatures are not checked, as OpenSSH does not any more.
import { createHash } from 'node:crypto'
import { encodeText, equalBytes } from '../../wire-format/bytes.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { readPresentedKey } from '../../host-key/presented-key.ts'
import type { Certificate } from '../../keys/certificate.ts'

const MAGIC = encodeText('SSHKRL\n\0')
const CERTIFICATES = 1, EXPLICIT_KEY = 2, FINGERPRINT_SHA1 = 3, SIGNATURE = 4, FINGERPRINT_SHA256 = 5, EXTENSION = 255
const SERIAL_LIST = 0x20, SERIAL_RANGE = 0x21, SERIAL_BITMAP = 0x22, KEY_ID = 0x23, CERT_EXTENSION = 0x39

/** Whether a host key, or a certificate, is revoked. */
export type IsRevoked = (key: Uint8Array) => boolean

type CertificateTest = (certificate: Certificate) => boolean

export function isKrl(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)
}

/** @throws WireFormatError or Error where the list is damaged, or has a part that is critical and not known */
export function readKrl(bytes: Uint8Array): IsRevoked {
  const reader = new WireReader(bytes.slice())
  reader.bytes(MAGIC.length)
  if (reader.uint32() !== 1) throw new Error('the key revocation list is of an unknown version')
  for (let field = 0; field < 3; field++) reader.uint64()
  reader.string()
  reader.string()
  const keys: Uint8Array[] = [], sha1: Uint8Array[] = [], sha256: Uint8Array[] = [], tests: CertificateTest[] = []
  while (reader.remaining > 0) {
    const type = reader.byte()
    if (type === SIGNATURE) {
      reader.string()
      reader.string()
      continue
    }
    const section = new WireReader(reader.string())
    if (type === CERTIFICATES) tests.push(...readCertificates(section))
    else if (type === EXPLICIT_KEY) keys.push(...strings(section))
    else if (type === FINGERPRINT_SHA1) sha1.push(...strings(section))
    else if (type === FINGERPRINT_SHA256) sha256.push(...strings(section))
    else if (type === EXTENSION) refuseCritical(section)
    else throw new Error(`the key revocation list has a part of the unknown kind ${type}`)
  }
  const listed = (key: Uint8Array) => keys.some((other) => equalBytes(other, key)) || sha1.some((hash) => equalBytes(hash, digest('sha1', key))) || sha256.some((hash) => equalBytes(hash, digest('sha256', key)))
  return (key) => {
    const { publicKey, certificate } = readPresentedKey(key)
    return listed(publicKey) || (certificate !== undefined && (listed(certificate.signatureKey) || tests.some((test) => test(certificate))))
  }
}

/** Sections about the certificates of one authority, or of any where none is named. */
function readCertificates(reader: WireReader): CertificateTest[] {
  const authority = reader.string()
  reader.string()
  const tests: CertificateTest[] = []
  while (reader.remaining > 0) {
    const type = reader.byte()
    const section = new WireReader(reader.string())
    const test = readCertificateTest(type, section)
    if (test) tests.push((certificate) => (authority.length === 0 || equalBytes(authority, certificate.signatureKey)) && test(certificate))
  }
  return tests
}

function readCertificateTest(type: number, section: WireReader): CertificateTest | undefined {
  if (type === SERIAL_LIST) {
    const serials: bigint[] = []
    while (section.remaining > 0) serials.push(section.uint64())
    return ({ serial }) => serial !== 0n && serials.includes(serial)
  }
  if (type === SERIAL_RANGE) {
    const low = section.uint64(), high = section.uint64()
    return ({ serial }) => serial !== 0n && serial >= low && serial <= high
  }
  if (type === SERIAL_BITMAP) {
    const offset = section.uint64()
    const bits = section.string().reduce((all, byte) => all << 8n | BigInt(byte), 0n)
    return ({ serial }) => serial !== 0n && serial >= offset && (bits >> (serial - offset) & 1n) === 1n
  }
  if (type === KEY_ID) {
    const ids = strings(section).map((id) => new TextDecoder().decode(id))
    return ({ keyId }) => ids.includes(keyId)
  }
  if (type !== CERT_EXTENSION) throw new Error(`the key revocation list has a part of the unknown kind ${type}`)
  refuseCritical(section)
  return undefined
}

function refuseCritical(section: WireReader): void {
  const name = section.text()
  if (section.byte() !== 0) throw new Error(`the key revocation list needs ${JSON.stringify(name)}, which is not known here`)
}

function strings(reader: WireReader): Uint8Array[] {
  const all: Uint8Array[] = []
  while (reader.remaining > 0) all.push(reader.string())
  return all
}

const digest = (name: 'sha1' | 'sha256', key: Uint8Array) => new Uint8Array(createHash(name).update(key).digest())
