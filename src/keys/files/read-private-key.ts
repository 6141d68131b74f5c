import { type Bytes, copyBytes, decodeText, encodeText } from '../../wire-format/bytes.ts'
import { findPem } from '../../wire-format/pem.ts'
import { WireFormatError } from '../../wire-format/wire-format-error.ts'
import { malformed, overLimit } from '../key-error.ts'
import type { ParsedPrivateKey } from './openssh/private-key.ts'
import type { ParsePrivateKeyOptions } from './parse-private-key.ts'
import { PrivateKey } from '../private-key.ts'
import { checkStrength, wipePrivate } from '../private-fields.ts'

/** Far above any key: a 16384-bit RSA key has 13 kB. */
const MAXIMUM_LENGTH = 256 * 1024

/** The work of `parsePrivateKey`. */
export async function readPrivateKey(text: string | Uint8Array, options: ParsePrivateKeyOptions): Promise<PrivateKey> {
  if (text.length > MAXIMUM_LENGTH) throw overLimit('the text is too long for a private key')
  const { passphrase, minimumRsaBits = 2048 } = options
  const secret = typeof passphrase === 'string' ? encodeText(passphrase) : passphrase && copyBytes(passphrase)
  try {
    const { fields, comment } = await read((typeof text === 'string' ? text : decodeText(text)).trimStart(), secret)
    try {
      checkStrength(fields.public, minimumRsaBits)
    } catch (error) {
      wipePrivate(fields)
      throw error
    }
    return new PrivateKey(fields, comment)
  } catch (error) {
    if (error instanceof WireFormatError) throw malformed(`damaged private key: ${error.message}`)
    throw error
  } finally {
    secret?.fill(0)
  }
}

async function read(text: string, passphrase: Bytes | undefined): Promise<ParsedPrivateKey> {
  if (text.startsWith('PuTTY-User-Key-File-')) return (await import('./ppk/private-key.ts')).readPpkPrivateKey(text, passphrase)
  const block = findPem(text, (label) => label.endsWith('PRIVATE KEY'))
  if (block === undefined) throw malformed(noKey(text))
  try {
    if (block.label === 'OPENSSH PRIVATE KEY') return await (await import('./openssh/private-key.ts')).readOpenSshPrivateKey(block.bytes, passphrase)
    return { fields: await (await import('./pem/private-key.ts')).readPemPrivateKey(block, passphrase), comment: '' }
  } finally {
    block.bytes.fill(0)
  }
}

function noKey(text: string): string {
  const isPublic = /^(ssh-|ecdsa-|sk-)\S+ AAAA/.test(text) || text.includes('PUBLIC KEY-----')
  return isPublic ? 'this is a public key: a private one is needed' : 'this is not a private key of a known format'
}
