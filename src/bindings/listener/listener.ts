import { LIBSSH2_ERROR_EAGAIN } from '../../ffi/constants.gen.ts'
import type { ListenerPointer } from '../../ffi/exports.gen.ts'
import { Handle } from '../../ffi/handle.ts'
import type { Again, SessionContext } from '../session-context.ts'
import { Channel } from '../channel/channel.ts'
import type { Session } from '../session/session.ts'

/**
 * A port (RFC 4254 section 7.1) or a Unix socket (OpenSSH PROTOCOL section 2.4) on which the server listens for us. Non-blocking. Connections
 * that nobody has accepted wait in a queue of libssh2.
 */
export class Listener implements Disposable {
  /** The session that this listener belongs to. */
  readonly session: Session
  /** The port on the server, also if the server chose it; 0 for a Unix socket. */
  readonly port: number
  /** The path of the Unix socket on the server; `undefined` for a port. */
  readonly path: string | undefined
  readonly #context: SessionContext
  readonly #handle: Handle<ListenerPointer>

  /** For the bindings: `session.forwardListen()` makes one. */
  constructor(session: Session, context: SessionContext, pointer: ListenerPointer, port: number, path?: string) {
    this.session = session
    this.port = port
    this.path = path
    this.#context = context
    this.#handle = new Handle('listener', pointer, context.handle)
  }

  /** The next connection, or EAGAIN. It is a separate channel, which outlives the listener. libssh2_channel_forward_accept. */
  forwardAccept(): Channel | Again {
    const { pointer } = this.#handle
    return this.#context.performForPointer({ name: [this, 'accept'] }, () => (c) => c.libssh2_channel_forward_accept(pointer), (channel) => new Channel(this.session, this.#context, channel))
  }

  /**
   * Tells the server to stop listening, and closes the connections that wait to be accepted. A caller that waits in `forwardAccept` gets
   * `ERR_HANDLE_FREED`.
   * @returns 0, or EAGAIN: then repeat it. Idempotent. libssh2_channel_forward_cancel.
   */
  forwardCancel(): Again | 0 {
    if (this.#handle.freed) return 0
    const { pointer } = this.#handle
    if (!this.#context.failure) {
      const rc = this.#context.call({ name: [this, 'cancel'] }, (c) => c.libssh2_channel_forward_cancel(pointer))
      if (rc === LIBSSH2_ERROR_EAGAIN) return rc
    }
    this.#handle.drop()
    this.#context.driver.gone(this)
    this.#context.driver.release()
    return 0
  }

  /** Cancels, in the background if the server has to answer. */
  [Symbol.dispose](): void {
    if (!this.#handle.freed && !this.#context.failure) this.#context.driver.run(() => this.forwardCancel()).catch(() => {})
  }
}
