import { libssh2Error } from '../../errors/libssh2-error.ts'
import { SSHError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_BAD_USE } from '../../ffi/constants.gen.ts'
import { text } from '../arguments.ts'
import type { SessionContext } from '../session-context.ts'

/** How a session begins: identification strings and the first keys (RFC 4253 sections 4.2 and 7). */
export class Handshake {
  readonly #context: SessionContext
  #begun = false
  #complete = false

  constructor(context: SessionContext) {
    this.#context = context
  }

  get complete(): boolean {
    return this.#complete
  }

  /** For `session.handshake()`. */
  run(): number {
    const context = this.#context
    if (this.#complete && !context.failure) throw libssh2Error(LIBSSH2_ERROR_BAD_USE, 'the handshake has already been completed')
    this.#begun = true
    try {
      const rc = context.call({ lane: context.lane, call: ['handshake'] }, (c, session) => c.glue_session_handshake(session))
      if (rc === 0) {
        this.#complete = true
        context.serviceFromNowOn()
      }
      return rc
    } catch (error) {
      // Incomplete keys are useless: the same connection has no second attempt.
      if (error instanceof SSHError && !context.handle.freed) context.fail(error)
      throw error
    }
  }

  /** Throws before the handshake is complete: libssh2 itself would continue with incomplete keys. */
  needComplete(): void {
    if (!this.#complete && !this.#context.failure) throw libssh2Error(LIBSSH2_ERROR_BAD_USE, 'the handshake has not been completed')
  }

  /** For `session.bannerSet()`. */
  setBanner(banner: string): number {
    if (this.#begun) throw libssh2Error(LIBSSH2_ERROR_BAD_USE, 'the identification has already been sent')
    if (/[^\x20-\x7e]/.test(text(banner, 'banner'))) throw new TypeError('banner must be one line of printable ASCII')
    return this.#context.perform({}, (scope) => {
      const line = scope.utf8(banner, 'banner')
      return (c, session) => c.libssh2_session_banner_set(session, line.pointer)
    })
  }
}
