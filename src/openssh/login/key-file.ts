import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { equalBytes, encodeText } from '../../wire-format/bytes.ts'
import { decodeBase64 } from '../../wire-format/base64.ts'
import { WireReader } from '../../wire-format/reader.ts'
import { isCertificate } from '../../keys/certificate.ts'
import { isSecurityKey } from '../../keys/key-types.ts'
import { publicKeyType } from '../../keys/public-key-blob.ts'
import { parsePublicKey, type PublicKey } from '../../keys/public-key.ts'

const OTHERS = 0o077

export interface KeyFileText {
  readonly text: string
  /** The permissions, if others than the owner have any: then the key is not used. */
  readonly exposed: number | undefined
}

/** The text of a key file; undefined if there is none that can be read. */
export function readKeyFile(path: string): KeyFileText | undefined {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch {
    return undefined
  }
  try {
    const { mode, uid } = fstatSync(descriptor)
    const open = process.platform !== 'win32' && uid === process.getuid?.() && (mode & OTHERS) !== 0
    return { text: readFileSync(descriptor, 'utf8'), exposed: open ? mode & 0o777 : undefined }
  } catch {
    return undefined
  } finally {
    closeSync(descriptor)
  }
}

/** OpenSSH's message for a private key that others can read. */
export function exposedWarning(path: string, mode: number): string {
  const line = '@'.repeat(59)
  return [line, '@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @', line, `Permissions 0${mode.toString(8).padStart(3, '0')} for '${path}' are too open.`,
    'It is required that your private key files are NOT accessible by others.', 'This private key will be ignored.', `Load key "${path}": bad permissions`].join('\n')
}

/** The public key of a file: a certificate in the .pub file beside it; from the file itself or OpenSSH's private format; or from the .pub file. */
export function publicKeyOf(path: string): PublicKey | undefined {
  const text = readKeyFile(path)?.text, beside = publicKeyFile(`${path}.pub`)
  if (beside && isCertificate(beside.blob)) return beside
  return (text === undefined ? undefined : publicKeyIn(text)) ?? beside
}

/** A file with one public key or certificate on its first line. */
export function publicKeyFile(path: string): PublicKey | undefined {
  const text = readKeyFile(path)?.text
  return text === undefined ? undefined : orUndefined(() => parsePublicKey(text.trim().split('\n')[0]!.trim()))
}

function publicKeyIn(text: string): PublicKey | undefined {
  const [, body] = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text) ?? []
  if (body !== undefined) return orUndefined(() => parsePublicKey(publicPart(decodeBase64(body.replace(/\s+/g, '')))))
  return text.includes('PRIVATE KEY') || text.startsWith('PuTTY') ? undefined : orUndefined(() => parsePublicKey(text.trim().split('\n')[0]!.trim()))
}

/** Whether a private key's file is of a security key: it holds no secret to sign with. */
export function isSecurityKeyText(text: string): boolean {
  const key = text.includes('PRIVATE KEY') ? publicKeyIn(text) : undefined
  return key !== undefined && isSecurityKey(publicKeyType(key.blob))
}

const MAGIC = encodeText('openssh-key-v1\0')

/** From PROTOCOL.key: the public key precedes the encrypted part. */
function publicPart(bytes: Uint8Array): Uint8Array {
  const reader = new WireReader(bytes)
  if (!equalBytes(reader.bytes(MAGIC.length), MAGIC)) throw new Error('not openssh-key-v1')
  for (let field = 0; field < 3; field++) reader.string()
  reader.uint32()
  return reader.string()
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
