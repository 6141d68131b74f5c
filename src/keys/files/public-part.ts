import type { Bytes } from '../../wire-format/bytes.ts'
import { parsePublicKey } from '../public-key.ts'
import { findArmour, keyText, MAXIMUM_LENGTH, puttyPart } from './key-text.ts'
import { readOpenSshEnvelope } from './openssh/envelope.ts'
import { readPpkFile } from './ppk/file.ts'

/** The public key that a key file shows without its passphrase: OpenSSH's format and PuTTY's contain it in the clear, and a `.pub` file is one. Undefined for others. */
export function publicPartOf(source: string | Uint8Array): Bytes | undefined {
  if (source.length > MAXIMUM_LENGTH) return undefined
  const text = keyText(source)
  try {
    const putty = puttyPart(text)
    if (putty) return readPpkFile(putty).publicBlob
    const block = findArmour(text, (label) => label === 'OPENSSH PRIVATE KEY')
    return block ? readOpenSshEnvelope(block.bytes).publicKey.slice() : parsePublicKey(text).blob
  } catch {
    return undefined
  } finally {
    text.fill(0)
  }
}
