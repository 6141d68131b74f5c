import { printable } from '../../errors/printable.ts'
import { DisconnectError } from '../../errors/ssh-error.ts'
import { LIBSSH2_ERROR_SOCKET_DISCONNECT } from '../../ffi/constants.gen.ts'
import { wholeNumber } from '../arguments.ts'
import type { SessionContext } from '../session-context.ts'

/** The content of a disconnect message (RFC 4253 section 11.1). */
export interface Disconnected {
  /** Reason code of RFC 4253 section 11.1. */
  readonly reason: number
  readonly description: string
}

/** The longest text that libssh2 sends in a disconnect message. */
const LONGEST_TEXT = 256

/** For `session.disconnect()`. */
export function disconnect(context: SessionContext, description: string, reason: number, language: string): number {
  return context.heap.scoped((scope) => {
    const words = scope.utf8(description, 'description')
    const tag = scope.utf8(language, 'language')
    if (words.length > LONGEST_TEXT || tag.length > LONGEST_TEXT) throw new RangeError(`description and language have at most ${LONGEST_TEXT} bytes`)
    wholeNumber(reason, 'reason')
    const rc = context.failure ? 0 : context.plain((c, session) => c.libssh2_session_disconnect_ex(session, reason, words.pointer, tag.pointer))
    context.fail(disconnectError('the session was disconnected by this side', { reason, description }))
    context.driver.wake()
    void context.wire.close()
    return Math.max(rc, 0)
  })
}

/** The server's disconnect message ends the session. */
export function disconnectedByServer(context: SessionContext, disconnected: Disconnected): void {
  const { reason, description } = disconnected
  context.fail(disconnectError(`disconnected by the server: ${printable(description) || `reason ${reason}`}`, disconnected))
}

function disconnectError(message: string, disconnected: Disconnected): DisconnectError {
  return new DisconnectError(message, { code: 'ERR_LIBSSH2_SOCKET_DISCONNECT', errno: LIBSSH2_ERROR_SOCKET_DISCONNECT, ...disconnected })
}
