/// Requests for authentication that are whole, signature included, when they are sent.
import type { Bytes } from '../../wire-format/bytes.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import { CONTEXT } from '../session-context.ts'
import type { Session } from './session.ts'

/** RFC 4252 section 6. */
const SSH_MSG_USERAUTH_REQUEST = 50

/** The beginning of a request; the fields of its method follow. */
export function requestFor(username: string, method: string): WireWriter {
  return new WireWriter(1024).byte(SSH_MSG_USERAUTH_REQUEST).string(username).string('ssh-connection').string(method)
}

/** What the signature of a request covers: it is good for this session only (RFC 4252 section 7). */
export function signedData(session: Session, request: Uint8Array): Bytes {
  return new WireWriter(1024).string(session.firstExchange()!.sessionId).bytes(request).finish()
}

/** Sends such a request, with its signature: 0, or EAGAIN. @throws AuthenticationError where the server refuses */
export function userauthSigned(session: Session, request: Uint8Array): number {
  const context = session[CONTEXT]
  return context.perform({ lane: context.lane, call: ['userauthSigned', request] }, (scope) => {
    const { pointer, length } = scope.bytes(request)
    return (c, of) => c.glue_userauth_request(of, pointer, length)
  })
}
