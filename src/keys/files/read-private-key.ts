import { record } from '../../errors/arguments.ts'
import { type Bytes, copyBytes, encodeText } from '../../wire-format/bytes.ts'
import { WireFormatError } from '../../wire-format/wire-format-error.ts'
import { malformed, overLimit } from '../key-error.ts'
import type { ParsedPrivateKey } from './openssh/private-key.ts'
import type { ParsePrivateKeyOptions } from './parse-options.ts'
import { PrivateKey } from '../private-key.ts'
import { checkStrength, wipePrivate } from '../private-fields.ts'
import { decodedWhole, findArmour, keyText, MAXIMUM_LENGTH, puttyPart, startsWith } from './key-text.ts'
import { checkKeyType, notAKey } from './not-a-key.ts'
import { later, Part, type Steps, take } from '../steps.ts'

export const OPENSSH_FILES = /* @__PURE__ */ new Part(() => import('./openssh/private-key.ts'))
export const PEM_FILES = /* @__PURE__ */ new Part(() => import('./pem/private-key.ts'))
export const PPK_FILES = /* @__PURE__ */ new Part(() => import('./ppk/private-key.ts'))

/** Implements `parsePrivateKey`. */
export async function readPrivateKey(source: string | Uint8Array, options: ParsePrivateKeyOptions): Promise<PrivateKey> {
  return later(privateKeySteps(source, options))
}

/** The same, for callers that cannot wait: `now` of it needs the parts. */
export function* privateKeySteps(source: string | Uint8Array, options: ParsePrivateKeyOptions): Steps<PrivateKey> {
  checkKeyType(source)
  if (source.length > MAXIMUM_LENGTH) throw overLimit('the text is too long for a private key')
  const { passphrase, minimumRsaBits = 2048 } = record(options, 'options')
  const secret = passphrase === undefined ? undefined : copyBytes(encodeText(passphrase, 'passphrase'))
  const text = keyText(source)
  try {
    const { fields, comment } = yield* read(text, secret)
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
    text.fill(0)
    secret?.fill(0)
  }
}

/** @param whole the text is not the decoded base64 of a whole file */
function* read(text: Bytes, passphrase: Bytes | undefined, whole = true): Steps<ParsedPrivateKey> {
  const putty = puttyPart(text)
  if (putty) return yield* (yield* take(PPK_FILES)).readPpkPrivateKey(putty, passphrase)
  if (startsWith(text, 'openssh-key-v1\0')) return yield* (yield* take(OPENSSH_FILES)).readOpenSshPrivateKey(text, passphrase)
  const block = findArmour(text, (label) => label.endsWith('PRIVATE KEY'))
  if (block === undefined) return yield* readWithoutArmour(text, passphrase, whole)
  try {
    if (block.label === 'OPENSSH PRIVATE KEY') return yield* (yield* take(OPENSSH_FILES)).readOpenSshPrivateKey(block.bytes, passphrase)
    return { fields: yield* (yield* take(PEM_FILES)).readPemPrivateKey(block, passphrase), comment: '' }
  } finally {
    block.bytes.fill(0)
  }
}

function* readWithoutArmour(text: Bytes, passphrase: Bytes | undefined, whole: boolean): Steps<ParsedPrivateKey> {
  const decoded = whole ? decodedWhole(text) : undefined
  if (decoded === undefined) throw notAKey(text)
  const inner = keyText(decoded)
  try {
    return yield* read(inner, passphrase, false)
  } finally {
    decoded.fill(0)
    inner.fill(0)
  }
}
