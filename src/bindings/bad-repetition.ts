import { libssh2Error } from '../errors/libssh2-error.ts'
import type { SSHError } from '../errors/ssh-error.ts'
import { LIBSSH2_ERROR_BAD_USE } from '../ffi/constants.gen.ts'

/** The error for a call that is repeated with other data than before. @param bytesWritten the bytes of the first call's data that have been sent. */
export function badRepetition(message: string, bytesWritten: number): SSHError {
  const error = libssh2Error(LIBSSH2_ERROR_BAD_USE, message)
  error.bytesWritten = bytesWritten
  return error
}
