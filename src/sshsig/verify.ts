import { record } from '../errors/arguments.ts'
import { KeyError } from '../errors/ssh-error.ts'
import { fingerprint } from '../host-key/fingerprint.ts'
import { matchPatternList } from '../host-key/known-hosts/pattern.ts'
import { verifySignature } from '../host-key/verify-signature.ts'
import { type Certificate, certifiedKey, isCertificate, parseCertificate } from '../keys/certificate.ts'
import { type Bytes, equalBytes } from '../wire-format/bytes.ts'
import { WireFormatError } from '../wire-format/wire-format-error.ts'
import { type AllowedSigner, parseAllowedSigners } from './allowed-signers.ts'
import { parseSignature, signedData } from './blob.ts'
import { signatureError } from './signature-error.ts'

export interface VerifyMessageOptions {
  /** The required purpose; a signature for another purpose is refused. */
  readonly namespace: string
  /** Who may sign: the text of an allowed_signers file (ssh-keygen(1), ALLOWED SIGNERS), or the result of `parseAllowedSigners`. */
  readonly allowedSigners: string | readonly AllowedSigner[]
  /** The expected signer. If it is missing, anybody on the list with this key is accepted (see `principals` of the result). */
  readonly principal?: string | undefined
  /** The time at which the signer must have been allowed: now by default; for a commit, its own time. */
  readonly at?: Date | undefined
}

/** A valid signature. */
export interface VerifiedMessage {
  /** The names under which the list has the key: patterns, as written there; with `principal`, that one. */
  readonly principals: readonly string[]
  /** Blob of the key that signed, or of its certificate. */
  readonly publicKey: Uint8Array
  /** `SHA256:…` */
  readonly fingerprint: string
}

/**
 * Verifies a signature of a message, and that its key is one of the allowed ones, as `ssh-keygen -Y verify` does.
 * @throws SignatureError `ERR_SIGNATURE_FORMAT`, `ERR_SIGNATURE_NAMESPACE`, `ERR_SIGNATURE_WRONG`, `ERR_SIGNER_UNKNOWN`; TypeError for invalid
 * options
 */
export async function verifyMessage(signature: string | Uint8Array, message: string | Uint8Array, options: VerifyMessageOptions): Promise<VerifiedMessage> {
  const { namespace, allowedSigners, principal, at = new Date() } = record(options, 'options')
  if (typeof namespace !== 'string' || namespace === '') throw new TypeError('a signature is verified for a namespace')
  if (!(at instanceof Date) || Number.isNaN(at.getTime())) throw new TypeError('at is not a valid Date')
  const signers = Array.isArray(allowedSigners) ? allowedSigners as readonly AllowedSigner[] : parseAllowedSigners(allowedSigners as string)
  const parsed = parseSignature(signature)
  if (parsed.namespace !== namespace) throw signatureError('ERR_SIGNATURE_NAMESPACE', 'the signature was made for another namespace')
  const holds = await readable(async () => verifySignature(certifiedKey(parsed.publicKey), parsed.signature, await signedData(message, namespace, parsed.hash)))
  if (!holds) throw signatureError('ERR_SIGNATURE_WRONG', 'the signature is not of this message, or not by this key')
  const certificate = isCertificate(parsed.publicKey) ? await readable(() => trustedCertificate(parsed.publicKey)) : undefined
  const principals = signers.filter((signer) => isInForce(signer, namespace, at)).flatMap((signer) => namesBy(signer, parsed.publicKey, certificate, principal, at))
  const signedBy = await fingerprint(parsed.publicKey)
  if (principals.length === 0) throw signatureError('ERR_SIGNER_UNKNOWN', `the key ${signedBy} is not allowed to sign here${principal === undefined ? '' : ' for that name'}`)
  return { principals: principal === undefined ? [...new Set(principals)] : [principal], publicKey: parsed.publicKey, fingerprint: signedBy }
}

async function readable<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof KeyError || error instanceof WireFormatError) throw signatureError('ERR_SIGNATURE_FORMAT', `the signature cannot be read: ${error.message}`, error)
    throw error
  }
}

/** A user certificate that its authority has signed; undefined for any other. */
async function trustedCertificate(blob: Bytes): Promise<Certificate | undefined> {
  const certificate = parseCertificate(blob)
  const { role, signatureKey, signature, signedBytes } = certificate
  return role === 'user' && await verifySignature(signatureKey, signature, signedBytes) ? certificate : undefined
}

function isInForce({ namespaces, validAfter, validBefore }: AllowedSigner, namespace: string, at: Date): boolean {
  if (namespaces !== undefined && !matchPatternList(namespace, namespaces.split(','))) return false
  return (validAfter === undefined || at >= validAfter) && (validBefore === undefined || at <= validBefore)
}

/** The names that a line gives the key. */
function namesBy(signer: AllowedSigner, key: Bytes, certificate: Certificate | undefined, principal: string | undefined, at: Date): readonly string[] {
  const matches = (name: string) => matchPatternList(name, signer.principals.split(','))
  if (!signer.certAuthority) return equalBytes(signer.key, key) && (principal === undefined || matches(principal)) ? signer.principals.split(',') : []
  if (!certificate || !equalBytes(signer.key, certificate.signatureKey)) return []
  const seconds = BigInt(Math.floor(at.getTime() / 1000))
  if (seconds < certificate.validAfter || seconds >= certificate.validBefore) return []
  // Like OpenSSH, requires names in the certificate: one for everybody names nobody.
  return certificate.principals.filter((name) => matches(name) && (principal === undefined || name === principal))
}
