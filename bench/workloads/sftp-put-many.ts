import { readdirSync } from 'node:fs'
import { sftpOf } from './sftp-of.ts'
import type { Workload } from './workload.ts'

/** A local directory of small files into a remote one. */
export const sftpPutMany: Workload = {
  name: 'sftp-put-many',
  title: 'SFTP put of 10 kB files',
  unit: 'files/s',
  count: 1000,
  of: 'files',
  async run(library, { target, cipher, remote, local, count }) {
    const connection = await library.connect(target, cipher)
    const files = await sftpOf(connection)
    const start = performance.now()
    await files.putDirectory(`${local}/many`, `${remote}/many`)
    const seconds = (performance.now() - start) / 1000
    const arrived = readdirSync(`${remote}/many`).length
    if (arrived !== count) throw new Error(`${arrived} of ${count} files arrived`)
    await connection.close()
    return { seconds: [seconds], cipher: connection.cipher }
  },
}
