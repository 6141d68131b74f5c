import type { Session } from '../../bindings/session/session.ts'
import { CONTEXT } from '../../bindings/session-context.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import type { Attempt } from './login.ts'
import { signWithKey } from './sign.ts'

/** RFC 4252 section 6. */
const SSH_MSG_USERAUTH_REQUEST = 50

/** A signed request for hostbased authentication (RFC 4252 section 9): the key of the client's host vouches for its user. */
export function hostbasedRequest(session: Session, { username, key, localHostname, localUsername }: Extract<Attempt, { type: 'hostbased' }>, algorithm: string): Uint8Array {
  const request = new WireWriter(1024).byte(SSH_MSG_USERAUTH_REQUEST).string(username).string('ssh-connection').string('hostbased')
    .string(algorithm).string(key.getPublicSSH()).string(localHostname).string(localUsername).finish()
  const signed = new WireWriter(1024).string(session.firstExchange()!.sessionId).bytes(request).finish()
  return new WireWriter(2048).bytes(request).string(signWithKey(key, signed, algorithm)).finish()
}

/** Sends such a request: 0, or EAGAIN. @throws AuthenticationError where the server refuses */
export function userauthHostbased(session: Session, request: Uint8Array): number {
  const context = session[CONTEXT]
  return context.perform({ lane: context.lane, call: ['userauthHostbased', request] }, (scope) => {
    const { pointer, length } = scope.bytes(request)
    return (c, session) => c.glue_userauth_request(session, pointer, length)
  })
}
