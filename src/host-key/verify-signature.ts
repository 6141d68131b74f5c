import { publicJwk } from '../keys/jwk.ts'
import { CURVES } from '../keys/key-types.ts'
import { type EcdsaPublic, type Ed25519Public, type MlDsaPublic, type PublicFields, readPublicKey, type RsaPublic, typeOf } from '../keys/public-key-blob.ts'
import { webCryptoParameters } from '../keys/signers/web-crypto-sign.ts'
import { type Bytes, concatBytes, encodeText } from '../wire-format/bytes.ts'
import { WireReader } from '../wire-format/reader.ts'
import { WireWriter } from '../wire-format/writer.ts'

const USER_PRESENT = 1

/**
 * Verifies an SSH signature blob (RFC 4253 section 6.6; RFC 5656, 8332, 8709, PROTOCOL.u2f) with a plain public key blob.
 * False if the algorithm does not belong to the key, or is SHA-1 (`ssh-rsa`). A security key must attest that a person was present, unless `attended`
 * is false: nobody sits beside a server that signs with its host key, in a key exchange or in a proof, and sshd signs without the attestation.
 * Throws `KeyError` or `WireFormatError` if a blob is damaged.
 */
export async function verifySignature(publicKey: Uint8Array, signatureBlob: Uint8Array, data: Bytes, { attended = true } = {}): Promise<boolean> {
  const fields = readPublicKey(publicKey)
  const reader = new WireReader(signatureBlob)
  const algorithm = reader.text()
  const signature = reader.string()
  const signed = fields.kind === 'rsa' || fields.application === undefined ? data : await securityKeyData(fields.application, reader, data, attended)
  reader.end()
  if (signed === undefined || !belongs(algorithm, fields)) return false
  switch (fields.kind) {
    case 'rsa': return verifyRsa(fields, algorithm, signature, signed)
    case 'ecdsa': return verifyEcdsa(fields, algorithm, signature, signed)
    case 'ed25519': return verifyEd25519(fields, algorithm, signature, signed)
    case 'mldsa44-ed25519': return (await import('../keys/mldsa44-ed25519.ts')).mlDsaVerify(fields.key, signature, signed)
  }
}

function belongs(algorithm: string, fields: PublicFields): boolean {
  return fields.kind === 'rsa' ? algorithm === 'rsa-sha2-256' || algorithm === 'rsa-sha2-512' : algorithm === typeOf(fields)
}

/** The data that a security key signed: a digest of the data with its flags and counter, which follow the signature (PROTOCOL.u2f). Undefined if `attended`, and nobody was present. */
async function securityKeyData(application: string, reader: WireReader, data: Bytes, attended: boolean): Promise<Bytes | undefined> {
  const flags = reader.byte(), counter = reader.uint32()
  if (attended && (flags & USER_PRESENT) === 0) return undefined
  return concatBytes(await sha256(encodeText(application)), new WireWriter().byte(flags).uint32(counter).finish(), await sha256(data))
}

async function verifyRsa(fields: RsaPublic, algorithm: string, signature: Bytes, data: Bytes): Promise<boolean> {
  const key = await importIfSupported(fields, algorithm)
  const length = fields.n.length
  return key !== undefined && signature.length <= length && crypto.subtle.verify('RSASSA-PKCS1-v1_5', key, leftPad(signature, length), data)
}

async function verifyEcdsa(fields: EcdsaPublic, algorithm: string, signature: Bytes, data: Bytes): Promise<boolean> {
  const { size, hash } = CURVES[fields.curve]
  const reader = new WireReader(signature)
  const r = reader.mpint(), s = reader.mpint()
  reader.end()
  if (r.length > size || s.length > size) return false
  const numbers = concatBytes(leftPad(r, size), leftPad(s, size))
  const key = await importIfSupported(fields, algorithm)
  if (key) return crypto.subtle.verify({ name: 'ECDSA', hash }, key, numbers, data)
  const { p256, p384, p521 } = await import('@noble/curves/nist.js')
  // False if the public key is not a point of its curve.
  return ({ nistp256: p256, nistp384: p384, nistp521: p521 })[fields.curve].verify(numbers, data, fields.point, { lowS: false })
}

async function verifyEd25519(fields: Ed25519Public, algorithm: string, signature: Bytes, data: Bytes): Promise<boolean> {
  if (signature.length !== 64) return false
  const key = await importIfSupported(fields, algorithm)
  if (key) return crypto.subtle.verify('Ed25519', key, signature, data)
  const { ed25519 } = await import('@noble/curves/ed25519.js')
  return ed25519.verify(signature, data, fields.key, { zip215: false })
}

/** Undefined if the runtime's WebCrypto lacks the algorithm, as some lack Ed25519 or P-521, or rejects the key: then the library decides. */
async function importIfSupported(fields: Exclude<PublicFields, MlDsaPublic>, algorithm: string): Promise<CryptoKey | undefined> {
  try {
    return await crypto.subtle.importKey('jwk', publicJwk(fields), webCryptoParameters(fields, algorithm), false, ['verify'])
  } catch {
    return undefined
  }
}

function leftPad(bytes: Bytes, length: number): Bytes {
  return concatBytes(new Uint8Array(length - bytes.length), bytes)
}

async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}
