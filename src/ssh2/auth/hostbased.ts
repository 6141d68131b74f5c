import { requestFor, signedData } from '../../bindings/session/signed-request.ts'
import type { Session } from '../../bindings/session/session.ts'
import { WireWriter } from '../../wire-format/writer.ts'
import type { Attempt } from './login.ts'
import { signWithKey } from './sign.ts'

/** A signed request for hostbased authentication (RFC 4252 section 9): the key of the client's host vouches for its user. */
export function hostbasedRequest(session: Session, { username, key, localHostname, localUsername }: Extract<Attempt, { type: 'hostbased' }>, algorithm: string): Uint8Array {
  const request = requestFor(username, 'hostbased').string(algorithm).string(key.getPublicSSH()).string(localHostname).string(localUsername).finish()
  return new WireWriter(2048).bytes(request).string(signWithKey(key, signedData(session, request), algorithm)).finish()
}
