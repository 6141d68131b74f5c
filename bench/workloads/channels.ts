import { source } from './exec-download.ts'
import type { Workload } from './workload.ts'

/** Simultaneous downloads through the channels of one connection; from the first byte of any to the last one of all. */
export const channels: Workload = {
  name: 'channels',
  title: '32 channels in one session',
  unit: 'MB/s',
  bytes: 512 << 20,
  count: 32,
  async run(library, { target, cipher, count, bytes }) {
    const connection = await library.connect(target, cipher)
    const block = Math.min(128 << 10, Math.ceil(bytes / count))
    const each = Math.ceil(bytes / count / block) * block
    let first = 0
    let last = 0
    let seen = 0
    await Promise.all(Array.from({ length: count }, () => connection.exec(source(each), (chunk) => {
      last = performance.now()
      first ||= last
      seen += chunk.length
    })))
    if (seen !== each * count) throw new Error(`${seen} of ${each * count} bytes arrived`)
    await connection.close()
    return { seconds: [(last - first) / 1000], cipher: connection.cipher }
  },
}
