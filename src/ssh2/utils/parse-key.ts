import { KeyError } from '../../errors/ssh-error.ts'
import { notAKey } from '../../keys/files/not-a-key.ts'
import { privateKeySteps } from '../../keys/files/read-private-key.ts'
import { parsePublicKey } from '../../keys/public-key.ts'
import { now } from '../../keys/steps.ts'
import { isParsedKey, OwnKey, type ParsedKey } from './parsed-key.ts'
import { loadParts } from './synchronous-parts.ts'

/** OpenSSH refuses shorter ones too. */
const MINIMUM_RSA_BITS = 1024

/**
 * Reads a key synchronously: OpenSSH's format, PEM, PuTTY's, public keys as lines, RFC 4716 and blobs.
 * @returns the key, or an Error, which is not thrown
 */
export function parseKey(data: Buffer | string | ParsedKey, passphrase?: Buffer | string | null): ParsedKey | Error {
  if (isParsedKey(data)) return data
  if (typeof data !== 'string' && !(data instanceof Uint8Array)) return new Error('Key data must be a Buffer or string')
  if (passphrase != null && typeof passphrase !== 'string' && !(passphrase instanceof Uint8Array)) return new Error('Passphrase must be a string or Buffer when supplied')
  const isPpk = startsWith(data, 'PuTTY-User-Key-File-')
  try {
    return isPpk || isPrivate(data) ? readPrivate(data, passphrase ?? undefined) : readPublic(data)
  } catch (error) {
    if (!(error instanceof KeyError)) return error as Error
    return explained(error, isPpk)
  }
}

function readPrivate(data: string | Uint8Array, passphrase: string | Uint8Array | undefined): ParsedKey {
  loadParts()
  const key = now(privateKeySteps(data, { minimumRsaBits: MINIMUM_RSA_BITS, ...passphrase !== undefined && { passphrase } }))
  return new OwnKey({ type: key.type, blob: key.publicKey, comment: key.comment, key, parse: parseKey })
}

function readPublic(data: string | Uint8Array): ParsedKey {
  // One word is no public key in text: a path, a fingerprint, a placeholder.
  if (typeof data === 'string' && /^\s*[^\s\0]+\s*$/.test(data)) throw notAKey(Buffer.from(data))
  const { type, blob, comment } = parsePublicKey(data)
  return new OwnKey({ type, blob, comment, parse: parseKey })
}

const isPrivate = (data: string | Uint8Array) => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(beginning(data)) || startsWith(data, 'openssh-key-v1\0')

const beginning = (data: string | Uint8Array) => typeof data === 'string' ? data.slice(0, 4096) : Buffer.from(data.buffer, data.byteOffset, Math.min(data.length, 4096)).toString('latin1')

const startsWith = (data: string | Uint8Array, text: string) => beginning(data).trimStart().startsWith(text)

/** Packages look for this text. */
function explained(error: KeyError, isPpk: boolean): Error {
  const kind = isPpk ? 'PPK private' : 'OpenSSH'
  switch (error.code) {
    case 'ERR_KEY_PASSPHRASE_REQUIRED': return new Error(`Encrypted ${isPpk ? 'PPK private' : 'private OpenSSH'} key detected, but no passphrase given`, { cause: error })
    case 'ERR_KEY_PASSPHRASE_WRONG': return new Error(`${kind} key integrity check failed -- bad passphrase?`, { cause: error })
    default:
      if (isPpk && error.message.includes('MAC')) return new Error('PPK private key integrity check failed', { cause: error })
      return new Error(`Unsupported key format: ${error.message}`, { cause: error })
  }
}
