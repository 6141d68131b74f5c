import * as aes from '@noble/ciphers/aes.js'
import * as chacha from '@noble/ciphers/chacha.js'
import * as poly1305 from '@noble/ciphers/_poly1305.js'
import * as argon2 from '@noble/hashes/argon2.js'
import * as legacyHashes from '@noble/hashes/legacy.js'
import { createHash, pbkdf2Sync, scryptSync } from 'node:crypto'
import { type Hash, SYNCHRONOUS_DIGESTS, type SynchronousDigests } from '../../keys/digest.ts'
import { AES, TRIPLE_DES_CBC } from '../../keys/files/ciphers/cbc-decrypt.ts'
import { ARGON2, LEGACY_HASHES } from '../../keys/files/ciphers/hashes.ts'
import * as tripleDes from '../../keys/files/ciphers/triple-des.ts'
import { CHACHA, POLY1305 } from '../../keys/files/openssh/cipher.ts'
import * as openSshFiles from '../../keys/files/openssh/private-key.ts'
import * as pemFiles from '../../keys/files/pem/private-key.ts'
import * as ppkFiles from '../../keys/files/ppk/private-key.ts'
import { OPENSSH_FILES, PEM_FILES, PPK_FILES } from '../../keys/files/read-private-key.ts'
import { CURVE_ARITHMETIC } from '../../keys/private-fields.ts'
import * as curves from './curves-of-node.ts'

/** The most bytes that scrypt may use: the parameters have been checked before. */
const SCRYPT_MEMORY = 1 << 30

const nameOf = (hash: Hash) => hash.replace('-', '').toLowerCase()
let loaded = false

/** Whatever the parsers of keys may need can be had from now on, so that they need not wait for it. Node's build loads each part when it is first needed. */
export function loadParts(): void {
  if (loaded) return
  loaded = true
  AES.provide(() => aes)
  CHACHA.provide(() => chacha)
  POLY1305.provide(() => poly1305)
  ARGON2.provide(() => argon2)
  LEGACY_HASHES.provide(() => legacyHashes)
  TRIPLE_DES_CBC.provide(() => tripleDes)
  OPENSSH_FILES.provide(() => openSshFiles)
  PEM_FILES.provide(() => pemFiles)
  PPK_FILES.provide(() => ppkFiles)
  CURVE_ARITHMETIC.provide(() => curves)
  const digests: SynchronousDigests = {
    digest: (hash, data) => createHash(nameOf(hash)).update(data).digest(),
    pbkdf2: (hash, passphrase, salt, iterations, length) => pbkdf2Sync(passphrase, salt, iterations, length, nameOf(hash)),
    scrypt: (passphrase, salt, { N, r, p }, length) => scryptSync(passphrase, salt, length, { N, r, p, maxmem: SCRYPT_MEMORY }),
  }
  SYNCHRONOUS_DIGESTS.provide(() => digests)
}
