import type { Connection, Files } from '../types.ts'

/** SFTP, opened before the time begins: OpenSSH's `sftp` does not tell how long it takes for that. */
export function sftpOf(connection: Connection): Promise<Files> {
  if (!connection.sftp) throw new Error('has no SFTP')
  return connection.sftp()
}
