import { record, text } from '../errors/arguments.ts'
import { binaryOf, bytesOf } from '../wire-format/bytes-of.ts'
import { decodeBase64, encodeBase64 } from '../wire-format/base64.ts'
import { type Bytes, copyBytes, decodeText } from '../wire-format/bytes.ts'
import { findPem } from '../wire-format/pem.ts'
import { certifiedKey } from './certificate.ts'
import { DerReader } from './files/der/der.ts'
import { EC_OID, ED25519_OID, readCurve, RSA_OID } from './files/der/algorithm-oids.ts'
import { asKeyError, malformed, unsupported } from './key-error.ts'
import { checkedPoint, checkedRsa, keyBits, type PublicFields, publicKeyType, readPublicKey, writePublicKey } from './public-key-blob.ts'

/** A public key or an OpenSSH certificate. */
export interface PublicKey {
  /** E.g. `ssh-ed25519`, `ssh-rsa-cert-v01@openssh.com`. */
  readonly type: string
  /** SSH public key blob (RFC 4253 section 6.6). */
  readonly blob: Bytes
  readonly comment: string
  /** Size as shown by `ssh-keygen -l`. */
  readonly bits: number
}

/**
 * Reads a public key: the line of a `.pub` file (also a certificate's), RFC 4716, PEM (`PUBLIC KEY`, `RSA PUBLIC KEY`), or a blob.
 * @throws KeyError `ERR_KEY_FORMAT`, `ERR_KEY_UNSUPPORTED`, `ERR_KEY_LIMIT`
 */
export function parsePublicKey(key: string | Uint8Array): PublicKey {
  return asKeyError('public key', () => {
    if (typeof key !== 'string' && bytesOf(key, 'a public key')[0] === 0) return fromBlob(copyBytes(key), '')
    const text = (typeof key === 'string' ? key : decodeText(key)).replace(/^\ufeff/, '').trim().replace(/^(["'`])(.*)\1$/s, '$2').trim()
    if (text.startsWith('---- BEGIN SSH2 PUBLIC KEY ----')) return fromRfc4716(text)
    const block = findPem(text, (label) => label.endsWith('PUBLIC KEY'))
    return block === undefined ? fromLine(text) : fromBlob(writePublicKey(fromDer(block.label, block.bytes)), '')
  })
}

/** The line of a `.pub` file or of `authorized_keys`, without a line break. */
export function formatPublicKey(key: { readonly blob: Uint8Array, readonly comment?: string } | { readonly publicKey: Uint8Array, readonly comment?: string }): string {
  const blob = binaryOf('blob' in record(key, 'key') ? (key as { readonly blob: Uint8Array }).blob : (key as { readonly publicKey: Uint8Array }).publicKey, 'a public key')
  const comment = text(key.comment ?? '', 'comment').replace(/[\r\n]+/g, ' ').trim()
  return `${publicKeyType(blob)} ${encodeBase64(blob)}${comment === '' ? '' : ` ${comment}`}`
}

function fromBlob(blob: Bytes, comment: string): PublicKey {
  const fields = readPublicKey(certifiedKey(blob))
  return { type: publicKeyType(blob), blob, comment, bits: keyBits(fields) }
}

function fromLine(text: string): PublicKey {
  const line = /^(\S+)[ \t]+(\S+)(?:[ \t]+([^\r\n]*))?$/.exec(text)
  if (line === null) throw malformed(text.includes('PRIVATE KEY') ? 'this is a private key: a public one is needed' : 'this is not a public key of a known format')
  const blob = decodeBase64(line[2]!)
  if (publicKeyType(blob) !== line[1]) throw malformed('the public key names two types')
  return fromBlob(blob, line[3] ?? '')
}

/** Headers may continue on the next line after a backslash; only `Comment` is used. */
function fromRfc4716(text: string): PublicKey {
  const lines = text.replace(/\\\r?\n/g, '').split(/\r?\n/).slice(1)
  const end = lines.findIndex((line) => line.startsWith('---- END SSH2 PUBLIC KEY ----'))
  if (end < 0) throw malformed('the public key has no END line')
  const body = lines.slice(0, end)
  const comment = body.find((line) => /^comment:/i.test(line))?.replace(/^comment: */i, '').replace(/^"(.*)"$/, '$1')
  return fromBlob(decodeBase64(body.filter((line) => !line.includes(':')).join('')), comment ?? '')
}

/** SubjectPublicKeyInfo (RFC 5280 4.1.2.7), or RSAPublicKey of PKCS#1. */
function fromDer(label: string, bytes: Bytes): PublicFields {
  const outer = new DerReader(bytes)
  const reader = outer.sequence()
  outer.end()
  if (label === 'RSA PUBLIC KEY') return readRsa(reader)
  if (label !== 'PUBLIC KEY') throw unsupported('public keys of this PEM label are not supported')
  const algorithm = reader.sequence()
  const oid = algorithm.oid()
  const key = reader.bitString()
  reader.end()
  if (oid === RSA_OID) return readRsa(new DerReader(key).sequence())
  if (oid === EC_OID) return checkedPoint(readCurve(algorithm), key)
  if (oid === ED25519_OID && key.length === 32) return { kind: 'ed25519', key }
  throw unsupported('public keys of this algorithm are not supported')
}

function readRsa(reader: DerReader): PublicFields {
  const n = reader.integer(), e = reader.integer()
  reader.end()
  return checkedRsa(e, n)
}
