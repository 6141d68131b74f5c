import { statSync } from 'node:fs'
import type { Workload } from './workload.ts'

/** A remote file into a local one, including the opening of SFTP. */
export const sftpGet: Workload = {
  name: 'sftp-get',
  title: 'SFTP get of one file',
  unit: 'MB/s',
  bytes: 512 << 20,
  async run(library, { target, cipher, remote, local, bytes }) {
    const connection = await library.connect(target, cipher)
    if (!connection.get) throw new Error('has no SFTP')
    const start = performance.now()
    await connection.get(`${remote}/large`, `${local}/large`)
    const seconds = (performance.now() - start) / 1000
    const { size } = statSync(`${local}/large`)
    if (size !== bytes) throw new Error(`${size} of ${bytes} bytes arrived`)
    await connection.close()
    return { seconds: [seconds], cipher: connection.cipher }
  },
}
