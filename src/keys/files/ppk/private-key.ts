import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { type Bytes, encodeText, equalBytes } from '../../../wire-format/bytes.ts'
import { WireReader } from '../../../wire-format/reader.ts'
import { WireWriter } from '../../../wire-format/writer.ts'
import { decodeHex } from '../../hex.ts'
import { isDsa, malformed, passphraseWrong, unsupported } from '../../key-error.ts'
import type { ParsedPrivateKey } from '../openssh/private-key.ts'
import { type PpkFile, readPpkFile } from './file.ts'
import { derivePpkSecrets } from './secrets.ts'
import { ecdsaPrivate, ed25519Private, rsaPrivate } from '../../private-fields.ts'
import type { PrivateFields } from '../../private-numbers.ts'
import { type Steps, take } from '../../steps.ts'
import { AES } from '../ciphers/cbc-decrypt.ts'
import { type PublicFields, publicKeyType, readPublicKey } from '../../public-key-blob.ts'

/** Reads PuTTY's private keys of version 2 and 3. The MAC, which covers the whole file, is checked before anything is used. */
export function* readPpkPrivateKey(text: Bytes, passphrase: Bytes | undefined): Steps<ParsedPrivateKey> {
  const file = readPpkFile(text)
  if (file.type === 'ssh-dss') throw isDsa()
  if (file.encryption !== 'none' && file.encryption !== 'aes256-cbc') throw unsupported('the cipher of the PuTTY key file is not supported')
  const encrypted = file.encryption !== 'none'
  if (encrypted && file.privateBlob.length % 16 !== 0) throw malformed('the PuTTY key file is not a whole number of blocks')
  const secrets = yield* derivePpkSecrets(file, passphrase)
  const plain = encrypted ? yield* decrypt(secrets.key, secrets.iv, file.privateBlob) : file.privateBlob
  try {
    if (!isMac(file, file.comment, secrets.macKey, plain) && !isMac(file, file.comment.trimEnd(), secrets.macKey, plain)) throw encrypted ? passphraseWrong() : malformed('the MAC of the PuTTY key file is wrong')
    if (publicKeyType(file.publicBlob) !== file.type) throw malformed('the PuTTY key file names two types of keys')
    return { fields: yield* readFields(readPublicKey(file.publicBlob), new WireReader(plain)), comment: file.comment }
  } finally {
    for (const secret of [plain, secrets.key, secrets.iv, secrets.macKey]) secret.fill(0)
  }
}

function* decrypt(key: Bytes, iv: Bytes, data: Bytes): Steps<Bytes> {
  const { cbc } = yield* take(AES)
  return cbc(key, iv, { disablePadding: true }).decrypt(data) as Bytes
}

/** The MAC key of an unencrypted version 3 file is empty, which WebCrypto refuses, so HMAC is computed in JavaScript. @param comment with or without white space at its end, which pasting may add */
function isMac(file: PpkFile, comment: string, key: Bytes, plain: Bytes): boolean {
  const input = new WireWriter(4096).string(file.type).string(file.encryption).string(encodeText(comment)).string(file.publicBlob).string(plain)
  const covered = input.finish()
  const expected = hmac(file.version === 2 ? sha1 : sha256, key, covered)
  input.wipe()
  covered.fill(0)
  const stated = decodeHex(file.mac)
  return stated !== undefined && equalBytes(stated, expected)
}

/** The rest is padding. */
function* readFields(key: PublicFields, reader: WireReader): Steps<PrivateFields> {
  if (key.kind === 'rsa') {
    const d = reader.mpint(), p = reader.mpint(), q = reader.mpint(), iqmp = reader.mpint()
    return rsaPrivate({ n: key.n, e: key.e, d, p, q, iqmp })
  }
  if (key.kind === 'mldsa44-ed25519') throw unsupported('PuTTY has no keys of this type')
  if (key.application !== undefined) throw unsupported('the key is on a security key: sign with it through an agent')
  if (key.kind === 'ecdsa') return yield* ecdsaPrivate(key.curve, reader.mpint(), key.point)
  // PuTTY treats the seed as a little-endian number, so zeros at its end may be missing.
  const number = reader.string(), seed = new Uint8Array(32)
  if (number.length > 32) throw malformed('an Ed25519 private key has 32 bytes')
  seed.set(number)
  try {
    return yield* ed25519Private(seed, key.key)
  } finally {
    seed.fill(0)
  }
}
