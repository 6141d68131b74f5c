import type { Workload } from './workload.ts'

/** From the first byte to the last one, without the time to connect. */
export const execDownload: Workload = {
  name: 'exec-download',
  title: 'exec download',
  unit: 'MB/s',
  bytes: 1 << 30,
  async run(library, job) {
    const connection = await library.connect(job.target, job.cipher)
    let first = 0
    let last = 0
    let seen = 0
    await connection.exec(source(job.bytes), (chunk) => {
      last = performance.now()
      first ||= last
      seen += chunk.length
    })
    if (seen !== job.bytes) throw new Error(`${seen} of ${job.bytes} bytes arrived`)
    await connection.close()
    return { seconds: [(last - first) / 1000], cipher: connection.cipher }
  },
}

/** A command that prints so many zeros, in blocks that cost the server little. */
export function source(bytes: number): string {
  return `dd if=/dev/zero iflag=fullblock bs=${Math.min(bytes, 128 << 10)} count=${Math.ceil(bytes / (128 << 10))} status=none`
}
