import { AuthenticationError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_AUTHENTICATION_FAILED, LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED } from '../../ffi/constants.gen.ts'
import type { AuthContext } from './authenticate.ts'

/** Whether an error is the server's refusal (SSH_MSG_USERAUTH_FAILURE), so that `userauthMethodsLeft` belongs to it. */
export function isRefusal(error: unknown): boolean {
  return error instanceof AuthenticationError && (error.errno === LIBSSH2_ERROR_AUTHENTICATION_FAILED || error.errno === LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED)
}

/** Whether the server accepted the method and asks for more (RFC 4252 section 5.1). */
export function isPartialSuccess({ session }: Pick<AuthContext, 'session'>, error: unknown): boolean {
  return isRefusal(error) && session.userauthMethodsLeft()?.partialSuccess === true
}

/** Whether the next key of the same method may be offered after this error: the session lives, nobody has aborted, and the server still accepts public keys. */
export function goesOn({ session, signal }: Pick<AuthContext, 'session' | 'signal'>, error: unknown): boolean {
  if (session.failure || signal.aborted) return false
  if (!isRefusal(error)) return true
  const { methods = [], partialSuccess = false } = session.userauthMethodsLeft() ?? {}
  return !partialSuccess && (methods.length === 0 || methods.includes('publickey'))
}
