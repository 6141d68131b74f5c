import { SSHError } from '../errors/ssh-error.ts'

/**
 * A signature that does not verify. `code`: `ERR_SIGNATURE_FORMAT` (damaged, or of an unknown form), `ERR_SIGNATURE_WRONG` (of another message, or
 * forged), `ERR_SIGNATURE_NAMESPACE` (made for another purpose), `ERR_SIGNER_UNKNOWN` (the signer is not allowed, or was not at that time).
 */
export class SignatureError extends SSHError {
  override name = 'SignatureError'
}

export type SignatureCode = 'ERR_SIGNATURE_FORMAT' | 'ERR_SIGNATURE_WRONG' | 'ERR_SIGNATURE_NAMESPACE' | 'ERR_SIGNER_UNKNOWN'

export const signatureError = (code: SignatureCode, message: string, cause?: unknown) => new SignatureError(message, { code, cause })
