import type { Workload } from './workload.ts'

/** From the server's line that it listens to its line that everything has arrived. */
export const execUpload: Workload = {
  name: 'exec-upload',
  title: 'exec upload',
  unit: 'MB/s',
  bytes: 1 << 30,
  async run(library, job) {
    const connection = await library.connect(job.target, job.cipher)
    let first = 0
    let said = ''
    await connection.feed('echo go; wc -c', job.bytes, (chunk) => {
      first ||= performance.now()
      said += new TextDecoder().decode(chunk)
    })
    const last = performance.now()
    if (Number(said.split('\n')[1]) !== job.bytes) throw new Error(`${said} instead of ${job.bytes} bytes arrived`)
    await connection.close()
    return { seconds: [(last - first) / 1000], cipher: connection.cipher }
  },
}
