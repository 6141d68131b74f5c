import { type DerReader, SEQUENCE } from './der.ts'
import { unsupported } from '../../key-error.ts'
import { CURVES, type EcdsaCurve } from '../../key-types.ts'

/** Algorithm identifiers of PKCS#8 and SubjectPublicKeyInfo: RFC 8017, RFC 5480, RFC 8410, RFC 3279. */
export const DSA_OID = '1.2.840.10040.4.1', RSA_OID = '1.2.840.113549.1.1.1', EC_OID = '1.2.840.10045.2.1', ED25519_OID = '1.3.101.112'

/** EcpkParameters: only named curves (RFC 5480 2.1.1). */
export function readCurve(reader: DerReader): EcdsaCurve {
  if (reader.next(SEQUENCE)) throw unsupported('the EC key has explicit curve parameters: convert it with openssl ec -in OLD -param_enc named_curve -out NEW')
  const oid = reader.oid()
  const curve = (Object.keys(CURVES) as EcdsaCurve[]).find((name) => CURVES[name].oid === oid)
  if (curve === undefined) throw unsupported('SSH does not use the curve of the EC key')
  return curve
}
