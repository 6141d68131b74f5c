import { type Bytes, copyBytes, ownBytes } from '../wire-format/bytes.ts'
import { WireReader } from '../wire-format/reader.ts'
import { asKeyError, malformed } from './key-error.ts'
import { isCertificateName, plainName } from './key-types.ts'
import { publicKeyType, readPublicFields, writePublicKey } from './public-key-blob.ts'

/** An OpenSSH certificate, version 01 (PROTOCOL.certkeys). Nothing in it is verified: the caller checks the signature, the dates and the names. */
export interface Certificate {
  /** E.g. `ssh-ed25519-cert-v01@openssh.com`. */
  readonly type: string
  readonly blob: Bytes
  /** The certified key's own blob, with its plain type. */
  readonly publicKey: Bytes
  readonly serial: bigint
  /** SSH_CERT_TYPE_USER or SSH_CERT_TYPE_HOST. */
  readonly role: 'user' | 'host'
  readonly keyId: string
  /** User or host names; an empty list means any. */
  readonly principals: readonly string[]
  /** Seconds since 1970, inclusive. */
  readonly validAfter: bigint
  /** Seconds since 1970, exclusive; 2^64-1 means no end. */
  readonly validBefore: bigint
  readonly criticalOptions: ReadonlyMap<string, Bytes>
  readonly extensions: ReadonlyMap<string, Bytes>
  /** Blob of the authority's key. */
  readonly signatureKey: Bytes
  /** The authority's signature blob over `signedBytes`. */
  readonly signature: Bytes
  readonly signedBytes: Bytes
}

/** Whether a blob is a certificate rather than a plain key. */
export function isCertificate(blob: Uint8Array): boolean {
  return isCertificateName(publicKeyType(blob))
}

/** The blob of the key that a certificate certifies; a plain key's blob unchanged. */
export function certifiedKey(blob: Uint8Array): Bytes {
  return isCertificate(blob) ? parseCertificate(blob).publicKey : ownBytes(blob)
}

/** Parses a certificate. Throws a `KeyError` if it is damaged or of an unknown type. */
export function parseCertificate(bytes: Uint8Array): Certificate {
  const blob = copyBytes(bytes)
  return asKeyError('certificate', () => {
    const reader = new WireReader(blob)
    const type = reader.text()
    if (!isCertificateName(type)) throw malformed('not a certificate')
    reader.string()
    const publicKey = writePublicKey(readPublicFields(plainName(type), reader))
    const serial = reader.uint64()
    const role = roleOf(reader.uint32())
    const keyId = reader.text()
    const principals = readStrings(reader.string())
    const validAfter = reader.uint64(), validBefore = reader.uint64()
    const criticalOptions = readOptions(reader.string()), extensions = readOptions(reader.string())
    reader.string()
    const signatureKey = reader.string()
    const signedBytes = blob.subarray(0, reader.offset)
    const signature = reader.string()
    reader.end()
    if (isCertificate(signatureKey)) throw malformed('a certificate signed by a certificate')
    return { type, blob, publicKey, serial, role, keyId, principals, validAfter, validBefore, criticalOptions, extensions, signatureKey, signature, signedBytes }
  })
}

function roleOf(number: number): 'user' | 'host' {
  if (number !== 1 && number !== 2) throw malformed('a certificate is for neither a user nor a host')
  return number === 1 ? 'user' : 'host'
}

function readStrings(bytes: Bytes): string[] {
  const reader = new WireReader(bytes)
  const strings: string[] = []
  while (reader.remaining > 0) strings.push(reader.text())
  return strings
}

/** Names must be in order and unique (PROTOCOL.certkeys); like OpenSSH, this only refuses a repeated name. */
function readOptions(bytes: Bytes): Map<string, Bytes> {
  const reader = new WireReader(bytes)
  const options = new Map<string, Bytes>()
  while (reader.remaining > 0) {
    const name = reader.text()
    if (options.has(name)) throw malformed('a certificate has an option twice')
    options.set(name, reader.string())
  }
  return options
}
