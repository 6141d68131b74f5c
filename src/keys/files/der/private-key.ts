import type { Bytes } from '../../../wire-format/bytes.ts'
import { DerReader } from './der.ts'
import { octetString, smallInteger, tagged, taggedBitString } from './private-elements.ts'
import { isDsa, malformed, unsupported } from '../../key-error.ts'
import { DSA_OID, EC_OID, ED25519_OID, readCurve, RSA_OID } from './algorithm-oids.ts'
import type { EcdsaCurve } from '../../key-types.ts'
import { ecdsaPrivate, ed25519Private, rsaPrivate } from '../../private-fields.ts'
import type { PrivateFields } from '../../private-numbers.ts'
import type { Steps } from '../../steps.ts'

/** RSAPrivateKey of PKCS#1 (RFC 8017 A.1.2). */
export function readPkcs1(bytes: Uint8Array): PrivateFields {
  const reader = openSequence(bytes)
  if (smallInteger(reader) !== 0) throw unsupported('RSA keys of more than two primes are not supported')
  const n = reader.integer(), e = reader.integer(), d = reader.integer(), p = reader.integer(), q = reader.integer()
  reader.integer()
  reader.integer()
  const iqmp = reader.integer()
  reader.end()
  return rsaPrivate({ n, e, d, p, q, iqmp })
}

/** ECPrivateKey of SEC1 (RFC 5915). @param outer the curve named by a surrounding PKCS#8 */
export function* readSec1(bytes: Uint8Array, outer?: EcdsaCurve): Steps<PrivateFields> {
  const reader = openSequence(bytes)
  if (smallInteger(reader) !== 1) throw malformed('the EC private key is of an unknown version')
  const scalar = octetString(reader)
  const parameters = tagged(reader, 0)
  const curve = parameters ? readCurve(parameters) : outer
  if (curve === undefined) throw malformed('the EC private key does not name its curve')
  if (outer !== undefined && outer !== curve) throw malformed('the EC private key names two curves')
  const point = tagged(reader, 1)?.bitString()
  reader.end()
  const uncompressed = point !== undefined && point[0] === 4
  return yield* ecdsaPrivate(curve, scalar, uncompressed ? point : undefined)
}

/** PrivateKeyInfo of PKCS#8 (RFC 5208), OneAsymmetricKey of RFC 5958; not encrypted. */
export function* readPkcs8(bytes: Uint8Array): Steps<PrivateFields> {
  const reader = openSequence(bytes)
  if (smallInteger(reader) > 1) throw malformed('the PKCS#8 private key is of an unknown version')
  const algorithm = reader.sequence()
  const oid = algorithm.oid()
  const key = octetString(reader)
  tagged(reader, 0)
  const publicKey = taggedBitString(reader, 1)
  reader.end()
  switch (oid) {
    case RSA_OID:
      return readPkcs1(key)
    case EC_OID:
      return yield* readSec1(key, readCurve(algorithm))
    case ED25519_OID:
      return yield* ed25519Private(readSeed(key), publicKey)
    case DSA_OID:
      throw isDsa()
    default:
      throw unsupported('PKCS#8 private keys of this algorithm are not supported: SSH has RSA, ECDSA and Ed25519')
  }
}

function readSeed(key: Bytes): Bytes {
  const reader = new DerReader(key)
  const seed = octetString(reader)
  reader.end()
  return seed
}

function openSequence(bytes: Uint8Array): DerReader {
  const outer = new DerReader(bytes)
  const reader = outer.sequence()
  outer.end()
  return reader
}
