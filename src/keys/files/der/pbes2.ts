import type { Bytes } from '../../../wire-format/bytes.ts'
import { aesCbc, type CbcCipher, cbcDecrypt, TRIPLE_DES } from '../ciphers/cbc-decrypt.ts'
import { DerReader, INTEGER, SEQUENCE } from './der.ts'
import { octetString, smallInteger } from './private-elements.ts'
import { checkPbkdf2, checkScrypt } from '../ciphers/kdf-limits.ts'
import { type Hash, SYNCHRONOUS_DIGESTS } from '../../digest.ts'
import { type Step, type Steps, take } from '../../steps.ts'
import { malformed, passphraseRequired, unsupported } from '../../key-error.ts'

const PBES2 = '1.2.840.113549.1.5.13', PBKDF2 = '1.2.840.113549.1.5.12', SCRYPT = '1.3.6.1.4.1.11591.4.11'

/** For ciphers of OpenSSL 3's legacy provider it also needs `-provider legacy -provider default`. */
const TO_PBES2 = 'convert it with openssl pkcs8 -topk8 -v2 aes-256-cbc -in OLD -out NEW'

const CIPHERS: Readonly<Record<string, CbcCipher>> = {
  '2.16.840.1.101.3.4.1.2': aesCbc(16),
  '2.16.840.1.101.3.4.1.22': aesCbc(24),
  '2.16.840.1.101.3.4.1.42': aesCbc(32),
  '1.2.840.113549.3.7': TRIPLE_DES,
}

/** hmacWith… of PKCS#5 */
const HASHES: Readonly<Record<string, Hash>> = {
  '1.2.840.113549.2.7': 'SHA-1',
  '1.2.840.113549.2.9': 'SHA-256',
  '1.2.840.113549.2.10': 'SHA-384',
  '1.2.840.113549.2.11': 'SHA-512',
}

/** Decrypts EncryptedPrivateKeyInfo (RFC 5958 section 3) made with PBES2 (RFC 8018 6.2): PBKDF2 or scrypt (RFC 7914), AES-CBC or 3DES. */
export function* decryptPkcs8(bytes: Uint8Array, passphrase: Bytes | undefined): Steps<Bytes> {
  const info = new DerReader(bytes).sequence()
  const scheme = info.sequence()
  const data = octetString(info)
  info.end()
  if (scheme.oid() !== PBES2) throw unsupported(`the PKCS#8 private key is encrypted by an old scheme (PBES1 or PKCS#12), which is weak: ${TO_PBES2}`)
  const parameters = scheme.sequence()
  const derivation = parameters.sequence(), encryption = parameters.sequence()
  const cipher = CIPHERS[encryption.oid()]
  if (cipher === undefined) throw unsupported(`the cipher of the PKCS#8 private key is not supported: ${TO_PBES2}`)
  const iv = octetString(encryption)
  const derive = readDerivation(derivation, cipher.keyLength)
  if (passphrase === undefined) throw passphraseRequired()
  const key = yield* take(derive(passphrase))
  try {
    return yield* cbcDecrypt(cipher, key, iv, data)
  } finally {
    key.fill(0)
  }
}

type Derive = (passphrase: Bytes) => Step<Bytes>

function readDerivation(reader: DerReader, length: number): Derive {
  const oid = reader.oid()
  const parameters = reader.sequence()
  if (oid === SCRYPT) return readScrypt(parameters, length)
  if (oid === PBKDF2) return readPbkdf2(parameters, length)
  throw unsupported(`the key derivation of the PKCS#8 private key is not supported: ${TO_PBES2}`)
}

function readPbkdf2(reader: DerReader, length: number): Derive {
  const salt = octetString(reader), iterations = smallInteger(reader)
  checkPbkdf2(iterations)
  checkLength(reader, length)
  const hash = reader.next(SEQUENCE) ? HASHES[reader.sequence().oid()] : 'SHA-1'
  if (hash === undefined) throw unsupported('the hash of the PKCS#8 private key is not supported')
  return (passphrase) => ({
    later: () => pbkdf2(hash, passphrase, salt, iterations, length),
    now: () => new Uint8Array(SYNCHRONOUS_DIGESTS.now().pbkdf2(hash, passphrase, salt, iterations, length)),
  })
}

function readScrypt(reader: DerReader, length: number): Derive {
  const salt = octetString(reader), N = smallInteger(reader), r = smallInteger(reader), p = smallInteger(reader)
  checkScrypt(N, r, p)
  checkLength(reader, length)
  return (passphrase) => ({
    later: async () => await (await import('@noble/hashes/scrypt.js')).scryptAsync(passphrase, salt, { N, r, p, dkLen: length }) as Bytes,
    now: () => new Uint8Array(SYNCHRONOUS_DIGESTS.now().scrypt(passphrase, salt, { N, r, p }, length)),
  })
}

function checkLength(reader: DerReader, length: number): void {
  if (reader.next(INTEGER) && smallInteger(reader) !== length) throw malformed('the key length of the PKCS#8 private key is wrong')
}

/** Some runtimes limit the iterations (workerd: 100 000); beyond that JavaScript computes it. */
async function pbkdf2(hash: Hash, passphrase: Bytes, salt: Bytes, iterations: number, length: number): Promise<Bytes> {
  try {
    const key = await crypto.subtle.importKey('raw', passphrase, 'PBKDF2', false, ['deriveBits'])
    return new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash, salt, iterations }, key, length * 8))
  } catch {
    const [{ pbkdf2Async }, { sha1 }, { sha256, sha384, sha512 }] = await Promise.all([import('@noble/hashes/pbkdf2.js'), import('@noble/hashes/legacy.js'), import('@noble/hashes/sha2.js')])
    const hashes = { 'SHA-1': sha1, 'SHA-256': sha256, 'SHA-384': sha384, 'SHA-512': sha512 }
    return await pbkdf2Async(hashes[hash], passphrase, salt, { c: iterations, dkLen: length }) as Bytes
  }
}
