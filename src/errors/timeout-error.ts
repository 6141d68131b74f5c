import { ERROR_NAMES } from './error-table.gen.ts'
import { SSHError } from './ssh-error.ts'

/** The error for something that was not done in time. @param code says what, e.g. `ERR_CONNECT_TIMEOUT`; the number is libssh2's, LIBSSH2_ERROR_TIMEOUT. */
export function timeoutError(code: string, message: string): SSHError {
  return new SSHError(message, { code, errno: -ERROR_NAMES.indexOf('TIMEOUT') })
}
