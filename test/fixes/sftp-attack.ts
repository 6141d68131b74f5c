import type { Sftp } from '../../src/bindings/index.ts'
import type { AcceptChannelOptions } from '../support/scripted-server.ts'
import { serveSftp, type SftpChannel } from '../support/scripted-server/sftp.ts'
import { attack, login } from './attack.ts'

/** Repeats a call of the SFTP object until it has its result. */
export type Complete = Sftp['session']['complete']

/** `victim` uses an SFTP object against a server that does `script` once SFTP has begun. */
export function attackSftp<T>(
  script: (sftp: SftpChannel) => Promise<void> | void,
  victim: (sftp: Sftp, complete: Complete) => Promise<T>,
  options: AcceptChannelOptions = {},
): Promise<T> {
  return attack(async (connection) => {
    await script(await serveSftp(connection, options))
    await connection.receiveAll()
  }, async (session) => {
    await login(session)
    const sftp = await session.complete(() => session.sftpInit())
    return victim(sftp, (call) => session.complete(call))
  })
}
