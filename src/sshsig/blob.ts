import { bytesOf } from '../wire-format/bytes-of.ts'
import { KeyError } from '../errors/ssh-error.ts'
import { type Bytes, copyBytes, encodeText, equalBytes } from '../wire-format/bytes.ts'
import { findPem, formatPem } from '../wire-format/pem.ts'
import { WireReader } from '../wire-format/reader.ts'
import { WireFormatError } from '../wire-format/wire-format-error.ts'
import { WireWriter } from '../wire-format/writer.ts'
import { signatureError } from './signature-error.ts'

/** The hash of a signed message. */
export type MessageHash = 'sha256' | 'sha512'

/** A parsed signature. Nothing in it has been verified. */
export interface MessageSignature {
  /** Blob of the key that signed, or of its certificate. */
  readonly publicKey: Bytes
  /** Its purpose: `git`, `file`, or an application's own name. */
  readonly namespace: string
  readonly hash: MessageHash
  /** Signature blob of RFC 4253 section 6.6. */
  readonly signature: Bytes
}

const MAGIC = /* @__PURE__ */ encodeText('SSHSIG')
const VERSION = 1
const LABEL = 'SSH SIGNATURE'
const WIDTH = 70

/** Parses a signature, armoured or not. @throws SignatureError `ERR_SIGNATURE_FORMAT` */
export function parseSignature(signature: string | Uint8Array): MessageSignature {
  try {
    const reader = new WireReader(blobOf(signature))
    if (!equalBytes(reader.bytes(MAGIC.length), MAGIC)) throw new WireFormatError('not an SSH signature')
    if (reader.uint32() !== VERSION) throw new WireFormatError('a signature of an unknown version')
    const publicKey = reader.string(), namespace = reader.text()
    reader.string()
    const hash = reader.text(), value = reader.string()
    reader.end()
    if (hash !== 'sha256' && hash !== 'sha512') throw new WireFormatError('a hash that is not allowed')
    return { publicKey, namespace, hash, signature: value }
  } catch (error) {
    if (error instanceof WireFormatError || error instanceof KeyError) throw signatureError('ERR_SIGNATURE_FORMAT', `the signature cannot be read: ${error.message}`, error)
    throw error
  }
}

function blobOf(signature: string | Uint8Array): Bytes {
  const text = typeof signature === 'string' ? signature : bytesOf(signature, 'signature')
  if (text[0] === MAGIC[0]) return copyBytes(text as Uint8Array)
  const block = findPem(text, (label) => label === LABEL)
  if (block === undefined) throw new WireFormatError('it has no BEGIN SSH SIGNATURE')
  return block.bytes
}

export function formatSignature({ publicKey, namespace, hash, signature }: MessageSignature): string {
  return formatPem(LABEL, new WireWriter(4096).bytes(MAGIC).uint32(VERSION).string(publicKey).string(namespace).string('').string(hash).string(signature).finish(), WIDTH)
}

/** The data that the key signs: the message's hash and its purpose. */
export async function signedData(message: string | Uint8Array, namespace: string, hash: MessageHash): Promise<Bytes> {
  const digest = new Uint8Array(await crypto.subtle.digest(hash === 'sha256' ? 'SHA-256' : 'SHA-512', encodeText(message, 'message')))
  return new WireWriter().bytes(MAGIC).string(namespace).string('').string(hash).string(digest).finish()
}
