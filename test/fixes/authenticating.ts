import type { Session } from '../../src/bindings/index.ts'
import { WireReader } from '../../src/wire-format/reader.ts'
import { type Connection, message, serveHandshake, SSH_MSG } from '../support/scripted-server.ts'
import { attack } from './attack.ts'

export const success = () => message(SSH_MSG.USERAUTH_SUCCESS).finish()

/** The client's next request: the fields behind user, service and method. */
export async function request(connection: Connection): Promise<WireReader> {
  const fields = new WireReader((await connection.receive(SSH_MSG.USERAUTH_REQUEST)).subarray(1))
  fields.string()
  fields.string()
  fields.string()
  return fields
}

/** A client that has shaken hands meets a server that authenticates as the script says. */
export const authenticating = <T>(script: (connection: Connection) => Promise<void>, victim: (session: Session) => Promise<T>) =>
  attack(async (connection) => {
    await serveHandshake(connection)
    await script(connection)
    await connection.receiveAll()
  }, async (session) => {
    await session.complete(() => session.handshake())
    return victim(session)
  })

/** Somebody who takes their time. */
export const later = <T>(value: T) => new Promise<T>((resolve) => { setTimeout(() => resolve(value), 20) })
