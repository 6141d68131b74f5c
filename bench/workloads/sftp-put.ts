import { statSync } from 'node:fs'
import { sftpOf } from './sftp-of.ts'
import type { Workload } from './workload.ts'

/** A local file into a remote one. */
export const sftpPut: Workload = {
  name: 'sftp-put',
  title: 'SFTP put of one file',
  unit: 'MB/s',
  bytes: 512 << 20,
  async run(library, { target, cipher, remote, local, bytes }) {
    const connection = await library.connect(target, cipher)
    const files = await sftpOf(connection)
    const start = performance.now()
    await files.put(`${local}/large`, `${remote}/large`)
    const seconds = (performance.now() - start) / 1000
    const { size } = statSync(`${remote}/large`)
    if (size !== bytes) throw new Error(`${size} of ${bytes} bytes arrived`)
    await connection.close()
    return { seconds: [seconds], cipher: connection.cipher }
  },
}
