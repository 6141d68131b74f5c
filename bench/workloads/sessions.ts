import type { Workload } from './workload.ts'

/** Simultaneous connections, each of which runs a command: until the last one has its output. */
export const sessions: Workload = {
  name: 'sessions',
  title: "sessions at once, to the last one's first output",
  unit: 'ms',
  count: 100,
  of: 'sessions',
  async run(library, { target, cipher, count }) {
    const start = performance.now()
    const connections = await Promise.all(Array.from({ length: count }, async () => {
      const connection = await library.connect(target, cipher)
      let seen = 0
      await connection.exec('echo', (chunk) => { seen += chunk.length })
      if (seen !== 1) throw new Error(`${seen} bytes of output`)
      return connection
    }))
    const seconds = (performance.now() - start) / 1000
    await Promise.all(connections.map((connection) => connection.close()))
    return { seconds: [seconds], cipher }
  },
}
