import { record } from '../errors/arguments.ts'
import { copyBytes, encodeText } from '../wire-format/bytes.ts'
import { formatOpenSshPrivateKey } from './files/openssh/private-key.ts'
import { PrivateKey } from './private-key.ts'
import { later } from './steps.ts'

export interface FormatPrivateKeyOptions {
  /** Encrypts the key; if empty or missing, the key is not encrypted. */
  readonly passphrase?: string | Uint8Array
  /** Rounds of bcrypt (`ssh-keygen -a`): 16 by default, 1024 at most. */
  readonly rounds?: number
  /** Replaces the key's own comment. */
  readonly comment?: string
}

/** Implements `formatPrivateKey`, and loads with it. */
export async function writePrivateKey(key: PrivateKey, options: FormatPrivateKeyOptions): Promise<string> {
  const { passphrase = '', rounds, comment = record(key, 'key').comment } = record(options, 'options')
  const secret = copyBytes(encodeText(passphrase, 'passphrase'))
  try {
    return await later(formatOpenSshPrivateKey(PrivateKey.fieldsOf(key), comment, { ...secret.length > 0 && { passphrase: secret }, ...rounds !== undefined && { rounds } }))
  } finally {
    secret.fill(0)
  }
}
