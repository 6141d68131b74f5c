import { record } from '../errors/arguments.ts'
import { copyBytes, encodeText } from '../wire-format/bytes.ts'
import type { OpenSshFormatOptions } from './files/openssh/private-key.ts'
import type { PrivateKey } from './private-key.ts'

export interface GenerateKeyPairOptions {
  /** RSA: 2048 to 16384, 3072 where left out. ECDSA: 256 (where left out), 384, 521. Ed25519: no choice. */
  readonly bits?: number
  readonly comment?: string
}

/** Makes a new key with the runtime's random numbers. */
export async function generateKeyPair(type: 'ed25519' | 'ecdsa' | 'rsa', options: GenerateKeyPairOptions = {}): Promise<PrivateKey> {
  const [{ newPrivateFields }, { PrivateKey }] = await Promise.all([import('./new-private-fields.ts'), import('./private-key.ts')])
  return new PrivateKey(await newPrivateFields(type, options.bits), options.comment ?? '')
}

export interface FormatPrivateKeyOptions {
  /** Encrypts the key; empty or left out: not encrypted. */
  readonly passphrase?: string | Uint8Array
  /** Rounds of bcrypt (`ssh-keygen -a`): 16 where left out, 1024 at most. */
  readonly rounds?: number
  /** Replaces the key's own comment. */
  readonly comment?: string
}

/** Writes a private key in OpenSSH's format, encrypted with aes256-ctr and bcrypt where there is a passphrase. */
export async function formatPrivateKey(key: PrivateKey, options: FormatPrivateKeyOptions = {}): Promise<string> {
  const { passphrase = '', rounds, comment = record(key, 'key').comment } = options
  const [{ formatOpenSshPrivateKey }, { PrivateKey }, { later }] = await Promise.all([import('./files/openssh/private-key.ts'), import('./private-key.ts'), import('./steps.ts')])
  const secret = copyBytes(encodeText(passphrase, 'passphrase'))
  const format: OpenSshFormatOptions = { ...secret.length > 0 && { passphrase: secret }, ...rounds !== undefined && { rounds } }
  try {
    return await later(formatOpenSshPrivateKey(PrivateKey.fieldsOf(key), comment, format))
  } finally {
    secret.fill(0)
  }
}
