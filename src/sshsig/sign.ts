import { record } from '../errors/arguments.ts'
import { plainName, signatureAlgorithms } from '../keys/key-types.ts'
import { publicKeyType } from '../keys/public-key-blob.ts'
import type { SignerOptions, SigningKey } from '../keys/signers/signing-key.ts'
import { toSigner } from '../keys/signers/to-signer.ts'
import { ownBytes } from '../wire-format/bytes.ts'
import { formatSignature, type MessageHash, signedData } from './blob.ts'

export interface SignMessageOptions extends SignerOptions {
  /** The purpose of the signature, which the verifier must also name: `git` for commits and tags, `file` for files, `NAME@YOUR-DOMAIN` for your own purpose. */
  readonly namespace: string
  /** The hash of the message: `sha512` by default, as in ssh-keygen. */
  readonly hash?: MessageHash | undefined
}

/**
 * Signs a message with a key of any kind: a private key, WebCrypto keys, an agent's identity, a vault. Text is signed as UTF-8.
 * @returns the armoured signature, as `ssh-keygen -Y sign` writes it
 * @throws TypeError without a namespace; KeyError if the key cannot be read; any error of the signer
 */
export async function signMessage(key: SigningKey, message: string | Uint8Array, signing: SignMessageOptions): Promise<string> {
  const { namespace, hash = 'sha512', ...options } = record(signing, 'options')
  if (typeof namespace !== 'string' || namespace === '') throw new TypeError('a signature needs a namespace')
  if (hash !== 'sha256' && hash !== 'sha512') throw new TypeError('hash must be sha256 or sha512')
  const signer = await toSigner(key, options)
  const type = publicKeyType(signer.publicKey)
  // PROTOCOL.sshsig: RSA never with SHA-1.
  const algorithm = (signer.algorithms ?? signatureAlgorithms(type)).map(plainName).find((name) => name !== 'ssh-rsa')
  if (algorithm === undefined) throw new TypeError('the signer supports no signature algorithm that is allowed here')
  const signature = ownBytes(await signer.sign(await signedData(message, namespace, hash), algorithm))
  return formatSignature({ publicKey: ownBytes(signer.publicKey), namespace, hash, signature })
}
