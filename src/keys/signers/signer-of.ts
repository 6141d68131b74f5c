import { record } from '../../errors/arguments.ts'
import { ownBytes } from '../../wire-format/bytes.ts'
import { certifiedKey } from '../certificate.ts'
import { certifiedSigner } from './certified-signer.ts'
import { cryptoKeySigner } from './crypto-key-signer.ts'
import { unsupported } from '../key-error.ts'
import { plainName, signatureAlgorithms } from '../key-types.ts'
import { PrivateKey } from '../private-key.ts'
import { checkStrength } from '../private-fields.ts'
import { parsePublicKey } from '../public-key.ts'
import { readPublicKey } from '../public-key-blob.ts'
import { readPrivateKey } from '../files/read-private-key.ts'
import type { Signer } from './signer.ts'
import type { ForeignSigner, SignerOptions, SigningKey } from './signing-key.ts'
import { wholeSignature } from './whole-signature.ts'

/** Implements `toSigner`. */
export async function signerOf(key: SigningKey, options: SignerOptions): Promise<Signer> {
  const signer = await plainSigner(key, record(options, 'options'))
  return options.certificate === undefined ? signer : certifiedSigner(signer, options.certificate)
}

async function plainSigner(key: SigningKey, options: SignerOptions): Promise<Signer> {
  if (typeof key === 'string' || key instanceof Uint8Array) return readPrivateKey(key, options)
  if (key instanceof PrivateKey) return key
  const { minimumRsaBits = 2048 } = options
  record(key, 'the key to sign with')
  return 'privateKey' in key ? cryptoKeySigner(key, minimumRsaBits) : foreignSigner(key, minimumRsaBits)
}

/** The public key may already be a certificate, as in agents. */
function foreignSigner(signer: ForeignSigner, minimumRsaBits: number): Signer {
  const { blob, type, comment } = parsePublicKey(signer.publicKey)
  const fields = readPublicKey(certifiedKey(blob))
  checkStrength(fields, minimumRsaBits)
  const algorithms = signer.algorithms ?? signatureAlgorithms(type)
  return {
    publicKey: blob,
    algorithms,
    comment: signer.comment ?? comment,
    asksPerson: signer.asksPerson ?? false,
    async sign(data, algorithm) {
      const name = plainName(algorithm)
      if (!algorithms.map(plainName).includes(name)) throw unsupported(`the signer only makes signatures of ${algorithms.join()}`)
      return wholeSignature(fields, name, ownBytes(await signer.sign(data, name)))
    },
  }
}
