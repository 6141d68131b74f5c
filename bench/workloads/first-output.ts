import type { Workload } from './workload.ts'

/** From the start of connecting to the first byte of a command's output, repeatedly in one process. */
export const firstOutput: Workload = {
  name: 'first-output',
  title: 'connect and exec to first output',
  unit: 'ms',
  count: 6,
  async run(library, { target, cipher, count }) {
    const seconds: number[] = []
    let agreed: string | undefined
    for (let i = 0; i < count; i++) {
      const start = performance.now()
      const connection = await library.connect(target, cipher)
      let first = 0
      await connection.exec('echo', () => { first ||= performance.now() })
      seconds.push((first - start) / 1000)
      agreed = connection.cipher
      await connection.close()
    }
    return { seconds, cipher: agreed }
  },
}
