import type { Certificate } from '../../keys/certificate.ts'
import { malformed } from '../../keys/key-error.ts'
import { type Bytes, encodeText, equalBytes } from '../../wire-format/bytes.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { encodeBase64 } from '../../wire-format/base64.ts'
import type { IsRevoked } from './is-revoked.ts'

/** The beginning of a key revocation list (PROTOCOL.krl of OpenSSH). */
export const REVOCATION_LIST = /* @__PURE__ */ encodeText('SSHKRL\n\0')

const CERTIFICATES = 1, EXPLICIT_KEY = 2, SHA1 = 3, SIGNATURE = 4, SHA256 = 5, EXTENSION = 255
const SERIALS = 0x20, SERIAL_RANGE = 0x21, SERIAL_BITMAP = 0x22, KEY_IDS = 0x23, CERTIFICATE_EXTENSION = 0x39

/** The revoked certificates of one authority; of every authority if no key is given. */
interface RevokedCertificates {
  readonly authority: Bytes
  readonly keyIds: Set<string>
  readonly serials: ((serial: bigint) => boolean)[]
}

/** Reads a list. Throws `KeyError` or `WireFormatError` if it is damaged, or has a critical part that is unknown here. */
export function readRevocationList(bytes: Bytes): IsRevoked {
  const reader = new WireReader(bytes)
  reader.bytes(REVOCATION_LIST.length)
  if (reader.uint32() !== 1) throw malformed('the key revocation list is of an unknown version')
  for (let i = 0; i < 3; i++) reader.uint64()
  reader.string()
  reader.string()
  const keys = new Set<string>(), sha1 = new Set<string>(), sha256 = new Set<string>()
  const certificates: RevokedCertificates[] = []
  while (reader.remaining > 0) {
    const type = reader.byte()
    const section = new WireReader(reader.string())
    if (type === CERTIFICATES) certificates.push(readCertificates(section))
    else if (type === EXPLICIT_KEY) addAll(keys, section)
    else if (type === SHA1) addAll(sha1, section)
    else if (type === SHA256) addAll(sha256, section)
    else if (type === EXTENSION) refuseCritical(section)
    else if (type !== SIGNATURE) throw malformed('the key revocation list has a section of an unknown type')
    // Like OpenSSH, does not verify signatures: an attacker who can write the file can do everything else.
    else break
  }
  const isListed = async (key: Bytes) => keys.has(encodeBase64(key)) || sha256.has(await digest('SHA-256', key)) || sha1.has(await digest('SHA-1', key))
  return async ({ publicKey, certificate }) => {
    if (await isListed(publicKey)) return true
    return certificate !== undefined && (await isListed(certificate.signatureKey) || certificates.some((revoked) => isRevokedBy(revoked, certificate)))
  }
}

function readCertificates(reader: WireReader): RevokedCertificates {
  const revoked: RevokedCertificates = { authority: reader.string(), keyIds: new Set(), serials: [] }
  reader.string()
  while (reader.remaining > 0) {
    const type = reader.byte()
    const section = new WireReader(reader.string())
    if (type === SERIALS) {
      const listed = new Set<bigint>()
      while (section.remaining > 0) listed.add(section.uint64())
      revoked.serials.push((serial) => listed.has(serial))
    } else if (type === SERIAL_RANGE) {
      const least = section.uint64(), most = section.uint64()
      revoked.serials.push((serial) => serial >= least && serial <= most)
    } else if (type === SERIAL_BITMAP) {
      const offset = section.uint64(), bits = section.mpint()
      revoked.serials.push((serial) => serial >= offset && hasBit(bits, serial - offset))
    } else if (type === KEY_IDS) {
      while (section.remaining > 0) revoked.keyIds.add(section.text())
    } else if (type === CERTIFICATE_EXTENSION) {
      refuseCritical(section)
    } else {
      throw malformed('the key revocation list has certificates revoked in an unknown way')
    }
  }
  return revoked
}

/** Certificates without a serial number have 0. */
function isRevokedBy({ authority, keyIds, serials }: RevokedCertificates, { signatureKey, keyId, serial }: Certificate): boolean {
  if (authority.length > 0 && !equalBytes(authority, signatureKey)) return false
  return keyIds.has(keyId) || (serial !== 0n && serials.some((has) => has(serial)))
}

/** Bit 0 is the lowest of a big-endian number. */
function hasBit(bits: Bytes, bit: bigint): boolean {
  const byte = bits.length - 1 - Number(bit >> 3n)
  return byte >= 0 && (bits[byte]! >> Number(bit & 7n) & 1) === 1
}

function addAll(to: Set<string>, reader: WireReader): void {
  while (reader.remaining > 0) to.add(encodeBase64(reader.string()))
}

function refuseCritical(reader: WireReader): void {
  reader.string()
  if (reader.boolean()) throw malformed('the key revocation list has a critical extension that is not known here')
}

async function digest(hash: 'SHA-1' | 'SHA-256', key: Bytes): Promise<string> {
  return encodeBase64(new Uint8Array(await crypto.subtle.digest(hash, key)))
}
