import { type Bytes, encodeText, equalBytes } from '../../../wire-format/bytes.ts'
import { WireReader } from '../../../wire-format/reader.ts'
import { malformed } from '../../key-error.ts'

export const OPENSSH_MAGIC = /* @__PURE__ */ encodeText('openssh-key-v1\0')

/** The parts of an OpenSSH private key that are readable without its passphrase (PROTOCOL.key). Views of the bytes. */
export interface OpenSshEnvelope {
  readonly cipher: string
  readonly kdf: string
  readonly kdfOptions: Bytes
  readonly publicKey: Bytes
  /** Encrypted, unless `cipher` is `none`. */
  readonly section: Bytes
  readonly tag: Bytes
}

export function readOpenSshEnvelope(bytes: Uint8Array): OpenSshEnvelope {
  const reader = new WireReader(bytes)
  if (bytes.length < OPENSSH_MAGIC.length || !equalBytes(reader.bytes(OPENSSH_MAGIC.length), OPENSSH_MAGIC)) throw malformed('the OpenSSH private key has no openssh-key-v1 at its beginning')
  const cipher = reader.text(), kdf = reader.text(), kdfOptions = reader.string()
  if (reader.uint32() !== 1) throw malformed('the OpenSSH private key does not hold exactly one key')
  return { cipher, kdf, kdfOptions, publicKey: reader.string(), section: reader.string(), tag: reader.rest() }
}
