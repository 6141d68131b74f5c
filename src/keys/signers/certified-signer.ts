import { equalBytes } from '../../wire-format/bytes.ts'
import { isCertificate, parseCertificate } from '../certificate.ts'
import { malformed } from '../key-error.ts'
import { certificateName, plainName, signatureAlgorithms } from '../key-types.ts'
import { parsePublicKey } from '../public-key.ts'
import { publicKeyType } from '../public-key-blob.ts'
import type { Signer } from './signer.ts'

/**
 * The same signer, presenting an OpenSSH user certificate in place of its key (PROTOCOL.certkeys).
 * @param certificate the line of a `-cert.pub` file, or its blob
 * @throws KeyError if it certifies another key, or a host
 */
export function certifiedSigner(signer: Signer, certificate: string | Uint8Array): Signer {
  const { blob, comment } = parsePublicKey(certificate)
  if (!isCertificate(blob)) throw malformed('this is a public key: a certificate is needed')
  const { publicKey, role } = parseCertificate(blob)
  if (!equalBytes(publicKey, signer.publicKey)) throw malformed('the certificate is for another key')
  if (role !== 'user') throw malformed('the certificate is for a host, not for a user')
  const algorithms = signer.algorithms ?? signatureAlgorithms(publicKeyType(signer.publicKey))
  return {
    publicKey: blob,
    algorithms: algorithms.map(certificateName),
    comment: signer.comment ?? comment,
    asksPerson: signer.asksPerson ?? false,
    sign: (data, algorithm) => signer.sign(data, plainName(algorithm)),
  }
}
