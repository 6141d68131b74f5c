import type { KeyError } from '../../../errors/ssh-error.ts'
import type { Bytes } from '../../../wire-format/bytes.ts'
import type { PemBlock } from '../../../wire-format/pem.ts'
import { WireFormatError } from '../../../wire-format/wire-format-error.ts'
import { readPkcs1, readPkcs8, readSec1 } from '../der/private-key.ts'
import { isDsa, passphraseWrong, unsupported } from '../../key-error.ts'
import { decryptPkcs8 } from '../der/pbes2.ts'
import { decryptPem, isEncryptedPem } from './encryption.ts'
import type { PrivateFields } from '../../private-numbers.ts'
import type { Steps } from '../../steps.ts'

/** Reads the private keys that OpenSSL writes: PKCS#1, SEC1 and PKCS#8, each plain or encrypted. */
export function* readPemPrivateKey(block: PemBlock, passphrase: Bytes | undefined): Steps<PrivateFields> {
  const read = readerOf(block.label)
  if (block.label === 'ENCRYPTED PRIVATE KEY') return yield* readDecrypted(yield* decryptPkcs8(block.bytes, passphrase), read)
  if (isEncryptedPem(block)) return yield* readDecrypted(yield* decryptPem(block, passphrase), read)
  return yield* read(block.bytes)
}

type Read = (bytes: Uint8Array) => Steps<PrivateFields>

function readerOf(label: string): Read {
  switch (label) {
    case 'RSA PRIVATE KEY': return function* (bytes) { return readPkcs1(bytes) }
    case 'EC PRIVATE KEY': return (bytes) => readSec1(bytes)
    case 'PRIVATE KEY':
    case 'ENCRYPTED PRIVATE KEY': return readPkcs8
    case 'DSA PRIVATE KEY': throw isDsa()
    default: throw unsupported('private keys of this PEM label are not supported: for SSH it must be an OPENSSH, RSA, EC or plain PRIVATE KEY')
  }
}

/** Without a MAC, a wrong passphrase produces a malformed key. */
function* readDecrypted(plain: Bytes, read: Read): Steps<PrivateFields> {
  try {
    return yield* read(plain)
  } catch (error) {
    if (error instanceof WireFormatError || (error as KeyError).code === 'ERR_KEY_FORMAT') throw passphraseWrong()
    throw error
  } finally {
    plain.fill(0)
  }
}
