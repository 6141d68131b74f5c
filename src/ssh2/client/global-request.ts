import type { Session } from '../../bindings/session/session.ts'

/**
 * Makes a global request (RFC 4254 section 4).
 * @returns whether the server has granted it; never settles if the session ends first: `Link.ask` answers then
 */
export function granted(session: Session, name: string, body?: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => {
    session.complete(() => session.globalRequest(name, body, (answer) => resolve(answer !== undefined))).catch(reject)
  })
}
