import { type Bytes, concatBytes, decodeText, equalBytes } from '../../../wire-format/bytes.ts'
import { formatPem } from '../../../wire-format/pem.ts'
import { WireReader } from '../../../wire-format/reader.ts'
import { WireWriter } from '../../../wire-format/writer.ts'
import { bcryptPbkdf } from '../ciphers/bcrypt-pbkdf.ts'
import { checkBcrypt } from '../ciphers/kdf-limits.ts'
import { malformed, passphraseRequired, passphraseWrong, unsupported } from '../../key-error.ts'
import { type OpenSshCipher, openSshCipher } from './cipher.ts'
import { OPENSSH_MAGIC, readOpenSshEnvelope } from './envelope.ts'
import { readOpenSshFields, writeOpenSshFields } from './private-fields.ts'
import { wipePrivate } from '../../private-fields.ts'
import type { PrivateFields } from '../../private-numbers.ts'
import { writePublicKey } from '../../public-key-blob.ts'
import type { Steps } from '../../steps.ts'

/** OpenSSH's own format of private keys (PROTOCOL.key): `-----BEGIN OPENSSH PRIVATE KEY-----`. */
export const OPENSSH_LABEL = 'OPENSSH PRIVATE KEY'

const CIPHER = 'aes256-ctr'
const SALT_LENGTH = 16

export interface ParsedPrivateKey { readonly fields: PrivateFields, readonly comment: string }

export function* readOpenSshPrivateKey(bytes: Bytes, passphrase: Bytes | undefined): Steps<ParsedPrivateKey> {
  const section = yield* openSection(bytes, passphrase)
  try {
    return yield* readSection(section)
  } finally {
    if (section.encrypted) section.plain.fill(0)
  }
}

/** The private section of a file, without its encryption. */
export interface OpenedSection {
  readonly plain: Bytes
  /** The public key that the file shows without its passphrase. */
  readonly publicKey: Bytes
  /** The file is encrypted: `plain` is a copy, which the caller zeroes. */
  readonly encrypted: boolean
}

export function* openSection(bytes: Bytes, passphrase: Bytes | undefined): Steps<OpenedSection> {
  const { cipher, kdf, kdfOptions, publicKey, section, tag } = readOpenSshEnvelope(bytes)
  return { plain: yield* decryptSection(cipher, kdf, kdfOptions, section, tag, passphrase), publicKey, encrypted: cipher !== 'none' }
}

function* decryptSection(cipherName: string, kdfName: string, kdfOptions: Bytes, section: Bytes, tag: Bytes, passphrase: Bytes | undefined): Steps<Bytes> {
  if ((cipherName === 'none') !== (kdfName === 'none')) throw malformed('the OpenSSH private key has a cipher without a key derivation, or the reverse')
  if (cipherName === 'none') {
    if (kdfOptions.length > 0 || tag.length > 0 || section.length % 8 !== 0) throw malformed('the OpenSSH private key has sections of a wrong length')
    return section
  }
  if (kdfName !== 'bcrypt') throw unsupported('the key derivation of the private key is not supported')
  const cipher = openSshCipher(cipherName)
  if (tag.length !== cipher.tagLength || section.length === 0 || section.length % cipher.blockSize !== 0) throw malformed('the OpenSSH private key has sections of a wrong length')
  const options = new WireReader(kdfOptions)
  const salt = options.string(), rounds = options.uint32()
  options.end()
  checkBcrypt(rounds)
  if (salt.length === 0) throw malformed('the OpenSSH private key has no salt')
  if (passphrase === undefined) throw passphraseRequired()
  const derived = yield* bcryptPbkdf(passphrase, salt, cipher.keyLength + cipher.ivLength, rounds)
  const plain = yield* cipher.decrypt(derived.subarray(0, cipher.keyLength), derived.subarray(cipher.keyLength), concatBytes(section, tag))
  derived.fill(0)
  if (plain === undefined) throw passphraseWrong()
  return plain as Bytes
}

function* readSection(section: OpenedSection): Steps<ParsedPrivateKey> {
  const reader = sectionReader(section)
  const fields = yield* readOpenSshFields(reader)
  try {
    return { fields, comment: sectionEnd(reader, section, writePublicKey(fields.public)) }
  } catch (error) {
    wipePrivate(fields)
    throw error
  }
}

/** Reads a section from the key's type on. @throws KeyError if the passphrase was wrong */
export function sectionReader({ plain, encrypted }: OpenedSection): WireReader {
  const reader = new WireReader(plain)
  if (reader.uint32() !== reader.uint32()) throw encrypted ? passphraseWrong() : malformed('the two check numbers of the OpenSSH private key differ')
  return reader
}

/** What follows the key in its section. @param own the public key by the private section @returns the comment */
export function sectionEnd(reader: WireReader, { publicKey }: OpenedSection, own: Uint8Array): string {
  const comment = decodeText(reader.string())
  if (reader.rest().some((byte, index) => byte !== (index + 1 & 0xff))) throw malformed('the padding of the OpenSSH private key is wrong')
  if (!equalBytes(own, publicKey)) throw malformed('the public and the private part of the OpenSSH private key are of different keys')
  return comment
}

export interface OpenSshFormatOptions {
  /** Encrypts with bcrypt and `cipher`. */
  readonly passphrase?: Bytes
  /** By its name in OpenSSH, `aes256-ctr` where left out. */
  readonly cipher?: string
  /** Rounds of bcrypt; 16 by default, as in ssh-keygen. */
  readonly rounds?: number
}

export function* formatOpenSshPrivateKey(fields: PrivateFields, comment: string, options: OpenSshFormatOptions): Steps<string> {
  const { passphrase, cipher: cipherName = CIPHER, rounds = 16 } = options
  const cipher = passphrase && openSshCipher(cipherName)
  checkBcrypt(rounds)
  const check = crypto.getRandomValues(new Uint8Array(4))
  const section = new WireWriter(4096).bytes(check).bytes(check)
  writeOpenSshFields(section, fields)
  section.string(comment)
  for (let pad = 1; section.length % (cipher?.blockSize ?? 8) !== 0; pad++) section.byte(pad)
  const plain = section.finish()
  const file = new WireWriter(4096).bytes(OPENSSH_MAGIC).string(cipher ? cipherName : 'none').string(passphrase ? 'bcrypt' : 'none')
  const salt = crypto.getRandomValues(new Uint8Array(SALT_LENGTH))
  file.string(passphrase ? new WireWriter().string(salt).uint32(rounds).finish() : '')
  const sealed = cipher ? yield* encrypt(cipher, plain, passphrase, salt, rounds) : plain
  // A tag stands behind the section, and is no part of it.
  file.uint32(1).string(writePublicKey(fields.public)).string(sealed.subarray(0, plain.length)).bytes(sealed.subarray(plain.length))
  const armoured = formatPem(OPENSSH_LABEL, file.finish(), 70)
  for (const secret of [section, file]) secret.wipe()
  plain.fill(0)
  return armoured
}

function* encrypt(cipher: OpenSshCipher, plain: Bytes, passphrase: Bytes, salt: Bytes, rounds: number): Steps<Uint8Array> {
  const derived = yield* bcryptPbkdf(passphrase, salt, cipher.keyLength + cipher.ivLength, rounds)
  const encrypted = yield* cipher.encrypt(derived.subarray(0, cipher.keyLength), derived.subarray(cipher.keyLength), plain)
  derived.fill(0)
  return encrypted
}
