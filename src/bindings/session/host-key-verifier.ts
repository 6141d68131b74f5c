import { libssh2Error } from '../../errors/libssh2-error.ts'
import { LIBSSH2_ERROR_HOSTKEY_SIGN } from '../../ffi/constants.gen.ts'
import { HOST_FAILED, HOST_PENDING } from '../../ffi/host.gen.ts'
import type { SessionHost } from '../../ffi/host.ts'
import { equalBytes } from '../../wire-format/bytes.ts'
import type { SessionContext } from '../session-context.ts'

/** What C asked about, and the result once it is known. A result counts for exactly these bytes. */
interface Question {
  readonly asked: readonly Uint8Array[]
  valid?: boolean
}

/**
 * Verifies the server's signature over an exchange hash where C lacks the algorithm: `ssh-mldsa44-ed25519`, whose code loads when a server
 * presents such a key. C asks again, in each attempt at the key exchange, until there is an answer.
 */
export function hostKeyVerifier(context: () => SessionContext): SessionHost['verify'] {
  let question: Question | undefined
  return (...asked) => {
    if (!question?.asked.every((bytes, at) => equalBytes(bytes, asked[at]!))) {
      question = { asked }
      begin(question, context())
    }
    const { valid } = question
    if (valid === undefined) return HOST_PENDING
    question = undefined
    return valid ? 0 : HOST_FAILED
  }
}

/** In a task of its own: C is running now. */
function begin(question: Question, context: SessionContext): void {
  const [key, signature, data] = question.asked
  import('../../keys/mldsa44-ed25519.ts').then(({ mlDsaVerify }) => mlDsaVerify(key!, signature!, data!))
    .then((valid) => {
      question.valid = valid
      context.driver.wake()
    })
    .catch((cause: unknown) => context.end(libssh2Error(LIBSSH2_ERROR_HOSTKEY_SIGN, 'the signature of the host key could not be verified', { cause })))
}
