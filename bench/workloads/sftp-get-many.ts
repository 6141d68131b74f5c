import { readdirSync } from 'node:fs'
import { sftpOf } from './sftp-of.ts'
import type { Workload } from './workload.ts'

/** A remote directory of small files into a local one, including the listing. */
export const sftpGetMany: Workload = {
  name: 'sftp-get-many',
  title: 'SFTP get of 10 kB files',
  unit: 'files/s',
  count: 1000,
  of: 'files',
  async run(library, { target, cipher, remote, local, count }) {
    const connection = await library.connect(target, cipher)
    const files = await sftpOf(connection)
    const start = performance.now()
    await files.getDirectory(`${remote}/many`, `${local}/many`)
    const seconds = (performance.now() - start) / 1000
    const arrived = readdirSync(`${local}/many`).length
    if (arrived !== count) throw new Error(`${arrived} of ${count} files arrived`)
    await connection.close()
    return { seconds: [seconds], cipher: connection.cipher }
  },
}
